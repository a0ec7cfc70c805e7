// A table inside a quote: a document writes it as lines of | cells |, people see a table.

const RULE = /^\s*\|?(?:\s*:?-{3,}:?\s*\|)+(?:\s*:?-{3,}:?)?\s*$/;

/** The quote's stretches and tables as nodes; `fill` gives the nodes of a stretch of text. */
export function quoteNodes(text, fill = (plain) => [plain]) {
  const nodes = [];
  let plain = [];
  const close = () => {
    const stretch = plain.join("\n").replace(/^\n+|\n+$/g, "");
    if (stretch) nodes.push(...fill(stretch));
    plain = [];
  };
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; ) {
    let end = at;
    while (end < lines.length && isRow(lines[end])) end += 1;
    const rows = lines.slice(at, end);
    if (isTable(rows)) {
      close();
      nodes.push(table(rows.map(cells), fill));
    } else if (rows.length) {
      plain.push(said(rows.join("\n")));
    } else {
      plain.push(lines[at]);
    }
    at = Math.max(end, at + 1);
  }
  close();
  return nodes;
}

/** The text with each row of a table as its cells, also the empty ones, and no line between head and rows. */
export function said(text) {
  const lines = text.split("\n").filter((line) => !RULE.test(line));
  return lines.map((line) => (isRow(line) ? cells(line).join("；") : line)).join("\n");
}

/** A quote may begin or end inside a row. */
function isRow(line) {
  return line.includes("|") && (line.trim().startsWith("|") || line.trim().endsWith("|"));
}

function isTable(rows) {
  const whole = (row) => row.trim().startsWith("|") && row.trim().endsWith("|");
  if (rows.length < 3 || !RULE.test(rows[1]) || !rows.every(whole)) return false;
  const [head, , ...rest] = rows.map(cells);
  return rest.every((row) => row.length === head.length);
}

function cells(row) {
  return row.trim().replace(/^\|/, "").replace(/\|$/, "").split("|").map((cell) => cell.trim());
}

function table([head, , ...rest], fill) {
  const line = (tag, row) => filled("tr", row.map((cell) => filled(tag, fill(cell))));
  const made = filled("table", [filled("thead", [line("th", head)]), filled("tbody", rest.map((row) => line("td", row)))]);
  made.className = "quoted";
  for (const cell of made.querySelectorAll("th")) cell.scope = "col";
  return made;
}

function filled(tag, children) {
  const made = document.createElement(tag);
  made.append(...children);
  return made;
}
