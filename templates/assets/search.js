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
  /** Pages that show the period of the address and what it is compared with. */
  const WITH_PERIOD = /^(country|video|collection|group|compare)\b/;
  /** Scripts without spaces between words: a word may start at each of their letters. */
  const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/gu;
  const { lang } = document.body;
  const said = lang || document.documentElement.lang;
  const number = new Intl.NumberFormat(`${said}-u-nu-latn`, /** @type {Intl.NumberFormatOptions} */ ({ useGrouping: "always" }));
  const plural = new Intl.PluralRules(said);
  /** Languages in which a country can be found, in addition to that of the page. */
  const LANGUAGES = ["en", "fr", "de", "es"];
  const regions = LANGUAGES.map((language) => new Intl.DisplayNames(language, { type: "region", fallback: "none" }));

  /** The words of a text with single spaces, without accents and capitals. @param {string} text */
  const fold = (text) => window.apivideoGeoFold(text).replace(UNSPACED, " $&").replace(/[^\p{L}\p{N}]+/gu, " ").trim();

  /** A count with its noun. @param {number | string} amount */
  const quantity = (amount) => (typeof amount === "string" ? amount : fill(index.counted, amount, { count: amount }));

  /** The form of a sentence for a count, with numbers in it. @param {PluralForms} forms @param {number} count @param {Record<string, number>} values */
  function fill(forms, count, values) {
    // As all figures of the site: newer browsers have a straight apostrophe in Swiss numbers, some add marks of direction.
    return (forms[plural.select(count)] || forms.other)
      .replace(/%\((\w+)\)s/g, (_, name) => number.format(values[name]).replace(/[\u200e\u200f\u061c]/g, "").replaceAll("'", "’"));
  }

  /** The amounts, of which the index has the differences. @param {(number | string)[]} differences */
  function add(differences) {
    let sum = 0;
    return differences.map((less) => (typeof less === "string" ? less : (sum -= less)));
  }

  // In the order of the index: countries before videos, and of each kind the highest count first.
  const entries = index.kinds.flatMap(({ kind, path, list = "", names, parts, size = 0, amounts = [], places = [], at = [], also = "", regions: codes = "" }) => {
    const pages = size ? parts.match(new RegExp(`.{${size}}`, "g")) || [] : parts.split(" ");
    const counts = add(amounts), others = also.split("\n"), alpha2 = codes.split(" ");
    return names.split("\n").map((name, place) => {
      const page = pages[place] ? path.replace("*", pages[place]) : "", where = places[at[place]] || "", region = alpha2[place];
      // The name of a page is a code or words, except that of a video.
      const code = page.startsWith("video") ? "" : page.replace("/index", "").replace(/^.*\/|\.html$/g, "");
      const other = [...(others[place] || "").split("|"), ...(region ? [region, ...regions.map((one) => one.of(region) || "")] : [])];
      const forms = [...new Set([name, code, ...other].map(fold))];
      const note = [kind, where, quantity(counts[place] ?? "")].filter(Boolean).join(" · ");
      return { path: page || inList(list, `${name} ${where}`), name, forms, text: ` ${[...forms, fold(where)].join(" ")}`, note };
    });
  });

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
  const status = make("p", { role: "status" });
  let active = -1;

  /** The address of a page, with the period that is shown now. @param {string} path */
  function address(path) {
    const url = new URL(path, site), own = new URLSearchParams(location.search);
    for (const name of WITH_PERIOD.test(path) ? ["period", "against"] : []) {
      const value = own.get(name);
      if (value) url.searchParams.set(name, value);
    }
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
    const text = shown.length ? fill(forms, found.length, { shown: MOST, count: found.length }) : index.nothing;
    status.textContent = field.value ? text : "";
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
  dialog.append(head, list, status);
  document.body.append(dialog);
  opener.addEventListener("open", open);

  const style = make("link", { rel: "stylesheet", href: new URL(index.style, site).href });
  style.onload = style.onerror = open;
  document.head.append(style);
})();
