/**
 * Loads the script of the period (named on this script's tag) when the reader reaches for the control, or if the address
 * has a period. What the reader chooses until it runs is shown as busy, and chosen once it does.
 */
(function () {
  "use strict";
  const { script: address = "" } = /** @type {HTMLScriptElement} */ (document.currentScript).dataset;
  const bar = document.getElementById("periods");
  const REACHING = ["pointerover", "focusin", "touchstart", "click", "change"];
  if (!bar) return;
  let loading = false, choose = () => {};

  function load() {
    if (loading) return;
    loading = true;
    const script = document.createElement("script");
    script.src = address;
    script.onerror = () => { loading = false; script.remove(); bar?.removeAttribute("aria-busy"); };
    document.head.append(script);
  }

  /** @param {Event} event */
  function notice(event) {
    load();
    const target = /** @type {HTMLElement} */ (event.target), button = target.closest("button");
    if (event.type === "click" && button) choose = () => button.click();
    else if (event.type === "change") choose = () => target.dispatchEvent(new Event("change", { bubbles: true }));
    else return;
    bar?.setAttribute("aria-busy", "true");
  }

  for (const kind of REACHING) bar.addEventListener(kind, notice, { passive: true });
  document.addEventListener("live", () => {
    for (const kind of REACHING) bar.removeEventListener(kind, notice);
    bar.removeAttribute("aria-busy");
    choose();
  }, { once: true });
  if (new URLSearchParams(location.search).has("period")) load();
})();
