// @ts-check
/**
 * Runs in every page before it is drawn, so that the chosen theme is there from the first picture on. Then it shows how
 * old the figures are, and answers the buttons of the theme. A page in a frame takes its theme from its address only.
 */
(function () {
  "use strict";
  const KEY = "apivideo-geo.theme";
  const THEMES = ["system", "light", "dark"];
  /** Hours after which figures are late, and out of date. */
  const LATE = 36, OLD = 72;
  /** A day is over 24 hours after its date; the site may be built half a day later. */
  const DAY_AND_BUILD = 36;
  const root = document.documentElement;
  const framed = root.classList.contains("embed");
  const { late, old } = /** @type {HTMLScriptElement} */ (document.currentScript).dataset;
  const bars = /** @type {HTMLMetaElement[]} */ ([...document.querySelectorAll("meta[name=theme-color]")]);
  const usual = bars.map((bar) => bar.content);

  function chosen() {
    try {
      return framed ? new URLSearchParams(location.search).get("theme") : localStorage.getItem(KEY);
    } catch {
      return null; // A browser may forbid a page to store anything.
    }
  }

  /** @param {string | null} asked  one of `THEMES`; anything else is the system's */
  function show(asked) {
    const theme = THEMES.find((one) => one === asked);
    if (framed && !theme) return;
    root.dataset.theme = theme || "system";
    bars.forEach((bar, index) => { bar.content = usual[{ light: 0, dark: 1 }[theme || ""] ?? index] || ""; });
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("#theme button"))) {
      button.setAttribute("aria-pressed", String(button.dataset.choice === root.dataset.theme));
    }
  }

  /** @param {MouseEvent} event */
  function choose(event) {
    const theme = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-choice]"))?.dataset.choice;
    if (!theme) return;
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // It holds for this page then.
    }
    show(theme);
  }

  /** How long ago, in the largest unit that fits. @param {number} hours */
  function ago(hours) {
    const words = new Intl.RelativeTimeFormat(`${root.lang}-u-nu-latn`, { numeric: "auto" });
    if (hours < 1 / 60) return words.format(0, "second");
    if (hours < 1) return words.format(-Math.round(hours * 60), "minute");
    if (hours < 48) return words.format(-Math.round(hours), "hour");
    return words.format(-Math.floor(hours / 24), "day");
  }

  /**
   * By the reader's clock. The front page has the moment it was built; the others, which must not change with every
   * build, have the last day of their figures, and say its age only when they are late.
   */
  function showAge() {
    const built = /** @type {HTMLTimeElement | null} */ (document.getElementById("updated"));
    const moment = built || /** @type {HTMLTimeElement | null} */ (document.getElementById("until"));
    const hours = moment ? (Date.now() - Date.parse(moment.dateTime)) / 3_600_000 : NaN;
    if (!moment || !(hours >= 0)) return;
    if (built) {
      built.title = built.textContent || "";
      built.textContent = ago(hours);
    }
    const age = built ? hours : hours - DAY_AND_BUILD;
    if (age < LATE) return;
    document.getElementById("fresh")?.classList.add(age >= OLD ? "old" : "late");
    moment.parentElement?.append(built ? "" : ` · ${ago(hours)}`, ` · ${age >= OLD ? old : late}`);
  }

  show(chosen());
  window.addEventListener("storage", (event) => { if (event.key === KEY) show(chosen()); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) show(chosen()); });
  document.addEventListener("DOMContentLoaded", () => {
    show(chosen());
    document.getElementById("theme")?.addEventListener("click", choose);
    showAge();
  });
})();
