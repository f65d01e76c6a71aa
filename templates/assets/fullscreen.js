/** Shows the map on the full screen, until Escape or the button ends it; browsers that cannot do that fill the window. */
(function (geo) {
  "use strict";
  const section = geo.byId("map"), button = geo.byId("fullscreen");
  const root = document.documentElement;
  /** Elements that the map covers: keyboard and screen readers skip them. @type {HTMLElement[]} */
  let covered = [];

  /** @param {boolean} on */
  function show(on) {
    section.classList.toggle("filling", on);
    button.setAttribute("aria-pressed", String(on));
  }

  /** For browsers without the Fullscreen API, such as that of an iPhone. @param {boolean} on */
  function coverWindow(on) {
    for (const element of covered) element.inert = false;
    covered = on ? siblings(section) : [];
    for (const element of covered) element.inert = true;
    root.classList.toggle("covered", on);
    show(on);
  }

  /** Everything outside of an element, except what it is inside of. @param {Element} element @returns {HTMLElement[]} */
  function siblings(element) {
    const parent = element.parentElement;
    if (!parent || element === document.body) return [];
    const others = /** @type {HTMLElement[]} */ ([...parent.children]).filter((child) => child !== element && !child.inert);
    return [...others, ...siblings(parent)];
  }

  async function turn() {
    if (document.fullscreenElement) { await document.exitFullscreen(); return; }
    if (covered.length) { coverWindow(false); return; }
    try {
      await section.requestFullscreen();
    } catch {
      coverWindow(true);
    }
  }

  button.addEventListener("click", turn);
  document.addEventListener("fullscreenchange", () => show(document.fullscreenElement === section));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && (covered.length || document.fullscreenElement === section)) turn();
  });
})(apivideoGeo);
