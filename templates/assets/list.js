/** The list of videos or of cities: sorted by any column, filtered while typing. Uses the rows that are in the page. */
(function () {
  "use strict";
  const table = /** @type {HTMLTableElement | null} */ (document.getElementById("list"));
  if (!table) return;
  const byId = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));
  const find = byId("find"), kind = byId("kind"), collection = byId("collection"), shown = byId("shown"), none = byId("none-found");
  const body = table.tBodies[0];
  const lang = document.body.lang || document.documentElement.lang;
  const collator = new Intl.Collator(lang);
  const number = new Intl.NumberFormat(lang);
  /** Columns that are first sorted with the highest number on top. */
  const LARGEST_FIRST = ["1", "2", "3", "4", "6", "7"];

  const heads = [.../** @type {NodeListOf<HTMLTableCellElement>} */ (table.querySelectorAll("th[data-sort]"))];
  /** Columns of text by name → index of their cells; the other columns are indexes into the numbers of a row. */
  const texts = new Map([...heads].filter((head) => !/^\d/.test(head.dataset.sort || "")).map((head) => [head.dataset.sort || "", head.cellIndex]));

  /** Names of the columns of numbers, in the address. */
  const NAMES = ["rank", "count", "countries", "published", "lifetime", "", "recent", "change"];
  /** Kinds that can be chosen → their name in the address. @type {Record<string, string>} */
  const KINDS = { v: "video", l: "live" };

  const fold = window.apivideoGeoFold;

  const zero = number.format(0).charCodeAt(0);
  /** The number in a cell, a percentage with its sign too; a cell without digits is below all. @param {HTMLTableCellElement | null} cell */
  function valueOf(cell) {
    const text = cell?.textContent || "", digits = [...text].map((sign) => (/\d/.test(sign) ? Number(sign) : sign.charCodeAt(0) - zero)).filter((digit) => digit >= 0 && digit <= 9);
    return digits.length ? Number(digits.join("")) * (text.includes("−") ? -1 : 1) : -Infinity;
  }

  const rows = [...body.rows].map((row) => {
    const keys = (row.dataset.s || "").split(" ");
    const names = new Map([...texts].map(([column, index]) => [column, (row.cells[index].firstChild?.textContent || "").trim()]));
    return { row, names, plain: fold([...names.values()].join(" ")), keys: [...keys.slice(0, 5).map(Number), 0, ...[".recent", ".change"].map((name) => valueOf(row.querySelector(name)))], kind: keys[5], collections: (row.dataset.in || "").split(" "), hidden: false };
  });

  /** @param {string} column @param {boolean} back */
  function sort(column, back) {
    const turn = back ? -1 : 1;
    /** @param {typeof rows[0]} a @param {typeof rows[0]} b */
    const byRank = (a, b) => a.keys[0] - b.keys[0];
    const index = Number(column);
    if (texts.has(column)) rows.sort((a, b) => collator.compare(a.names.get(column) || "", b.names.get(column) || "") * turn || byRank(a, b));
    else rows.sort((a, b) => (a.keys[index] - b.keys[index] || 0) * turn || byRank(a, b));
    body.append(...rows.map((one) => one.row));
  }

  /** Is a column first sorted with the highest number on top? @param {HTMLElement} head */
  const largestFirst = (head) => LARGEST_FIRST.includes(head.dataset.sort || "");

  /** Sorts by a column. @param {HTMLElement} head @param {boolean} back  in descending order */
  function show(head, back) {
    sort(head.dataset.sort || "", back);
    for (const other of table?.querySelectorAll("[aria-sort]") || []) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", back ? "descending" : "ascending");
  }

  function press(/** @type {HTMLElement} */ head) {
    const before = head.getAttribute("aria-sort");
    show(head, before ? before === "ascending" : largestFirst(head));
    remember(false);
  }

  /** @param {HTMLElement} head */
  const nameOf = (head) => NAMES[Number(head.dataset.sort)] || head.dataset.sort || "";

  /** Chooses an entry of a list; an unknown one is the first. @param {HTMLSelectElement} list @param {string} value */
  function choose(list, value) {
    list.value = value;
    if (list.selectedIndex < 0) list.selectedIndex = 0;
  }

  /** Shows what the address says; unknown values are dropped. */
  function read() {
    const parts = new URLSearchParams(location.search);
    const words = parts.get("find") || "", column = parts.get("sort") || "";
    const head = heads.find((each) => nameOf(each) === column.replace(/^-/, ""));
    find.value = words.length <= find.maxLength ? words.trim() : "";
    if (collection) choose(collection, parts.get("collection") || "");
    if (kind) kind.value = Object.keys(KINDS).find((each) => KINDS[each] === parts.get("kind")) || "";
    if (head) show(head, largestFirst(head) !== column.startsWith("-"));
    else if (heads[0].getAttribute("aria-sort") !== "ascending") show(heads[0], false);
    filter();
  }

  /** Writes what is shown into the address: as a new step of the browser's history, or in place of the last one. @param {boolean} step */
  function remember(step) {
    const head = /** @type {HTMLElement} */ (table?.querySelector("[aria-sort]"));
    const back = (head.getAttribute("aria-sort") === "descending") !== largestFirst(head);
    const parts = [], period = new URLSearchParams(location.search).get("period");
    if (period) parts.push(`period=${encodeURIComponent(period)}`); // for the pages that the list links to
    if (head !== heads[0] || back) parts.push(`sort=${back ? "-" : ""}${nameOf(head)}`);
    if (find.value.trim()) parts.push(`find=${encodeURIComponent(find.value.trim())}`);
    if (kind?.value) parts.push(`kind=${KINDS[kind.value]}`);
    if (collection?.value) parts.push(`collection=${collection.value}`);
    const search = parts.length ? `?${parts.join("&")}` : "";
    if (search === location.search) return;
    try {
      history[step ? "pushState" : "replaceState"](null, "", location.pathname + search + location.hash);
    } catch {
      // A browser may reject many changes in a row; the list works without.
    }
  }

  function filter() {
    const words = fold(find.value).split(/\s+/).filter(Boolean);
    let count = 0;
    for (const one of rows) {
      const chosen = (!kind?.value || one.kind === kind.value) && (!collection?.value || one.collections.includes(collection.value));
      const hidden = !(chosen && words.every((word) => one.plain.includes(word)));
      if (hidden !== one.hidden) one.row.hidden = one.hidden = hidden;
      if (!hidden) count += 1;
    }
    none.hidden = count > 0;
    const foot = table?.tFoot;
    if (foot) foot.hidden = count < rows.length;
    shown.textContent = count < rows.length ? shown.dataset.words.replace("%(count)s", number.format(count)).replace("%(all)s", shown.dataset.all) : "";
  }

  for (const head of heads) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => press(head));
  }
  find.addEventListener("input", () => { filter(); remember(false); });
  for (const list of [kind, collection]) list?.addEventListener("change", () => { filter(); remember(true); });
  window.addEventListener("popstate", read);
  read();
  remember(false);
  document.documentElement.classList.add("live");
})();
