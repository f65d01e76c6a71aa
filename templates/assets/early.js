/**
 * Loads the map's scripts (named on this script's tag) at the reader's first gesture: the map's picture and the table
 * need none before. What the reader does until they run is shown as busy, and repeated once they do.
 */
(function () {
  "use strict";
  const { style, scripts } = /** @type {HTMLScriptElement} */ (document.currentScript).dataset;
  const REACHING = ["pointermove", "pointerdown", "touchstart", "wheel", "keydown", "focusin", "input", "change"];
  /** A touch becomes a click within this time after the finger is lifted, in milliseconds. */
  const CLICK_FOLLOWS = 350;
  /** Keys of the map; they must not scroll the page. "/" opens the search. */
  const MAP_KEYS = /^([^/]|Arrow.+|Home|End|Enter|Escape)$/u;
  const frame = /** @type {HTMLElement} */ (document.getElementById("frame"));
  const ground = /** @type {HTMLElement} */ (frame.querySelector(".ground"));
  /** What to repeat: the last action on each thing. @type {Map<any, () => void>} */
  const waiting = new Map();
  /** @type {Set<Element>} */
  const busy = new Set();
  /** @type {string[]} */
  const keys = [];
  let pointer = "mouse", pressing = false, lifted = 0;
  /** Runs the last script, once all others have run and no press is going on. */
  let takeOver = () => {};

  function load() {
    for (const kind of REACHING) window.removeEventListener(kind, load, true);
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = style || "";
    sheet.onload = sheet.onerror = () => {
      const addresses = (scripts || "").split(" ");
      const last = addresses.pop() || "";
      preload(last);
      const added = addresses.map(addScript);
      added[added.length - 1].onload = () => {
        // The last one moves the map within the page: in the middle of a press the browser would forget the click.
        takeOver = () => { if (!pressing) { takeOver = () => {}; addScript(last); } };
        takeOver();
      };
    };
    // Before the site's own style, which takes precedence.
    document.head.insertBefore(sheet, document.querySelector("link[rel=stylesheet]"));
  }

  /** @param {string} address */
  function addScript(address) {
    const script = document.createElement("script");
    script.src = address;
    script.async = false;
    script.onerror = settle;
    document.head.append(script);
    return script;
  }

  /** Fetches a script that runs later. @param {string} address */
  function preload(address) {
    const link = document.createElement("link");
    link.rel = "preload";
    link.as = "script";
    link.href = address;
    document.head.append(link);
  }

  /**
   * Stores what to repeat, in place of an earlier action on the same thing, and shows `element` as busy.
   * @param {any} thing @param {Element} element @param {() => void} act
   */
  function store(thing, element, act) {
    waiting.delete(thing);
    waiting.set(thing, act);
    element.setAttribute("aria-busy", "true");
    busy.add(element);
  }

  /** Outlines the land under the pointer. @param {Element} target */
  function outline(target) {
    ground.querySelector(".lit")?.setAttribute("d", target.closest(".lands path")?.getAttribute("d") || "");
  }

  /**
   * Repeats a pointer's event at the same point of the map.
   * @param {MouseEvent} event @param {string[]} kinds  names of the events to send
   */
  function again(event, kinds) {
    const svg = /** @type {Element} */ (ground.querySelector("svg"));
    const before = svg.getBoundingClientRect();
    const [across, down] = [(event.clientX - before.left) / before.width, (event.clientY - before.top) / before.height];
    const { target, ctrlKey, metaKey } = event;
    const pointerType = /** @type {PointerEvent} */ (event).pointerType || pointer;
    return () => {
      const box = svg.getBoundingClientRect();
      const point = { clientX: box.left + across * box.width, clientY: box.top + down * box.height };
      for (const kind of kinds) {
        target?.dispatchEvent(new PointerEvent(kind, { ...point, pointerType, ctrlKey, metaKey, isPrimary: true, bubbles: true, cancelable: true }));
      }
    };
  }

  /** @param {PointerEvent} event */
  function noticePress(event) {
    if (event.type === "pointerdown") { pointer = event.pointerType; pressing = true; clearTimeout(lifted); }
    else if (event.type === "pointerup") lifted = setTimeout(release, CLICK_FOLLOWS);
    else release();
  }
  function release() {
    clearTimeout(lifted);
    pressing = false;
    takeOver();
  }

  /** @param {PointerEvent} event */
  function noticeMove(event) {
    if (!(event.target instanceof Element) || event.pointerType !== "mouse") return;
    if (!event.buttons && pressing) release();
    if (ground.contains(event.target)) outline(event.target);
    waiting.set("hover", again(event, ["pointerover", "pointermove"]));
  }

  /** @param {MouseEvent} event */
  function noticeClick(event) {
    const target = /** @type {Element} */ (event.target);
    // The theme buttons, outside of `main`, have their script already; head.js loads that of #pick.
    const pressed = target.closest("main :is(button:not(#pick), [data-sort], #legend li)");
    if (ground.contains(target)) {
      outline(target);
      store("map", frame, again(event, ["pointerdown", "pointerup", "click"]));
    } else if (pressed && !target.closest("a[href]")) {
      // The scripts put buttons into headings and entries of the legend.
      const button = () => /** @type {HTMLElement | null} */ (pressed.matches("button") ? pressed : pressed.querySelector("button"));
      store(pressed, pressed, () => button()?.click());
    }
    release();
  }

  /** @param {KeyboardEvent} event */
  function noticeKey(event) {
    if (event.target !== ground || event.ctrlKey || event.metaKey || event.altKey || !MAP_KEYS.test(event.key)) return;
    event.preventDefault();
    keys.push(event.key);
    store("keys", frame, () => {
      for (const key of keys) ground.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    });
  }

  /** @param {Event} event */
  function noticeField(event) {
    const field = /** @type {HTMLInputElement | HTMLSelectElement} */ (event.target), { value } = field;
    store(`${event.type} ${field.id}`, field, () => {
      field.value = value;
      field.dispatchEvent(new Event(event.type, { bubbles: true }));
    });
  }

  /** Nothing is busy any more. */
  function settle() {
    for (const element of busy) element.removeAttribute("aria-busy");
    busy.clear();
  }

  /** Writes the whole address of the embedded map into the HTML to copy. A page that was opened as a file has none. */
  function showAddress() {
    const snippet = /** @type {HTMLTextAreaElement | null} */ (document.getElementById("snippet")), note = document.getElementById("snippet-note");
    if (!snippet || !note || !/^https?:$/u.test(location.protocol)) return;
    const address = new URL("embed.html", location.href).href.replaceAll("&", "&amp;");
    snippet.value = snippet.value.replace('src="embed.html', () => `src="${address}`);
    note.hidden = true;
  }
  showAddress();

  // The map can be reached with the Tab key from the start.
  ground.tabIndex = 0;
  /** @type {[string, (event: any) => void][]} */
  const notices = [
    ["pointerdown", noticePress], ["pointerup", noticePress], ["pointercancel", noticePress], ["pointermove", noticeMove],
    ["click", noticeClick], ["keydown", noticeKey], ["input", noticeField], ["change", noticeField],
  ];
  for (const [kind, notice] of notices) document.addEventListener(kind, notice, true);
  document.addEventListener("listening", () => {
    for (const [kind, notice] of notices) document.removeEventListener(kind, notice, true);
  }, { once: true });
  document.addEventListener("live", () => {
    settle();
    for (const act of waiting.values()) act();
  }, { once: true });
  if (location.search) load();
  else for (const kind of REACHING) window.addEventListener(kind, load, { capture: true, passive: true });
})();
