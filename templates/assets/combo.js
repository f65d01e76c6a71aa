/** A field with a list of names, from which a reader chooses up to some; the chosen ones with a button each that removes it. */
(function (geo) {
  "use strict";
  const { _ } = geo, fold = window.apivideoGeoFold;
  /** Maximum number of names that are offered at once. */
  const OFFERED = 60;
  const find = geo.byId("find"), list = geo.byId("choices"), full = geo.byId("full"), chips = geo.byId("chosen");

  /** @type {ApivideoGeo["combo"]["start"]} */
  function start({ items, most, keys, choose, content }) {
    const plain = new Map(items.map((item) => [item.key, fold(`${item.name} ${item.key} ${item.note}`)]));
    const byKey = new Map(items.map((item) => [item.key, item]));
    /** The option that the arrow keys are at. */
    let at = -1;

    /** Adds or removes an item, and says so. @param {ChoiceItem} item */
    function toggle({ key, name }) {
      const chosen = keys(), there = chosen.includes(key);
      full.hidden = there || chosen.length < most;
      if (!there && chosen.length >= most) {
        geo.say(full.textContent || "");
        return;
      }
      choose(there ? chosen.filter((each) => each !== key) : [...chosen, key]);
      geo.say(there ? _("%(name)s removed", { name }) : _("%(name)s added", { name }));
    }

    /** The items that match what is typed: those that are chosen first, then those whose key it is, then those that begin with it. */
    function matching() {
      const typed = fold(find.value).trim(), words = typed.split(/\s+/).filter(Boolean), chosen = keys();
      const matches = items.filter((item) => words.every((word) => plain.get(item.key)?.includes(word)));
      /** @param {ChoiceItem} item */
      const place = ({ key, name }) => (chosen.includes(key) ? 0 : fold(key) === typed ? 1 : fold(name).startsWith(typed) ? 2 : 3);
      return matches.sort((a, b) => place(a) - place(b)).slice(0, OFFERED);
    }

    /** Fills the list of names, and opens it. */
    function offer() {
      const chosen = keys();
      list.replaceChildren(...matching().map((item, index) => {
        const option = geo.make("li", item.name), picked = chosen.includes(item.key);
        option.id = `choice-${index}`;
        option.dataset.key = item.key;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", String(picked));
        if (chosen.length >= most && !picked) option.setAttribute("aria-disabled", "true");
        if (item.note) option.append(" ", geo.make("span", item.note, "kind"));
        return option;
      }));
      if (!list.children.length) {
        const none = geo.make("li", _("Nothing by that name."));
        none.setAttribute("role", "option");
        none.setAttribute("aria-disabled", "true");
        none.setAttribute("aria-selected", "false");
        list.append(none);
      }
      open(true);
      go(Math.min(at, list.children.length - 1));
    }

    /** @param {boolean} shown */
    function open(shown) {
      list.hidden = !shown;
      find.setAttribute("aria-expanded", String(shown));
      if (!shown) go(-1);
    }

    /** Moves to an option; −1 is none. @param {number} index */
    function go(index) {
      list.querySelector(".at")?.classList.remove("at");
      at = index;
      const option = list.children[index];
      option?.classList.add("at");
      option?.scrollIntoView({ block: "nearest" });
      if (option?.id) find.setAttribute("aria-activedescendant", option.id);
      else find.removeAttribute("aria-activedescendant");
    }

    /** @param {KeyboardEvent} event */
    function press(event) {
      const last = list.children.length - 1;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (list.hidden) offer();
        else if (event.key === "ArrowDown") go(at >= last ? 0 : at + 1);
        else go(at <= 0 ? last : at - 1);
      } else if (event.key === "Enter" && !list.hidden) pick(/** @type {HTMLElement | null} */ (list.children[at] || best()));
      else if (event.key === "Escape" && !list.hidden) open(false);
      else return;
      event.preventDefault();
    }

    /** The first option that is not chosen, of those that match what is typed. */
    const best = () => (find.value.trim() ? list.querySelector("[aria-selected=false]") : null);

    /** @param {HTMLElement | null} option */
    function pick(option) {
      const item = byKey.get(option?.dataset.key || "");
      if (!item) return;
      toggle(item);
      if (find.value) find.select();
      go([...list.children].findIndex((each) => /** @type {HTMLElement} */ (each).dataset.key === item.key));
    }

    /** @param {ChoiceItem} item @param {number} slot */
    function chip(item, slot) {
      const entry = geo.make("li"), button = geo.button("×");
      button.setAttribute("aria-label", _("Remove %(name)s", { name: item.name }));
      button.addEventListener("click", () => {
        toggle(item);
        const rest = /** @type {NodeListOf<HTMLElement>} */ (chips.querySelectorAll("button"));
        (rest[Math.min(slot, rest.length - 1)] || find).focus();
      });
      entry.append(...content(item, slot), button);
      return entry;
    }

    find.addEventListener("focus", offer);
    find.addEventListener("input", () => { at = -1; offer(); });
    find.addEventListener("keydown", press);
    find.addEventListener("blur", () => open(false));
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    list.addEventListener("click", (event) => pick(geo.closest(event, "li")));
    return {
      show() {
        if (keys().length < most) full.hidden = true; // after "Back", too
        chips.replaceChildren(...keys().map((key, slot) => chip(/** @type {ChoiceItem} */ (byKey.get(key)), slot)));
        if (!list.hidden) offer();
      },
    };
  }

  geo.combo = { start };
})(apivideoGeo);
