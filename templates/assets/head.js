/**
 * Runs in every page before it is drawn, so that the chosen theme is there from the start. Then it shows the age of the
 * figures, makes the theme buttons work, and opens the search. A page inside another page takes its theme from its address
 * only.
 */
(function () {
  "use strict";
  const KEY = "apivideo-geo.theme";
  const THEMES = ["system", "light", "dark"];
  /** Hours after which figures are late, and out of date. */
  const LATE = 36, OLD = 72;
  /** Hours from the start of a day until the site may have been built: the day itself, and half a day. */
  const DAY_AND_BUILD = 36;
  const root = document.documentElement;
  const framed = root.classList.contains("embed");
  const { late, old } = /** @type {HTMLScriptElement} */ (document.currentScript).dataset;
  const bars = /** @type {HTMLMetaElement[]} */ ([...document.querySelectorAll("meta[name=theme-color]")]);
  const defaults = bars.map((bar) => bar.content);

  function chosen() {
    try {
      return framed ? new URLSearchParams(location.search).get("theme") : localStorage.getItem(KEY);
    } catch {
      return null; // A browser may forbid a page to store anything.
    }
  }

  /** @param {string | null} name  one of `THEMES`; anything else is the system's theme */
  function show(name) {
    const theme = THEMES.find((one) => one === name);
    if (framed && !theme) return;
    root.dataset.theme = theme || "system";
    bars.forEach((bar, index) => { bar.content = defaults[theme === "light" ? 0 : theme === "dark" ? 1 : index] || ""; });
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
      // The choice then lasts until the page is left.
    }
    show(theme);
  }

  /** "3 hours ago", in the largest unit that fits. @param {number} hours */
  function ago(hours) {
    const words = new Intl.RelativeTimeFormat(`${document.body.lang || root.lang}-u-nu-latn`, { numeric: "auto" });
    if (hours < 1 / 60) return words.format(0, "second");
    if (hours < 1) return words.format(-Math.round(hours * 60), "minute");
    if (hours < 48) return words.format(-Math.round(hours), "hour");
    return words.format(-Math.floor(hours / 24), "day");
  }

  /**
   * Shows the age of the figures by the reader's clock. The front page has the time it was built. The other pages, which
   * must not change with every build, have the last day of their figures, and show its age only when they are late.
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

  /** Opens what a button is for. Its script is loaded the first time, and opens it by itself. @param {string} id */
  function open(id) {
    const button = /** @type {HTMLElement} */ (document.getElementById(id)), address = button.dataset.script;
    if (!address) {
      button.dispatchEvent(new Event("open"));
      return;
    }
    const script = document.createElement("script");
    script.onerror = () => { button.dataset.script = address; button.removeAttribute("aria-busy"); };
    script.src = address;
    delete button.dataset.script;
    button.setAttribute("aria-busy", "true");
    document.head.append(script);
  }

  /** @param {KeyboardEvent} event */
  function noticeKey(event) {
    const { key, target, ctrlKey, metaKey, altKey } = event;
    const typing = /** @type {Element} */ (target).closest("input, select, textarea");
    if (key !== "/" || ctrlKey || metaKey || altKey || typing || !document.getElementById("search")) return;
    event.preventDefault();
    open("search");
  }

  /** Scrolls the menu, one row on phones, to the name of this page. */
  function showPlace() {
    const entry = /** @type {HTMLElement | null} */ (document.querySelector(".top [aria-current]"));
    if (entry?.parentElement) entry.parentElement.scrollLeft = entry.offsetLeft - 20;
  }

  /** Parts of the address that links carry over: the period, and what it is compared with. */
  const CARRIED = ["period", "against"];
  /** Pages that show the period of their address, or link to those. */
  const FOLLOWS = /(?:^|\/)(?:(?:index|compare|videos|cities|groups)\.html|(?:country|video|collection|group)\/[^/]+\.html)$/;
  /** Links that got the period from here. @type {WeakSet<Element>} */
  const carried = new WeakSet();

  /** Gives a link that is about to be followed the period of this page. @param {Event} event */
  function carry(event) {
    const link = /** @type {HTMLAnchorElement | null} */ (event.target instanceof Element && event.target.closest("a[href]"));
    if (framed || !link || link.origin !== location.origin || !FOLLOWS.test(link.pathname)) return;
    const url = new URL(link.href), own = new URLSearchParams(location.search);
    if (CARRIED.some((name) => url.searchParams.has(name)) && !carried.has(link)) return;
    for (const name of CARRIED) {
      const value = own.get(name);
      if (value) url.searchParams.set(name, value);
      else url.searchParams.delete(name);
    }
    carried.add(link);
    link.href = url.href;
  }

  /**
   * Loads the script of the period, named on its control, when the reader reaches for it or the address has a period. What
   * the reader chooses until it runs is shown as busy, and chosen once it does. The map's page has a script of its own.
   */
  function awaitPeriod() {
    const bar = document.getElementById("periods"), address = bar?.dataset.script;
    if (!bar || !address) return;
    const kinds = ["pointerover", "focusin", "click", "change"];
    let loading = false, choose = () => {};
    /** @param {Event} [event] */
    const notice = (event) => {
      const target = /** @type {HTMLElement | undefined} */ (event?.target), button = target?.closest("button");
      if (event?.type === "click" && button) choose = () => button.click();
      if (event?.type === "change") {
        const field = /** @type {HTMLSelectElement} */ (target), { value } = field;
        choose = () => { field.value = value; field.dispatchEvent(new Event("change", { bubbles: true })); };
      }
      if (event && /click|change/.test(event.type)) bar.setAttribute("aria-busy", "true");
      if (loading) return;
      loading = true;
      const script = document.createElement("script");
      script.onerror = () => { loading = false; bar.removeAttribute("aria-busy"); };
      script.src = address;
      document.head.append(script);
    };
    for (const kind of kinds) bar.addEventListener(kind, notice);
    document.addEventListener("live", () => {
      for (const kind of kinds) bar.removeEventListener(kind, notice);
      bar.removeAttribute("aria-busy");
      choose();
    }, { once: true });
    if (/[?&](?:period|against)=/.test(location.search)) notice();
  }

  show(chosen());
  for (const kind of ["pointerdown", "focusin", "click"]) document.addEventListener(kind, carry, true);
  window.addEventListener("storage", (event) => { if (event.key === KEY) show(chosen()); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) show(chosen()); });
  document.addEventListener("DOMContentLoaded", () => {
    show(chosen());
    document.getElementById("theme")?.addEventListener("click", choose);
    for (const id of ["search", "pick"]) document.getElementById(id)?.addEventListener("click", () => open(id));
    document.addEventListener("keydown", noticeKey);
    showAge();
    awaitPeriod();
    requestAnimationFrame(showPlace);
  });
})();
