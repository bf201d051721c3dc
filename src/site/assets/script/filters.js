// Filters of tables: by text, family, error and difference, and the columns that are shown. All is in the address.
{
  const tables = document.querySelectorAll("table.filterable");

  /** The cells of a row by the column that they begin in. */
  function byColumn(row) {
    const cells = new Map();
    let at = 0;
    for (const cell of row.cells) {
      cells.set(at, cell);
      at += cell.colSpan;
    }
    return cells;
  }

  const textOf = (cell) => [...cell.querySelectorAll(".t")].map((text) => text.textContent).join(" ");

  /** The errors among the outcomes of a cell, and other ends that people look for. */
  const errorsOf = (text) => text.match(/\bE[A-Z][A-Z0-9]+\b|\beof\b|\bkilled [A-Z0-9]+/g) ?? [];

  /** What is known of a table: its columns that can be hidden, its groups and rows. */
  function read(table) {
    const columns = [];
    for (const row of table.tHead?.rows ?? []) {
      for (const [at, head] of byColumn(row)) {
        if (head.dataset.column) columns.push({ at, head, name: head.dataset.column, title: head.textContent.trim() });
      }
    }
    const groups = [...table.tBodies].map((body) => {
      const all = [...body.rows];
      const heads = all.filter(isHead);
      const rows = all.filter((row) => !heads.includes(row)).map((row) => {
        const cells = byColumn(row);
        const known = columns.map(({ at }) => cells.get(at));
        const texts = known.map((cell) => (cell ? textOf(cell) : ""));
        const others = [...row.cells].filter((cell) => !known.includes(cell));
        return {
          row,
          cells: known,
          texts,
          errors: texts.map(errorsOf),
          otherText: [...heads, ...others].map((cell) => cell.textContent).join(" ").toLowerCase(),
          // What is no column that can be hidden may have an error, too.
          otherErrors: others.flatMap((cell) => errorsOf(textOf(cell))),
          family: row.dataset.family ?? "",
          matters: row.dataset.class === "differs",
        };
      });
      return { body, heads, rows };
    });
    return { table, columns, groups, rows: groups.flatMap((group) => group.rows) };
  }

  /** The controls of a table, in the box that the page has for them. */
  function addFilters(box, prefix) {
    const table = document.getElementById(box.dataset.for);
    if (!table) return;
    const { columns, groups, rows } = read(table);
    const unique = (values) => [...new Set(values)];
    const families = unique(rows.map((row) => row.family)).filter((family) => family !== "");
    const errors = unique(rows.flatMap((row) => [...row.errors.flat(), ...row.otherErrors])).sort();

    const text = make("input", { type: "search", name: "text", autocomplete: "off", spellcheck: false, size: 18 });
    const select = (name, any, values) =>
      make("select", { name, autocomplete: "off" }, make("option", { value: "" }, any),
        ...values.map((value) => make("option", { value }, value)));
    const family = select("family", "any", families);
    const error = select("error", "any", errors);
    const box_ = (name, value = "1") => make("input", { type: "checkbox", name, value, autocomplete: "off" });
    const differs = box_("differs");
    const matters = box_("matters");
    const boxes = columns.map(({ name }) => Object.assign(box_("column", name), { checked: true }));
    const button = (name, label, click) =>
      make("button", { type: "button", name, onclick: click }, label);
    const count = make("span", { className: "count", role: "status" });
    const summary = make("summary");
    const address = make("input", { type: "text", className: "address", readOnly: true, hidden: true });
    address.setAttribute("aria-label", "Address of this view");

    const labelled = (label, control) => make("label", {}, make("span", {}, label), " ", control);
    const checked = (label, control) => make("label", { className: "check" }, control, " " + label);
    const setAll = (on) => () => {
      for (const box of boxes) box.checked = on;
      changed();
    };
    const link = button("link", "Copy link", () => {
      writeAddress();
      copy(location.href, link, () => {
        address.hidden = false;
        address.value = location.href;
        address.select();
      });
    });
    const clear = button("clear", "Clear", () => {
      text.value = family.value = error.value = "";
      differs.checked = matters.checked = false;
      setAll(true)();
    });

    box.setAttribute("role", "group");
    box.setAttribute("aria-label", "Filters of the table" + (table.caption ? ": " + table.caption.textContent : ""));
    box.append(labelled("Text", text));
    if (families.length > 1) box.append(labelled("Family", family));
    if (errors.length > 0) box.append(labelled("Outcome", error));
    if (columns.length > 1) box.append(checked("Only what differs", differs));
    if (rows.some((row) => row.matters)) {
      box.append(checked("Only where portable code must act differently", matters));
    }
    if (columns.length > 1) {
      const labels = columns.map(({ title }, at) => checked(title, boxes[at]));
      const both = [button("all", "All", setAll(true)), button("none", "None", setAll(false))];
      const inner = make("div", {}, ...labels, ...both);
      box.append(make("details", { className: "columns" }, summary, inner));
    }
    box.append(clear, link, address, count);

    /** Shows what fits the controls, and hides the rest. */
    function apply() {
      const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
      const shown = boxes.map((box) => box.checked);
      const isShown = (_, at) => shown[at];
      const hiddenBefore = (from, to) => columns.filter(({ at }, n) => !shown[n] && from <= at && at < to).length;
      columns.forEach(({ head }, at) => (head.hidden = !shown[at]));
      let left = 0;
      for (const { body, heads, rows } of groups) {
        let any = false;
        for (const { row, cells, texts, errors, otherText, otherErrors, family: own, matters: mine } of rows) {
          const seen = () =>
            [otherText, ...cells.filter(isShown).map((cell) => cell?.textContent.toLowerCase() ?? "")].join(" ");
          const known = () => new Set(texts.filter(isShown).filter((text) => text !== ""));
          const fits =
            (family.value === "" || own === family.value) &&
            (error.value === "" || [otherErrors, ...errors.filter(isShown)].some((all) => all.includes(error.value))) &&
            (!matters.checked || mine) &&
            (!differs.checked || known().size > 1) &&
            (words.length === 0 || ((all) => words.every((word) => all.includes(word)))(seen()));
          row.hidden = !fits;
          cells.forEach((cell, at) => cell && (cell.hidden = !shown[at]));
          any ||= fits;
          left += fits;
        }
        body.hidden = !any && rows.length > 0;
        for (const head of heads) {
          const [from, cell] = [...byColumn(head)].at(-1);
          cell.dataset.span ??= cell.colSpan;
          const span = Number(cell.dataset.span);
          cell.colSpan = Math.max(1, span - hiddenBefore(from, from + span));
        }
      }
      count.textContent = `${left} of ${rows.length} rows`;
      summary.textContent = `Columns: ${shown.filter(Boolean).length} of ${columns.length}`;
      table.dispatchEvent(new CustomEvent("filtered"));
    }

    function writeAddress() {
      const state = readState();
      const set = (name, value) => (value === null ? state.delete(prefix + name) : state.set(prefix + name, value));
      set("text", text.value || null);
      set("family", family.value || null);
      set("error", error.value || null);
      set("differs", differs.checked ? "1" : null);
      set("matters", matters.checked ? "1" : null);
      const on = boxes.filter((box) => box.checked).map((box) => box.value);
      set("columns", on.length === boxes.length ? null : on.join(","));
      writeState(state);
    }

    /** What the address has and this table knows. */
    function readAddress() {
      const state = readState();
      const get = (name) => state.get(prefix + name);
      text.value = get("text") ?? "";
      family.value = families.length > 1 && families.includes(get("family")) ? get("family") : "";
      error.value = errors.includes(get("error")) ? get("error") : "";
      differs.checked = columns.length > 1 && get("differs") === "1";
      matters.checked = matters.isConnected && get("matters") === "1";
      const wanted = get("columns")?.split(",");
      const isMeant = wanted && (wanted.join() === "" || columns.some(({ name }) => wanted.includes(name)));
      if (isMeant && columns.length > 1) for (const box of boxes) box.checked = wanted.includes(box.value);
    }

    function changed() {
      apply();
      writeAddress();
    }

    // Browsers limit how often a page may set its address.
    let later;
    text.addEventListener("input", () => {
      apply();
      clearTimeout(later);
      later = setTimeout(writeAddress, 200);
    });
    box.addEventListener("change", (event) => event.target !== address && changed());
    readAddress();
    apply();
    box.classList.add("ready");
  }

  for (const box of document.querySelectorAll(".filters[data-for]")) {
    addFilters(box, tables.length > 1 ? box.dataset.for + "." : "");
  }
}
