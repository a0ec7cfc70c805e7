// Elements are made one by one and filled with text: no markup is ever read from a string.

export function make(tag, settings = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(settings)) {
    if (name === "text") element.textContent = value;
    else if (name === "onclick") element.addEventListener("click", value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

export function button(label, onclick, settings = {}) {
  return make("button", { type: "button", text: label, onclick, ...settings });
}

/** A link to another site in a new tab, or null where the address is no web address. */
export function outward(address, label) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return null;
  return make("a", { href: url.href, target: "_blank", rel: "noopener noreferrer", text: label });
}

/** Scripts work where the browser forbids the storage of a framed page: then it is forgotten with the page. */
export function remember(name, value) {
  try {
    sessionStorage.setItem(name, value);
  } catch {
    // kept in memory by the caller
  }
  return value;
}

export function remembered(name) {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

let serial = 0;

export function freshId(prefix) {
  serial += 1;
  return `${prefix}-${serial}`;
}
