// What the other parts of the script share: elements, the address, and what is copied.
const root = document.body.dataset.root;

/** Makes an element. Texts become text, never markup. */
function make(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in element && key !== "list" && key !== "role") element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/** Whether a row is the head of a group of rows. */
const isHead = (row) => row.querySelector("th[scope=rowgroup], th[scope=colgroup]") !== null;

/** Whether keys that are pressed there are part of a text or of a choice. */
const takesKeys = (element) =>
  element.isContentEditable || ["INPUT", "SELECT", "TEXTAREA"].includes(element.tagName);

/** Copies a text. Where that is not allowed, `show` is called, so that the reader can copy it. */
async function copy(text, button, show) {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    show();
    button.textContent = "Press Ctrl+C";
  }
  setTimeout(() => (button.textContent = label), 2000);
}

/** The state that the address has: in its query, or in its fragment where a query cannot be set. */
function readState() {
  const fragment = location.hash.startsWith("#?") ? location.hash.slice(2) : "";
  return new URLSearchParams(fragment || location.search);
}

/** Puts the state into the address, without a step in the history. */
function writeState(state) {
  // A comma may stand in a query, and is easier to read than %2C.
  const query = String(state) === "" ? "" : "?" + String(state).replaceAll("%2C", ",");
  const fragment = location.hash.startsWith("#?") ? "" : location.hash;
  try {
    history.replaceState(null, "", location.pathname + query + fragment);
  } catch {
    // Some browsers refuse this for files on disk.
    location.replace("#" + (query || "?"));
  }
}
