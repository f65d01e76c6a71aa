// @ts-check
/**
 * What runs at once: it tells how old the page is, and waits for the reader to reach for something.
 * Only then the map's scripts are loaded (named on this script's tag), for the picture and the table need none.
 */
(function () {
  "use strict";
  const { style, scripts, late, old } = /** @type {HTMLScriptElement} */ (document.currentScript).dataset;
  const REACHING = ["pointermove", "pointerdown", "touchstart", "wheel", "keydown", "focusin"];
  /** @type {Element | null} */
  let clicked = null;

  /** How long ago, in the largest unit that fits. @param {number} hours */
  function ago(hours) {
    const words = new Intl.RelativeTimeFormat(`${document.documentElement.lang}-u-nu-latn`, { numeric: "auto" });
    if (hours < 1 / 60) return words.format(0, "second");
    if (hours < 1) return words.format(-Math.round(hours * 60), "minute");
    if (hours < 48) return words.format(-Math.round(hours), "hour");
    return words.format(-Math.floor(hours / 24), "day");
  }

  /** By the reader's clock; a quiet word when the page is old. */
  function freshness() {
    const moment = /** @type {HTMLTimeElement} */ (document.getElementById("updated"));
    const hours = (Date.now() - Date.parse(moment.dateTime)) / 3_600_000;
    if (!(hours >= 0)) return;
    moment.title = moment.textContent || "";
    moment.textContent = ago(hours);
    if (hours < 36) return;
    const stale = hours >= 72;
    document.getElementById("fresh")?.classList.add(stale ? "old" : "late");
    moment.parentElement?.append(` · ${stale ? old : late}`);
  }

  function load() {
    for (const kind of REACHING) window.removeEventListener(kind, load, true);
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = style || "";
    sheet.onload = sheet.onerror = () => {
      for (const address of (scripts || "").split(" ")) {
        const script = document.createElement("script");
        script.src = address;
        script.async = false;
        document.head.append(script);
      }
    };
    // Before our own style, which has the last word.
    document.head.insertBefore(sheet, document.querySelector("link[rel=stylesheet]"));
  }

  freshness();
  // What is pressed before the scripts are there is pressed again once they are.
  const notice = (/** @type {Event} */ event) => { clicked = /** @type {Element} */ (event.target).closest("button"); };
  document.addEventListener("click", notice, true);
  document.addEventListener("live", () => {
    document.removeEventListener("click", notice, true);
    clicked?.click();
  }, { once: true });
  if (location.search) load();
  else for (const kind of REACHING) window.addEventListener(kind, load, { capture: true, passive: true });
})();
