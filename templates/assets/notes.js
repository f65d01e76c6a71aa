/**
 * The notes and publications that are marked on the curve: shows those near the pointer, and the one of the list that has
 * the focus, next to their marks. Uses the list under the curve; where all are marked, it is loaded when it is needed.
 */
(function () {
  "use strict";
  /** A mark is meant by a pointer within this distance, in pixels. */
  const NEAR = 12;
  /** Maximum number of entries that are shown at once. */
  const MOST = 4;
  const DAY = 86400000;
  /** Where the entries end, in pixels from the top of the curve: above the marks. */
  const ABOVE = -4;
  const box = /** @type {HTMLDetailsElement | null} */ (document.getElementById("events")), list = box?.querySelector("ul");
  const marks = /** @type {SVGSVGElement | null} */ (document.querySelector("svg.marks"));
  const strip = /** @type {HTMLElement | null | undefined} */ (marks?.closest(".strip"));
  const curve = marks?.ownerSVGElement;
  if (!box || !list || !marks || !strip || !curve) return;

  const tip = document.createElement("div");
  tip.className = "card tip";
  tip.hidden = true;
  // On narrow screens a card is at the foot of the window.
  Object.assign(tip.style, { position: "absolute", right: "auto", bottom: "auto", width: "max-content", maxWidth: "min(280px, 100%)" });
  strip.append(tip);

  /** @param {EventRow} row */
  function addRow([day, when, words, link, kind]) {
    const item = document.createElement("li"), time = document.createElement("time"), anchor = document.createElement("a");
    item.className = kind;
    time.dateTime = day;
    time.textContent = when;
    anchor.href = link;
    anchor.textContent = words;
    item.append(time, " ", anchor);
    list?.append(item);
  }

  /** The entries and the indexes of their days. @returns {{item: Element, at: number}[]} */
  const readItems = () => [...list.querySelectorAll("li")].map((item) => {
    const time = /** @type {HTMLTimeElement} */ (item.querySelector("time"));
    return { item, at: (Date.parse(time.dateTime) - Date.parse(marks.dataset.first || "")) / DAY };
  });
  let items = readItems();

  /** Lists only the entries of the period, which the page's script writes to the list. */
  function filter() {
    const { from = "", to = "9" } = /** @type {HTMLElement} */ (box).dataset;
    items = readItems().filter(({ item }) => {
      const day = item.querySelector("time")?.dateTime || "", shown = day >= from && day <= to;
      /** @type {HTMLElement} */ (item).hidden = !shown;
      return shown;
    });
  }
  box.addEventListener("period", filter);
  filter();
  /** Where the reader last pointed, until something else is shown; at first what timeline.js has noticed. */
  let pointed = parseFloat(box.dataset.at || "");

  /** Loads the list of all, once. */
  function load() {
    const address = box?.dataset.list;
    if (!address) return;
    box?.removeAttribute("data-list");
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => {
      const focused = list?.contains(document.activeElement) && document.activeElement?.getAttribute("href");
      list?.replaceChildren();
      const root = address.slice(0, address.indexOf("assets/"));
      for (const [day, when, words, link, kind] of window.apivideoGeoEvents || []) addRow([day, when, words, root + link, kind]);
      filter();
      if (focused) [...list?.querySelectorAll("a") || []].find((anchor) => anchor.getAttribute("href") === focused)?.focus();
      if (!Number.isNaN(pointed)) showNear(pointed);
    };
    document.head.append(script);
  }

  /** Where the middle of a day is on the curve, as a part of its width; a day beyond an end is at the end. @param {number} at */
  function partOf(at) {
    const { x, width } = marks?.viewBox.baseVal || { x: 0, width: 1 };
    return Math.min(Math.max((at - x) / width, 0), 1);
  }

  /** @param {typeof items} shown */
  function show(shown) {
    tip.hidden = !shown.length;
    if (tip.hidden) return;
    const part = partOf(shown[0].at);
    tip.replaceChildren(...shown.slice(0, MOST).map(({ item }) => {
      const line = document.createElement("div");
      line.append(...[...item.childNodes].map((node) => (node.nodeName === "A" ? node.textContent || "" : node.cloneNode(true))));
      return line;
    }));
    if (shown.length > MOST) tip.append("…");
    tip.style.top = `${ABOVE - tip.offsetHeight}px`;
    tip.style.left = `${100 * part}%`;
    tip.style.transform = `translateX(${-100 * part}%)`;
  }
  function hide() {
    pointed = NaN;
    show([]);
  }

  /** Shows what is marked near a point of the window. @param {number} x */
  function showNear(x) {
    pointed = x;
    const { left, width } = /** @type {SVGSVGElement} */ (curve).getBoundingClientRect();
    const distances = items.map((one) => ({ ...one, far: Math.abs(left + width * partOf(one.at) - x) }));
    show(distances.filter(({ far }) => far <= NEAR).sort((a, b) => a.far - b.far));
  }

  strip.addEventListener("pointerover", load, { once: true });
  box.addEventListener("toggle", load, { once: true });
  // On the front page this script is loaded when the reader has already reached for the curve.
  if (box.dataset.script || box.open) load();
  strip.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "mouse") return;
    if (event.buttons) hide();
    else showNear(event.clientX);
  });
  strip.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") hide(); });
  strip.addEventListener("click", (event) => showNear(event.clientX));
  document.addEventListener("pointerdown", (event) => { if (!strip.contains(/** @type {Node} */ (event.target))) hide(); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  for (const kind of ["focusin", "pointerover"]) {
    list.addEventListener(kind, (event) => show(items.filter(({ item }) => item.contains(/** @type {Node} */ (event.target)))));
  }
  for (const kind of ["focusout", "pointerleave"]) list.addEventListener(kind, hide);
})();
