/**
 * The search over all that has a page. The build puts the index in front of this script, and head.js loads both when a
 * reader first opens the search. A dialog with a combobox: the field keeps the focus, arrows move in the list below it.
 */
(function () {
  "use strict";
  const index = window.apivideoGeoSearch;
  const site = new URL(".", /** @type {HTMLScriptElement} */ (document.currentScript).src);
  const opener = /** @type {HTMLElement} */ (document.getElementById("search"));
  /** Maximum number of results in the list. */
  const MOST = 50;
  /** Maximum number of characters that the field of a list takes. */
  const LONGEST = 60;
  /** Pages that show the period of the address. */
  const WITH_PERIOD = /^(country|video|collection|compare)\b/;
  /** Scripts without spaces between words: a word may start at each of their letters. */
  const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/gu;
  const { lang } = document.body;
  const number = new Intl.NumberFormat(`${lang || document.documentElement.lang}-u-nu-latn`);
  const plural = new Intl.PluralRules(lang || document.documentElement.lang);

  /** The words of a text with single spaces, without accents and capitals. @param {string} text */
  const fold = (text) => window.apivideoGeoFold(text).replace(UNSPACED, " $&").replace(/[^\p{L}\p{N}]+/gu, " ").trim();

  // In the order of the index: countries before videos, and of each kind the highest count first.
  const entries = index.kinds.flatMap((kind) => kind.entries.map(([part, name, count = "", place = "", also = []]) => {
    const path = part ? kind.path.replace("*", part) : inList(kind.list, `${name} ${place}`);
    const code = /^country.(\w+)/.exec(path)?.[1] || "";
    const forms = [name, code, ...also].map(fold);
    return { path, name, forms, text: ` ${[...forms, fold(place)].join(" ")}`, note: [kind.kind, place, count].filter(Boolean).join(" · ") };
  }));

  /** The address of a list that shows only the rows with `words`. @param {string} list @param {string} words */
  function inList(list, words) {
    return `${list}?find=${encodeURIComponent(words.slice(0, LONGEST).trim())}`;
  }

  /** How well an entry fits: 0 is the complete name, 3 words anywhere, -1 not at all. @param {typeof entries[0]} entry @param {string} wanted */
  function score({ forms, text }, wanted) {
    if (forms.includes(wanted)) return 0;
    if (forms[0].startsWith(wanted)) return 1;
    if (` ${forms[0]}`.includes(` ${wanted}`)) return 2;
    return wanted.split(" ").every((word) => text.includes(` ${word}`)) ? 3 : -1;
  }

  /** The entries that fit, best first; all without a word. @param {string} typed */
  function find(typed) {
    const wanted = fold(typed);
    if (!wanted) return typed.trim() ? [] : entries;
    const scored = entries.map((entry) => ({ entry, score: score(entry, wanted) })).filter((one) => one.score >= 0);
    return scored.sort((a, b) => a.score - b.score).map((one) => one.entry);
  }

  /**
   * Makes an element with attributes. @template {keyof HTMLElementTagNameMap} T
   * @param {T} tag @param {Record<string, string>} attributes @param {string} [text]
   */
  function make(tag, attributes, text = "") {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = text;
    return element;
  }

  const dialog = make("dialog", { class: "search-box", "aria-label": index.label });
  const field = make("input", {
    type: "text", role: "combobox", "aria-label": index.label, "aria-autocomplete": "list", "aria-controls": "search-list", "aria-expanded": "false",
    placeholder: index.hint, maxlength: "100", autocomplete: "off", autocapitalize: "off", spellcheck: "false", inputmode: "search", enterkeyhint: "go",
  });
  const close = make("button", { type: "button", class: "close", "aria-label": index.close }, "×");
  const list = make("div", { id: "search-list", role: "listbox", "aria-label": index.results });
  const said = make("p", { role: "status" });
  let active = -1;

  /** The address of a page, with the period that is shown now. @param {string} path */
  function address(path) {
    const url = new URL(path, site), period = new URLSearchParams(location.search).get("period");
    if (period && WITH_PERIOD.test(path)) url.searchParams.set("period", period);
    return url.href;
  }

  /** @param {typeof entries[0]} entry @param {number} place */
  function option({ path, name, note }, place) {
    const link = make("a", { id: `search-${place}`, role: "option", tabindex: "-1", href: address(path), "aria-selected": "false" });
    const title = make("b", { dir: "auto" }, name);
    // Names are in the page's locale, sentences may be in another language.
    if (lang) title.lang = document.documentElement.lang;
    link.append(title, " ", make("span", {}, note));
    return link;
  }

  function show() {
    const found = find(field.value), shown = found.slice(0, MOST);
    list.replaceChildren(...shown.map(option));
    list.scrollTop = 0;
    list.hidden = !shown.length;
    field.setAttribute("aria-expanded", String(shown.length > 0));
    const forms = found.length > MOST ? index.first : index.found;
    const text = shown.length ? forms[plural.select(found.length)] || forms.other : index.nothing;
    said.textContent = field.value ? text.replace("%(shown)s", number.format(MOST)).replace("%(count)s", number.format(found.length)) : "";
    active = -1;
    field.removeAttribute("aria-activedescendant");
    if (field.value && shown.length) move(0);
  }

  /** Makes an option the active one. @param {number} place */
  function move(place) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = place;
    const chosen = list.children[active];
    chosen.setAttribute("aria-selected", "true");
    chosen.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", chosen.id);
  }

  /** @param {KeyboardEvent} event */
  function press(event) {
    const { length } = list.children, { key, ctrlKey, metaKey, shiftKey } = event;
    if (event.isComposing || !length) return;
    if (key === "ArrowDown") move((active + 1) % length);
    else if (key === "ArrowUp") move((Math.max(active, 0) + length - 1) % length);
    else if (key === "Enter" && active >= 0) list.children[active].dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }));
    else return;
    event.preventDefault();
  }

  function open() {
    opener.removeAttribute("aria-busy");
    if (dialog.open) return;
    field.value = "";
    show();
    dialog.showModal();
  }

  // Keys pressed in the box are not for the page below it.
  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  field.addEventListener("input", show);
  field.addEventListener("keydown", press);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    const { target, ctrlKey, metaKey, shiftKey } = event;
    // Around the box, or on a result that opens in this window: the box is not there when the reader comes back.
    const followed = /** @type {Element} */ (target).closest("a") && !(ctrlKey || metaKey || shiftKey);
    if (target === dialog || followed) dialog.close();
  });
  const head = make("div", {});
  head.append(field, close);
  dialog.append(head, list, said);
  document.body.append(dialog);
  opener.addEventListener("search", open);

  const style = make("link", { rel: "stylesheet", href: new URL(index.style, site).href });
  style.onload = style.onerror = open;
  document.head.append(style);
})();
