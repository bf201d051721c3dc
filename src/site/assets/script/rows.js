// Keys: through the rows of a table, to the search, and what keys there are.
{
  const rowsOf = (table) =>
    [...table.tBodies].flatMap((body) => (body.hidden ? [] : [...body.rows]))
      .filter((row) => !row.hidden && !isHead(row));

  /** One row of a table can be reached with Tab, and the others from there. */
  function rove(table, to) {
    for (const row of table.querySelectorAll("tr[tabindex='0']")) row.tabIndex = -1;
    if (to) to.tabIndex = 0;
  }

  const tables = [...document.querySelectorAll("table.filterable")];
  for (const table of tables) {
    const reset = () => {
      const rows = rowsOf(table);
      for (const row of rows) if (row.tabIndex !== 0) row.tabIndex = -1;
      if (!rows.some((row) => row.tabIndex === 0)) rove(table, rows[0]);
    };
    table.addEventListener("filtered", reset);
    reset();
  }

  function move(table, row, step) {
    const rows = rowsOf(table);
    const at = row ? rows.indexOf(row) + step : 0;
    const to = rows[step === -Infinity ? 0 : Math.min(Math.max(at, 0), rows.length - 1)];
    if (!to) return;
    rove(table, to);
    to.focus();
    to.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  const dialog = make("dialog", { id: "keys" });
  dialog.setAttribute("aria-labelledby", "keys-title");
  const keys = [
    ["/", "search"],
    ["j k", "next row, row before"],
    ["↓ ↑ Home End", "from a row to another"],
    ["Enter", "open the first link of the row"],
    ["?", "this list"],
    ["Esc", "close it"],
  ];
  const definitions = keys.flatMap(([key, what]) => [
    make("dt", {}, ...key.split(" ").flatMap((one) => [make("kbd", {}, one), " "])),
    make("dd", {}, what),
  ]);
  dialog.append(
    make("h2", { id: "keys-title" }, "Keys"),
    make("dl", {}, ...definitions),
    make("button", { type: "button", onclick: () => dialog.close() }, "Close"),
  );
  document.body.append(dialog);

  const STEPS = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };

  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || dialog.open) return;
    if (takesKeys(target)) return;
    const row = target.closest("table.filterable tbody tr");
    if (key === "/") document.getElementById("search-input").focus();
    else if (key === "?") dialog.showModal();
    else if (key === "Enter" && row === target) row.querySelector("a[href]")?.click();
    else if (key in STEPS && (key === "j" || key === "k" || row === target)) {
      const table = row?.closest("table") ?? tables.find((table) => rowsOf(table).length > 0);
      if (!table) return;
      move(table, row, STEPS[key]);
    } else return;
    event.preventDefault();
  });
}
