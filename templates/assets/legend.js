// @ts-check
/** The legend: each class lights its countries, on hover, on focus, and for as long as it is pressed in. */
(function (geo) {
  "use strict";
  const list = geo.byId("legend");
  /** @type {(kind: string) => void} */
  let light = () => {};
  let pressed = "";

  /** Turns the entries the page was sent with into buttons. @param {(kind: string) => void} lightKind  "" = none
   *  @param {(kind: string) => void} choose  called when an entry is pressed: with its kind, or "" if it was pressed in */
  function start(lightKind, choose) {
    light = lightKind;
    for (const item of list.children) {
      wrap(item, item.querySelector("i").className);
    }
    const kindAt = (event) => event.target.closest("button")?.dataset.kind || "";
    list.addEventListener("pointerover", (event) => { if (event.pointerType === "mouse") light(kindAt(event) || pressed); });
    list.addEventListener("pointerleave", () => light(pressed));
    list.addEventListener("focusin", (event) => { if (event.target.matches(":focus-visible")) light(kindAt(event)); });
    list.addEventListener("focusout", () => light(pressed));
    list.addEventListener("click", (event) => { const kind = kindAt(event); if (kind) choose(kind === pressed ? "" : kind); });
  }

  /** @param {Element} item @param {string} kind */
  function wrap(item, kind) {
    const button = geo.make("button");
    button.type = "button";
    button.dataset.kind = kind;
    button.setAttribute("aria-pressed", "false");
    button.append(...item.childNodes);
    item.append(button);
  }

  /** Presses the entry of a kind in, and lets go of the others. @param {string} kind  "" = none */
  function press(kind) {
    pressed = kind;
    for (const button of list.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset.kind === pressed));
    }
    light(pressed);
  }

  /** @param {{kind: string, label: string, note: string, apart?: boolean}[]} entries @param {number} classes @param {string} kind  which is pressed in, "" = none */
  function render(entries, classes, kind) {
    list.className = list.className.replace(/\bk\d\b/, `k${classes}`);
    if (!sameClasses(entries)) replace(entries);
    else entries.forEach((entry, place) => {
      const note = list.children[place].querySelector("span");
      if (note.textContent !== entry.note) note.textContent = entry.note;
    });
    press(kind);
  }

  /** Do only the notes differ? Then what is focused or pressed in may stay. */
  function sameClasses(entries) {
    return entries.length === list.children.length && entries.every(({ kind, label }, place) => {
      const item = list.children[place];
      return item.querySelector("i").className === kind && item.querySelector("b").textContent === label;
    });
  }

  function replace(entries) {
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.kind : "";
    list.replaceChildren(...entries.map((entry) => {
      const item = geo.make("li");
      item.append(geo.make("i", "", entry.kind), geo.make("b", entry.label), " ", geo.make("span", entry.note));
      if (!entry.apart) wrap(item, entry.kind);
      return item;
    }));
    if (focused) list.querySelector(`[data-kind="${focused}"]`)?.focus();
  }

  geo.legend = { start, render };
})(apivideoGeo);
