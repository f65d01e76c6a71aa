// @ts-check
/**
 * What runs at once: it waits for the reader to reach for something. Only then the map's scripts are loaded (named on this script's tag), for the picture and the table need none.
 */
(function () {
  "use strict";
  const { style, scripts } = /** @type {HTMLScriptElement} */ (document.currentScript).dataset;
  const REACHING = ["pointermove", "pointerdown", "touchstart", "wheel", "keydown", "focusin"];
  /** @type {Element | null} */
  let clicked = null;

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
