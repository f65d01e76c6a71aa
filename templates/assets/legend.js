/** The legend: each class highlights its countries on hover and on focus, and until the next press once it is pressed. */
(function (geo) {
  "use strict";
  const list = geo.byId("legend");
  /** @type {(kind: string) => void} */
  let highlight = () => {};
  let pressed = "";

  /**
   * Makes buttons of the entries in the page.
   * @param {(kind: string) => void} highlightKind  "" = none
   * @param {(kind: string) => void} choose  called when an entry is pressed: with its kind, or "" if it was pressed before
   */
  function start(highlightKind, choose) {
    highlight = highlightKind;
    for (const item of list.children) wrap(item, partOf(item, "i").className);
    /** @param {Event} event */
    const kindAt = (event) => geo.closest(event, "button")?.dataset.kind || "";
    list.addEventListener("pointerover", (event) => { if (event.pointerType === "mouse") highlight(kindAt(event) || pressed); });
    list.addEventListener("pointerleave", () => highlight(pressed));
    list.addEventListener("focusin", (event) => { if (geo.closest(event, ":focus-visible")) highlight(kindAt(event)); });
    list.addEventListener("focusout", () => highlight(pressed));
    list.addEventListener("click", (event) => { const kind = kindAt(event); if (kind) choose(kind === pressed ? "" : kind); });
  }

  /** @param {Element} item @param {"i" | "b" | "span"} tag  swatch, label or note */
  const partOf = (item, tag) => /** @type {HTMLElement} */ (item.querySelector(tag));

  /** @param {Element} item @param {string} kind */
  function wrap(item, kind) {
    const button = geo.button("");
    button.dataset.kind = kind;
    button.setAttribute("aria-pressed", "false");
    button.append(...item.childNodes);
    item.append(button);
  }

  /** Shows an entry as pressed. @param {string} kind  "" = none */
  function press(kind) {
    pressed = kind;
    for (const button of list.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset.kind === pressed));
    }
    highlight(pressed);
  }

  /** @param {LegendEntry[]} entries @param {number} classes @param {string} kind  of the pressed entry, "" = none */
  function render(entries, classes, kind) {
    list.className = list.className.replace(/\bk\d\b/, `k${classes}`);
    if (!sameClasses(entries)) replace(entries);
    else entries.forEach((entry, index) => {
      const note = partOf(list.children[index], "span");
      if (note.textContent !== entry.note) note.textContent = entry.note;
    });
    press(kind);
  }

  /** Do only the notes differ? Then the buttons stay, with the focus. @param {LegendEntry[]} entries */
  function sameClasses(entries) {
    return entries.length === list.children.length && entries.every(({ kind, label }, index) => {
      const item = list.children[index];
      return partOf(item, "i").className === kind && partOf(item, "b").textContent === label;
    });
  }

  /** @param {LegendEntry[]} entries */
  function replace(entries) {
    const active = document.activeElement;
    const focused = active instanceof HTMLElement && list.contains(active) && active.dataset.kind;
    list.replaceChildren(...entries.map((entry) => {
      const item = geo.make("li");
      item.append(geo.make("i", "", entry.kind), geo.make("b", entry.label), " ", geo.make("span", entry.note));
      if (!entry.apart) wrap(item, entry.kind);
      return item;
    }));
    if (focused) /** @type {HTMLElement | null} */ (list.querySelector(`[data-kind="${focused}"]`))?.focus();
  }

  geo.legend = { start, render };
})(apivideoGeo);
