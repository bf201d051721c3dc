// The search: over errors, scenarios, questions, platforms and comparisons, as one types.
{
  const MOST = 12;
  const MOST_OF_A_KIND = 5;
  const input = make("input", {
    id: "search-input", type: "search", autocomplete: "off", spellcheck: false, role: "combobox",
    placeholder: "EPIPE, 10054, a text … ( / )",
    "aria-controls": "search-list", "aria-expanded": "false", "aria-autocomplete": "list", "aria-keyshortcuts": "/",
  });
  const list = make("ul", { id: "search-list", role: "listbox", "aria-label": "Hits", hidden: true });
  const status = make("div", { id: "search-status", role: "status" });
  const keys = make("button", { type: "button", className: "keys", title: "Keys", "aria-label": "Keys" }, "?");
  keys.onclick = () => document.getElementById("keys").showModal();
  const label = make("label", { htmlFor: "search-input", className: "hidden-label" }, "Search");
  const place = document.getElementById("search");
  place.append(label, input, keys, list, status);

  let finder;
  let active = -1;
  let isWanted = false;

  const load = (name) => new Promise((done, failed) =>
    document.head.append(make("script", { src: root + name, onload: done, onerror: failed })));

  /** Loads what is searched, once. */
  function prepare() {
    finder ??= Promise.all([load("ufuzzy.js"), load("search-data.js")]).then(() => newFinder(searchData));
    return finder;
  }

  /** Makes a function that finds pages. */
  function newFinder({ kinds, pages, texts, numbers }) {
    const letters = "\\p{L}";
    const settings = {
      unicode: true,
      interSplit: `[^${letters}\\d']+`,
      intraSplit: "\\p{Ll}\\p{Lu}",
      intraBound: `${letters}\\d|\\d${letters}|\\p{Ll}\\p{Lu}`,
      intraChars: `[${letters}\\d']`,
      intraContr: `'${letters}{1,2}\\b`,
    };
    const strict = new uFuzzy(settings);
    const lenient = new uFuzzy({ ...settings, intraMode: 1 });
    // The texts are searched like the names of pages, and stand for the pages of their errors.
    const hay = [
      ...pages.map(([, , name, about, also]) => `${name} ${about} ${also}`),
      ...texts.map(([text]) => text.replace(/\{\w+\}/g, " … ")),
    ];
    const byName = new Map();
    pages.forEach(([kind, , name, about, also], page) => {
      // The id of a scenario stands for it, and not for the questions that it answers.
      const names = kinds[kind] === "question" ? [name] : [name, about, ...also.split(" ")];
      for (const word of names) {
        const key = word.toLowerCase();
        if (key !== "") byName.set(key, [...(byName.get(key) ?? []), page]);
      }
    });
    const parts = texts.map(([text]) => text.toLowerCase().split(/\{\w+\}/).map((part) => part.trim()).filter(Boolean));
    const isLetter = (letter) => letter !== undefined && /[\p{L}\d_]/u.test(letter);

    /** How many letters of a text stand in a line, where all of it does; otherwise 0. */
    function within(line, [first, ...rest]) {
      let at = line.indexOf(first);
      if (at < 0 || isLetter(line[at - 1]) && isLetter(first[0])) return 0;
      let length = first.length;
      at += length;
      for (const part of rest) {
        const next = line.indexOf(part, at);
        if (next < 0) return 0;
        length += part.length;
        at = next + part.length;
      }
      return isLetter(line[at]) && isLetter(line[at - 1]) ? 0 : length;
    }

    /** The number in `10054`, `os error 54`, `[Errno 104]`, `exit status 141` or `0x80072746`. */
    function numberIn(line) {
      const found = line.match(/^\W*?(-?\d+|0x[\da-f]+)\W*$/i)
        ?? line.match(/(?:error|errno|code|status|signal)\W{0,3}(-?\d+|0x[\da-f]+)\b/i)
        ?? line.match(/\b(0x8007[\da-f]{4})\b/i);
      if (!found) return null;
      const number = Number(found[1]);
      return number >>> 16 === 0x8007 ? number & 0xffff : number;
    }

    return (query) => {
      const line = query.trim().replace(/\s+/g, " ");
      const lower = line.toLowerCase();
      const hits = new Map();
      const add = (page, why) => hits.has(page) || hits.set(page, why ?? "");
      const addText = (at) => {
        const [text, of, its] = texts[at];
        for (const page of its) add(page, of ? `${text} (${of})` : text);
      };
      const number = numberIn(line);
      const addNumber = (value) => {
        for (const [page, where] of numbers[value] ?? []) add(page, where);
      };

      // What `brokenpipe explain` knows for certain: names, numbers, and texts with something around them.
      for (const page of byName.get(lower) ?? []) add(page);
      if (number !== null && /^\W*(-?\d+|0x[\da-f]+)\W*$/i.test(line)) addNumber(number);
      const inside = [];
      if (line.length > 5) {
        parts.forEach((part, at) => {
          const length = within(lower, part);
          if (length > 5) inside.push([length, at]);
        });
      }
      inside.sort((one, other) => other[0] - one[0] || one[1] - other[1]);
      for (const [, at] of inside.slice(0, MOST_OF_A_KIND)) addText(at);
      if (number !== null) addNumber(number);
      for (const word of line.split(/[^\w-]+/)) {
        if (/^[A-Z_]{4,}$/.test(word)) {
          for (const page of byName.get(word.toLowerCase()) ?? []) if (pages[page][0] === 0) add(page);
        }
      }
      if (/^-?\d{2,}$/.test(line) && hits.size === 0) {
        for (const value in numbers) if (value.startsWith(line) && value.length < 7) addNumber(value);
      }

      // A number is in many texts that are about something else.
      const words = number !== null && hits.size > 0 ? "" : line.replace(/(^|\s)-+/g, "$1");
      let [found, info, order] = strict.search(hay, words, 4, 1e5);
      if (!found?.length) [found, info, order] = lenient.search(hay, words, 0, 1e5);
      const ranked = order ? order.map((at) => info.idx[at]) : (found ?? []);
      const ofKind = new Map();
      const later = [];
      for (const at of ranked) {
        const kind = at < pages.length ? pages[at][0] : 0;
        const count = (ofKind.get(kind) ?? 0) + 1;
        if (count > MOST_OF_A_KIND) later.push(at);
        else {
          const before = hits.size;
          at < pages.length ? add(at) : addText(at - pages.length);
          if (hits.size > before) ofKind.set(kind, count);
        }
      }
      for (const at of later) {
        if (hits.size >= MOST) break;
        at < pages.length ? add(at) : addText(at - pages.length);
      }
      return [...hits].slice(0, MOST).map(([page, why]) => {
        const [kind, address, name, about] = pages[page];
        return { kind: kinds[kind], address, name, about: why || about };
      });
    };
  }

  const options = () => [...list.children];

  function activate(at) {
    const all = options();
    all[active]?.setAttribute("aria-selected", "false");
    active = all.length === 0 ? -1 : (at + all.length) % all.length;
    const option = all[active];
    if (!option) return input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }

  function close() {
    list.hidden = true;
    status.textContent = "";
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    active = -1;
  }

  function open(option, isNewWindow) {
    const address = root + option.dataset.address;
    if (isNewWindow) window.open(address);
    else location.href = address;
    close();
  }

  async function search() {
    const find = await prepare().catch(() => null);
    const query = input.value;
    if (!find) status.textContent = "the data of the search cannot be read";
    if (!find || query.trim() === "") return close();
    const hits = find(query);
    list.replaceChildren(...hits.map(({ kind, address, name, about }, at) => {
      const option = make("li", { role: "option", id: `hit-${at}`, "aria-selected": "false" },
        make("span", { className: "kind" }, kind), " ",
        make("span", { className: "hit" }, name), " ",
        make("span", { className: "about" }, about));
      Object.assign(option.dataset, { kind, address });
      return option;
    }));
    list.hidden = hits.length === 0;
    input.setAttribute("aria-expanded", String(hits.length > 0));
    const count = hits.length === 1 ? "1 hit" : `${hits.length} hits`;
    status.textContent = hits.length === 0 ? `nothing found: ${query}` : count;
    activate(0);
    // Enter was pressed before there were hits.
    if (isWanted && options().length > 0) open(options()[0]);
    isWanted = false;
  }

  input.addEventListener("focus", () => {
    prepare().catch(() => null);
    if (input.value !== "") search();
  });
  input.addEventListener("input", () => {
    isWanted = false;
    search();
  });
  input.addEventListener("keydown", (event) => {
    const at = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: -1, PageUp: 0 }[event.key];
    if (event.key === "Enter" && input.value.trim() !== "") {
      if (active >= 0) open(options()[active], event.ctrlKey || event.metaKey);
      else {
        isWanted = true;
        search();
      }
    } else if (event.key === "Escape") {
      if (list.hidden) input.value = "";
      close();
    } else if (at !== undefined && !list.hidden) activate(at);
    else if (event.key === "ArrowDown" && input.value !== "") search();
    else return;
    event.preventDefault();
  });
  // The field keeps the focus, so that a click is no reason to close the list before it arrives.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) open(option, event.ctrlKey || event.metaKey);
  });
  input.addEventListener("blur", close);
}
