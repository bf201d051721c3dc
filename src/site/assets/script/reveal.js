// Details that the address leads to are opened, and texts to copy get a button.
{
  function reveal() {
    let id = location.hash.slice(1);
    try {
      id = decodeURIComponent(id);
    } catch {
      // It is the id as it stands.
    }
    const target = id && document.getElementById(id);
    if (!target) return;
    let around = target.closest("details");
    const behind = target.nextElementSibling;
    if (!around) {
      around = target.querySelector("details") ?? (behind?.tagName === "DETAILS" ? behind : null);
    }
    for (let open = around; open; open = open.parentElement.closest("details")) open.open = true;
    if (around) target.scrollIntoView();
  }
  addEventListener("hashchange", reveal);
  reveal();

  function addCopy(element, place) {
    const button = make("button", { type: "button", className: "copy" }, "Copy");
    button.onclick = () => {
      copy(element.textContent.replace(/\n$/, ""), button, () => getSelection().selectAllChildren(element));
    };
    place(button);
  }
  for (const text of document.querySelectorAll("main pre")) {
    addCopy(text, (button) => {
      const around = make("div", { className: "copied" });
      text.replaceWith(around);
      // The room for the button may make it scroll, which needs the focus where there is no mouse.
      text.tabIndex = 0;
      around.append(text, button);
    });
  }
  for (const text of document.querySelectorAll("main code.command")) {
    if (!text.closest("pre")) addCopy(text, (button) => text.after(" ", button));
  }
}
