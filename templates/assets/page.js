// @ts-check
/** Joins the parts: what the reader chose, the figures of it, and all that shows them. */
(function (geo) {
  "use strict";
  const { data, formats, state: rules, _, ngettext } = geo;

  /** A press that ends farther off, in pixels, has moved the map and chosen nothing. */
  const MOVED = 5;

  /** Loads the counts of the days, once, when first asked for. A script and not a request, so that it works from disk. */
  const loadDays = (function () {
    /** @type {Promise<any>|null} */
    let loading = null;
    return function () {
      loading = loading || new Promise((resolve, reject) => {
        const script = document.createElement("script");
        geo.days = (/** @type {any} */ days) => resolve(geo.addUp(days));
        script.onerror = () => { loading = null; script.remove(); reject(new Error("days")); };
        script.src = data.days;
        document.head.append(script);
      });
      return loading;
    };
  })();

  /** Called by folium's script. @param {any} leaflet @param {any} overlay @param {number} deepest */
  geo.attach = function (leaflet, overlay, deepest) {
    const map = geo.map.start(leaflet, overlay, deepest);
    const container = leaflet.getContainer();
    const whole = geo.wholeView();
    let state = rules.read(location.search);
    let view = whole, history = null, scale = null, pointed = "", turn = 0;
    /** @type {string[]} small places near the last touch */
    let nearby = [];
    /** @type {number|undefined} */
    let later;

    /** Takes over what was chosen and shows it. @param {any} chosen @param {"step"|"replace"|""} how  it enters the address */
    async function go(chosen, how) {
      const before = state;
      state = { ...state, ...chosen };
      // The classes of another measure are other countries.
      if (state.measure !== before.measure && chosen.kind === undefined) state.kind = "";
      const mine = ++turn;
      if (state.period !== "all" && !history) {
        try {
          history = await loadDays();
        } catch {
          Object.assign(state, { period: "all", ...rules.stretch("all") });
          geo.say(_("The figures of the days could not be loaded."));
        }
        if (mine !== turn) return;
      }
      scale = null;
      view = viewOf(state.from, state.to, state.period === "all");
      showControls();
      const { kind } = state;
      paint();
      if (how || kind !== state.kind) rules.remember(state, how === "step");
      finish();
      if (state.continent !== before.continent || state.place !== before.place) showPlace(Boolean(how));
      pinOrNot();
      tell(before);
    }

    const viewOf = (from, to, all) => (all || !history ? whole : geo.viewOf(history, from, to));

    /** What changes with every frame: colours, legend, the words and numbers above. @param {boolean} [calm]  is it no frame of many? */
    function paint(calm = true) {
      const picture = geo.picture(view, state.measure, state.without, scale, geo.continents[state.continent]);
      map.paint(picture);
      if (!picture.legend.some(({ kind }) => kind === state.kind)) state.kind = "";
      geo.legend.render(picture.legend, picture.classes, state.kind);
      const rest = geo.byId("off-the-map");
      if (rest) rest.textContent = geo.offTheMap(view);
      geo.summary.show(view, state, view === whole, calm);
      showNote();
      geo.timeline.note(view, view === whole);
      geo.shown = { view, state };
    }
    /** What may come a moment later: the table. */
    function finish() {
      clearTimeout(later);
      geo.table.render(view, state, history);
    }

    /** One of many views on the way: everything but the table at once; that follows when it is `calm`. */
    async function glance(from, to, calm) {
      const mine = ++turn;
      try {
        history = history || await loadDays();
      } catch {
        return;
      }
      if (mine !== turn) return;
      view = viewOf(from, to, false);
      paint(false);
      if (state.country) point(state.country);
      clearTimeout(later);
      if (calm) later = setTimeout(finish, 250);
    }

    /** The colours of all frames on one scale. @param {number[][]} frames */
    async function prepare(frames) {
      try {
        history = history || await loadDays();
      } catch {
        geo.say(_("The figures of the days could not be loaded."));
        return false;
      }
      const views = frames.map(([from, to]) => geo.viewOf(history, from, to));
      scale = state.measure === "change" ? null : geo.scaleOf(views, state.measure, state.without);
      return true;
    }

    /** @param {any} before */
    function tell(before) {
      if (before.period !== state.period || before.from !== state.from || before.to !== state.to) {
        geo.say(ngettext("%(days)s: %(quantity)s in %(count)s country", "%(days)s: %(quantity)s in %(count)s countries", view.rows.length, {
          days: formats.days(view.from, view.to), quantity: formats.quantity(view.total),
        }));
      }
    }

    function showControls() {
      for (const button of document.querySelectorAll("[data-measure]")) {
        button.setAttribute("aria-pressed", String(button.dataset.measure === state.measure));
      }
      const leader = geo.byId("leader");
      leader?.setAttribute("aria-pressed", String(state.without));
      leader?.setAttribute("aria-disabled", String(state.measure === "change"));
      geo.byId("continent").value = state.continent;
      cities?.show(state.cities).then((shown) => {
        if (shown || !state.cities) return;
        state = { ...state, cities: false };
        rules.remember(state, false);
      });
      time?.show(state);
    }

    /** @param {boolean} animate */
    function showPlace(animate) {
      place.leave();
      if (state.place) place.show(state.place);
      else map.frame(state.continent, animate);
    }
    /** The reader has moved the map. @param {string} to  "" = the whole world, so it is no longer that of a continent */
    function movedTo(to) {
      const continent = to ? state.continent : "";
      if (to === state.place && continent === state.continent) return;
      if (continent !== state.continent) return go({ place: to, continent }, "replace");
      state = { ...state, place: to };
      rules.remember(state, false);
    }

    /** What the colours compare, where the legend cannot say it. */
    function showNote() {
      const note = geo.byId("map-note");
      const least = formats.quantity(data.per_from);
      const told = {
        change: geo.compared(view),
        "per-million": _("Per million people of each country; where there were under %(least)s, the figure tells too little and the country is hatched.", { least }),
      }[state.measure] || "";
      note.hidden = !told;
      if (note.textContent !== told) note.textContent = told;
    }

    /** Lights a country on map and table. @param {string} code */
    function light(code) {
      pointed = code;
      map.light(code || state.country);
      geo.table.light(code || state.country);
    }
    /** Shows the card of a country at its own place, or where the pointer is. @param {string} code @param {any} [event] */
    function point(code, event) {
      light(code);
      const pinned = code === state.country;
      geo.card.show(code, view, pinned ? { close: unpin, near: nearby.filter((each) => each !== code), pick } : null);
      const at = event ? { x: event.clientX, y: event.clientY } : map.pointOf(code);
      geo.card.move(at.x, at.y);
    }
    function pinOrNot() {
      if (state.country) point(state.country);
      else { geo.card.hide(); light(""); }
    }
    /** @param {string} code @param {string[]} [near]  small places a finger may have meant as well */
    function pin(code, near = []) {
      if (code === state.country) return geo.card.open();
      nearby = near;
      go({ country: code }, "step");
    }
    /** Takes another of the small places near a touch. @param {string} code */
    function pick(code) {
      pin(code, [...nearby.filter((each) => each !== code), state.country]);
      geo.card.focus();
      geo.say(_("%(country)s, pinned", { country: geo.card.spoken(code, view, state.measure) }));
    }
    /** Goes to a country's page; where it has none, its card is pinned. @param {string} code @param {boolean} [apart]  in a tab of its own */
    function open(code, apart) {
      if (!data.pages.includes(code)) return pin(code);
      const page = geo.pageOf(code);
      if (apart) window.open(page);
      else location.assign(page);
    }
    function unpin() {
      const inside = geo.card.element.contains(document.activeElement);
      nearby = [];
      if (state.country) go({ country: "" }, "step");
      if (inside) container.focus({ preventScroll: true });
    }

    function watchPointer() {
      // Not every browser's click says what it was made with.
      let by = "mouse", from = [0, 0];
      map.svg.addEventListener("pointerdown", (event) => { by = event.pointerType; from = [event.clientX, event.clientY]; });
      map.svg.addEventListener("pointermove", (event) => {
        if (event.pointerType !== "mouse") return;
        const code = map.codeAt(event, "mouse");
        if (state.country) light(code);
        else if (code) point(code, event);
        else { geo.card.hide(); light(""); }
      });
      map.svg.addEventListener("pointerleave", (event) => {
        if (event.pointerType !== "mouse") return;
        if (!state.country) geo.card.hide();
        light("");
      });
      map.svg.addEventListener("click", (event) => {
        if (Math.hypot(event.clientX - from[0], event.clientY - from[1]) > MOVED) return;
        const code = map.codeAt(event, by);
        if (!code) unpin();
        else if (by === "touch") pin(code, map.near(event, code));
        else open(code, event.ctrlKey || event.metaKey);
      });
      document.addEventListener("pointerdown", (event) => {
        const target = /** @type {Element} */ (event.target);
        if (state.country && event.pointerType !== "mouse" && !target.closest("#frame, #legend, .controls, .days, .countries")) unpin();
      });
      document.addEventListener("keydown", (event) => { if (event.key === "Escape") { unpin(); if (!state.country) { geo.card.hide(); light(""); } } });
      leaflet.on("zoomstart movestart", () => { if (!state.country) geo.card.hide(); });
      leaflet.on("zoomend moveend resize", () => { if (state.country) point(state.country); });
    }

    function pinAndSay() {
      if (!pointed) return;
      pin(pointed);
      geo.say(_("%(country)s, pinned", { country: geo.card.spoken(pointed, view, state.measure) }));
    }

    function watchKeys() {
      container.setAttribute("role", "application");
      container.setAttribute("aria-label", _("Map of %(plays)s by country. Arrow keys go from country to country, letters to a name, Home and End to the first and last rank; Enter opens its page, Space pins its figures, Escape leaves, plus, minus and 0 zoom.", { plays: data.words.many }));
      geo.keys.start(container, {
        at: () => pointed || state.country,
        view: () => view,
        go: (code) => {
          nearby = [];
          if (state.country) state = { ...state, country: code };
          map.reach(code);
          point(code);
          if (state.country) rules.remember(state, false);
          geo.say(geo.card.spoken(code, view, state.measure));
        },
        open: () => { if (data.pages.includes(pointed)) open(pointed); else pinAndSay(); },
        pin: pinAndSay,
        leave: () => {
          if (state.country) return unpin();
          geo.card.hide();
          light("");
          container.blur();
        },
        zoom: (to) => zooms[to](),
      });
    }

    const zooms = {
      in: () => leaflet.zoomIn(),
      out: () => leaflet.zoomOut(),
      world: () => { map.frame("", true); if (state.continent) go({ continent: "", place: "" }, "step"); },
    };

    function watchControls() {
      geo.byId("controls").addEventListener("click", (event) => {
        const measure = event.target.closest("[data-measure]")?.dataset.measure;
        if (measure) go({ measure }, "step");
      });
      geo.byId("continent").addEventListener("change", (event) => go({ continent: event.target.value, place: "" }, "step"));
      geo.byId("cities")?.addEventListener("click", () => go({ cities: !state.cities }, "step"));
      geo.byId("leader")?.addEventListener("click", () => {
        if (state.measure !== "change") go({ without: !state.without }, "step");
      });
      window.addEventListener("popstate", () => { time?.halt(); go(rules.read(location.search), ""); });
    }

    geo.shown = { view, state };
    /** Every letter is in the address at once, and none is a step of its own. @param {string} find */
    function findBy(find) {
      state = { ...state, find };
      rules.remember(state, false);
    }

    geo.legend.start(map.choose, (kind) => go({ kind }, "step"));
    geo.table.start({ sort: (sort) => go({ sort }, "replace"), zeros: (zeros) => go({ zeros }, "replace"), all: (all) => go({ all }, "replace"), find: findBy, light });
    const place = geo.place.start(leaflet, movedTo);
    const cities = data.cities ? geo.cityLayer.start(geo.byId("cities"), leaflet, map.svg) : null;
    const time = geo.timeline.start({
      choose: (period, from, to) => go({ period, ...(period === "custom" ? { from, to } : rules.stretch(period)) }, "step"),
      glance,
      play: prepare,
      rest: (from, to) => { go({ period: "custom", from, to }, "replace"); },
    });
    for (const kind of ["pointerenter", "focusin"]) geo.byId("periods")?.addEventListener(kind, () => loadDays().catch(() => {}), { once: true });
    geo.map.zoomButtons(leaflet, zooms);
    watchPointer();
    watchKeys();
    watchControls();
    geo.table.render(view, rules.read(""), null);
    const asked = state;
    state = rules.read("");
    const usual = JSON.stringify(asked) === JSON.stringify(state);
    rules.remember(asked, false);
    document.dispatchEvent(new Event("listening"));
    (usual ? Promise.resolve() : go(asked, "")).then(() => {
      document.documentElement.classList.add("live");
      document.dispatchEvent(new Event("live"));
    });
  };
})(apivideoGeo);
