// The page of one answer: its print button.

const print = document.getElementById("print");
print.hidden = false;
print.addEventListener("click", () => window.print());
