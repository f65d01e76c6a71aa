/** Connects the scripts: what the reader chose, its figures, and everything that shows them. */
(function (geo) {
  "use strict";
  const { data, formats, state: rules, _, ngettext } = geo;

  /** A press that moves farther than this, in pixels, drags the map and chooses nothing. */
  const MOVED = 5;

  geo.attach = function (leaflet, overlay, deepest) {
    const map = geo.map.start(leaflet, overlay, deepest);
    const container = leaflet.getContainer();
    const first = geo.wholeView();
    let state = rules.read(location.search);
    let whole = first, view = first, pointed = "", turn = 0, later = 0;
    /** @type {Awaited<ReturnType<typeof geo.history>> | null} */
    let history = null;
    /** The scale of all frames while they are played. @type {Scale | null} */
    let scale = null;
    /** Is the funnel in sight, and does it show something else than the page was sent with? */
    let atFunnel = false, funnelChanged = false;
    /** Heading and caption of each breakdown, and its title. */
    const panels = [.../** @type {NodeListOf<HTMLTableElement>} */ (document.querySelectorAll("table.slices:not(.funnel)"))].map((table) => ({
      elements: [table.closest("section")?.querySelector("h2"), table.caption].flatMap((element) => element || []), title: table.caption?.textContent || "",
    }));
    /** Small countries near the last touch. @type {Code[]} */
    let nearby = [];

    /** Shows what was chosen. @param {Partial<State>} chosen @param {"step" | "replace" | ""} how  the address changes */
    async function go(chosen, how) {
      const before = state;
      state = rules.fit({ ...state, ...chosen });
      const turned = state.metric !== before.metric;
      // The classes of another measure are other countries.
      if ((turned || state.measure !== before.measure) && chosen.kind === undefined) state.kind = "";
      const own = ++turn;
      if (history ? history.metric.name !== state.metric || (state.group && !geo.curve) : state.period !== "all" || state.metric !== data.metric || state.against || (state.group && data.files[data.metric])) {
        const loaded = await loadDays(state.metric);
        if (own !== turn) return;
        if (loaded) history = loaded;
        else {
          const { metric, period, from, to, against } = geo.shown.state;
          state = rules.fit({ ...state, metric, period, from, to, against });
        }
      }
      if (history && state.against) whole = geo.wholeOf(history, state.against);
      else whole = history && state.metric !== data.metric ? history.whole : first;
      scale = null;
      view = viewOf(state.from, state.to, state.period === "all");
      showControls();
      const { kind } = state;
      paint();
      if (how || kind !== state.kind) rules.remember(state, how === "step");
      finish();
      showFunnel();
      if (state.group !== before.group || state.place !== before.place) showPlace(Boolean(how));
      pinOrNot();
      announce(before);
    }

    /** Loads the days of a metric or a ratio, and what draws their curve; null if that failed, which the page says. @param {string} metric */
    async function loadDays(metric) {
      try {
        if (state.group || metric !== data.metric) await geo.once("curve.js", () => geo.load(data.curve));
        return await geo.history(metric);
      } catch {
        geo.say(_("The figures of the days could not be loaded."));
        return null;
      }
    }

    /** @param {number} from @param {number} to @param {boolean} all */
    const viewOf = (from, to, all) => (all || !history ? whole : geo.viewOf(history, from, to, state.against));
    /** The view with the rows of the chosen group. */
    const chosen = () => geo.among(view, state.group);

    /** Updates what changes with every frame: colours, legend, texts. @param {boolean} calm  false for one of many previews */
    function paint(calm = true) {
      const among = chosen();
      const picture = geo.picture(among, state.measure, state.without, scale);
      map.paint(picture);
      if (!picture.legend.some(({ kind }) => kind === state.kind)) state.kind = "";
      geo.legend.render(picture.legend, picture.classes, state.kind);
      const rest = geo.byId("off-the-map");
      if (rest) rest.textContent = geo.offTheMap(among);
      geo.summary.show(among, state, view === whole, calm);
      showNote();
      geo.timeline.note(view, view === whole && state.metric === data.metric && !state.group);
      if (calm) against?.show(view, state); // the curve must not move under a pointer that drags
      geo.labels?.show(view.metric);
      if (history) geo.curve?.show(view.metric, history, state.group);
      geo.shown = { view: among, state };
    }
    /** Updates the table, which may come a moment later. */
    function finish() {
      clearTimeout(later);
      geo.table.render(chosen(), state, history);
      geo.showSnippet();
      showPanels();
    }

    /** Says in the headings of the breakdowns what they are of, where the map shows something else: they stay as they were sent. */
    function showPanels() {
      const { from, to, metric } = view;
      const words = [state.group && _("all countries"), metric.name !== data.metric && first.metric.many, (from > 0 || to < geo.periods.last) && _("whole history")];
      const scope = words.filter(Boolean).join(", ");
      for (const { elements, title } of panels) for (const element of elements) element.textContent = scope ? `${title} (${scope})` : title;
    }

    /** Preview while dragging or playing: updates everything except the table; if `calm`, the table 250 ms after the last move. @type {PlayActions["preview"]} */
    async function preview(from, to, calm) {
      const own = ++turn;
      history = history || await loadDays(state.metric);
      if (!history || own !== turn) return;
      view = viewOf(from, to, false);
      paint(false);
      if (state.country) point(state.country);
      clearTimeout(later);
      if (calm) later = setTimeout(finish, 250);
    }

    /** Puts the colours of all frames on one scale. @type {PlayActions["play"]} */
    async function prepare(frames) {
      history = history || await loadDays(state.metric);
      if (!history) return false;
      const sums = history;
      const views = frames.map(([from, to]) => geo.among(geo.viewOf(sums, from, to), state.group));
      scale = state.measure === "change" ? null : geo.scaleOf(views, state.measure, state.without);
      return true;
    }

    /** Shows the funnel of the period, if the reader has come to it: it is made of the days of several metrics. */
    async function showFunnel() {
      const section = geo.byId("funnel"), { period, from, to, group } = state;
      if (!section || !atFunnel || (!funnelChanged && period === "all" && !group)) return;
      funnelChanged = true;
      const loaded = await loadFunnel();
      if (loaded && state.from === from && state.to === to && state.group === group) {
        geo.funnel.show(section, from, to, group ? geo.membersOf(group) : undefined);
        const days = geo.byId("funnel-days");
        if (days) days.textContent = geo.joined([geo.groupName(group), formats.days(from, to)].filter(Boolean));
      }
    }
    const loadFunnel = async () => Object.keys(data.files).length > 1 && geo.history(Object.keys(data.files)[1]).then(() => geo.funnel.load()).then(() => true, () => {
      geo.say(_("The figures of the days could not be loaded."));
      return false;
    });
    /** Adds the funnel of a country to its card, which stays open. @param {Code} code */
    async function addFunnel(code) {
      const { from, to } = state;
      if (!geo.byId("funnel") || !await loadFunnel() || code !== state.country || state.from !== from || state.to !== to) return;
      geo.card.element.querySelector(".steps")?.remove();
      geo.card.element.querySelector("dl")?.after(geo.funnel.list(code, from, to));
    }

    /** Has a new period or metric read out. @param {State} before */
    function announce(before) {
      if (before.metric !== state.metric) geo.say(document.querySelector("h1")?.textContent || "");
      else if (String(before.against) !== String(state.against)) geo.say(geo.compared(view));
      else if (before.period !== state.period || before.from !== state.from || before.to !== state.to || before.group !== state.group) {
        const { from, to, metric, rows, all, total } = chosen().group || view;
        geo.say(ngettext("%(days)s: %(quantity)s in %(count)s country", "%(days)s: %(quantity)s in %(count)s countries", rows.length, {
          days: formats.days(from, to), quantity: all ? geo.ratios.value(all, metric) : formats.quantity(total, metric),
        }));
      }
    }

    function showControls() {
      for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-measure]"))) {
        button.setAttribute("aria-pressed", String(button.dataset.measure === state.measure));
      }
      const leader = geo.byId("leader");
      leader?.setAttribute("aria-pressed", String(state.without));
      leader?.setAttribute("aria-disabled", String(cannotLeave()));
      const metric = geo.byId("metric");
      if (metric) metric.value = state.metric;
      const group = geo.byId("group");
      if (group) group.value = state.group;
      showGroupPage();
      cities?.show(state.cities).then((shown) => {
        if (shown || !state.cities) return;
        state = { ...state, cities: false };
        rules.remember(state, false);
      });
      time?.show(state);
    }

    /** Has the view no classes that could leave out the leader? */
    const cannotLeave = () => state.measure === "change" || Boolean(data.ratios[state.metric]);

    /** @param {boolean} animate */
    function showPlace(animate) {
      place.leave();
      if (state.place) place.show(state.place);
      else map.frame(state.group, animate);
    }
    /** Called when the reader has moved the map. @param {string} to  "" = the whole world */
    function movedTo(to) {
      if (to === state.place) return;
      state = { ...state, place: to };
      rules.remember(state, false);
    }

    /** Leads to the page of the chosen group; its link gets the period when it is followed. */
    function showGroupPage() {
      const note = geo.byId("group-page"), link = note?.querySelector("a"), { group } = state;
      if (!note || !link) return; // an owner's template of an earlier version
      note.hidden = !group;
      link.href = group ? `group/${group}.html` : "groups.html";
      link.textContent = group ? _("%(group)s: all figures", { group: geo.sentence(geo.groupName(group)) }) : "";
    }

    /** Explains the colours of measures that the legend does not explain. */
    function showNote() {
      const note = geo.byId("map-note"), { measure } = state, { metric, few } = view;
      let text = metric.parts ? geo.ratios.note(chosen()) : metric.meaning || "";
      if (measure === "change") text = geo.compared(view);
      if (measure === "per-million") text = _("Per million people. Countries with fewer than %(quantity)s are hatched: too few to compare.", { quantity: formats.quantity(few, metric) });
      note.hidden = !text;
      if (note.textContent !== text) note.textContent = text;
    }

    /** Highlights a country on the map and in the table. @param {Code} code */
    function light(code) {
      pointed = code;
      map.light(code || state.country);
      geo.table.light(code || state.country);
    }
    /** Shows the card of a country, next to its dot or label or to the pointer. @param {Code} code @param {MouseEvent} [event] */
    function point(code, event) {
      light(code);
      const pinned = code === state.country;
      if (pinned) addFunnel(code);
      geo.card.show(code, view, pinned ? { close: unpin, near: nearby.filter((each) => each !== code), pick } : null);
      const at = event ? { x: event.clientX, y: event.clientY } : map.pointOf(code);
      geo.card.move(at.x, at.y);
    }
    function pinOrNot() {
      if (state.country) point(state.country);
      else { geo.card.hide(); light(""); }
    }
    /** @param {Code} code @param {Code[]} [near]  small countries that a finger may have meant as well */
    function pin(code, near = []) {
      if (code === state.country) return geo.card.open();
      nearby = near;
      go({ country: code }, "step");
    }
    /** Pins another of the small countries near a touch. @param {Code} code */
    function pick(code) {
      pin(code, [...nearby.filter((each) => each !== code), state.country]);
      geo.card.focus();
      geo.say(_("%(country)s, pinned", { country: geo.card.spoken(code, view, state.measure) }));
    }
    /** Goes to a country's page; a country without one has its card pinned. @param {Code} code @param {boolean} [newTab] */
    function open(code, newTab) {
      if (!data.pages.includes(code)) return pin(code);
      const page = [geo.pageOf(code), rules.carried(state).join("&")].filter(Boolean).join("?");
      if (newTab) window.open(page);
      else location.assign(page);
    }
    function unpin() {
      const inside = geo.card.element.contains(document.activeElement);
      nearby = [];
      if (state.country) go({ country: "" }, "step");
      if (inside) container.focus({ preventScroll: true });
    }

    function watchPointer() {
      // Some browsers do not report the type of pointer with a click.
      /** @type {PointerEvent | null} */
      let pressed = null;
      map.svg.addEventListener("pointerdown", (event) => { pressed = event; });
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
        const touched = pressed?.pointerType === "touch" ? pressed : null;
        if (pressed && !touched && Math.hypot(event.clientX - pressed.clientX, event.clientY - pressed.clientY) > MOVED) return;
        // Browsers move the click of a finger to the nearest thing that can be clicked; the press is where it was.
        const code = map.codeAt(touched || event, touched ? "touch" : "mouse");
        if (!code) unpin();
        else if (touched) pin(code, map.near(touched, code));
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
      container.setAttribute("aria-label", _("Map of %(plays)s by country. Arrow keys go from country to country, letters to a name, Home and End to the first and last rank; Enter opens its page, Space pins its figures, Escape leaves, plus, minus and 0 zoom.", { plays: view.metric.many }));
      geo.keys.start(container, {
        at: () => pointed || state.country,
        view: chosen,
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

    /** @type {Zooms} */
    const zooms = {
      in: () => leaflet.zoomIn(),
      out: () => leaflet.zoomOut(),
      world: () => { movedTo(""); place.leave(); map.frame(state.group, true); },
    };

    function watchControls() {
      geo.byId("controls").addEventListener("click", (event) => {
        const { measure } = geo.closest(event, "[data-measure]")?.dataset || {};
        if (measure) go({ measure: /** @type {Measure} */ (measure) }, "step");
      });
      const metric = geo.byId("metric");
      metric?.addEventListener("change", () => go({ metric: metric.value }, "step"));
      const group = geo.byId("group");
      group?.addEventListener("change", () => go({ group: group.value, place: "" }, "step"));
      geo.byId("cities")?.addEventListener("click", () => go({ cities: !state.cities }, "step"));
      geo.byId("leader")?.addEventListener("click", () => {
        if (!cannotLeave()) go({ without: !state.without }, "step");
      });
      window.addEventListener("popstate", () => { time?.halt(); go(rules.read(location.search), ""); });
    }

    /** Writes each letter into the address, without a new step of the browser's history. @param {string} find */
    function findBy(find) {
      state = { ...state, find };
      rules.remember(state, false);
    }

    geo.legend.start(map.choose, (kind) => go({ kind }, "step"));
    geo.table.start({ sort: (sort) => go({ sort }, "replace"), zeros: (zeros) => go({ zeros }, "replace"), all: (all) => go({ all }, "replace"), find: findBy, light });
    const place = geo.place.start(leaflet, movedTo);
    const cityButton = geo.byId("cities");
    const cities = cityButton && data.cities ? geo.cityLayer.start(cityButton, leaflet, map.svg) : null;
    const time = geo.timeline.start({
      choose: (period, from, to) => go({ period, ...(period === "custom" ? { from, to } : rules.daysOf(period)) }, "step"),
      preview,
      play: prepare,
      rest: (from, to) => { go({ period: "custom", from, to }, "replace"); },
    });
    const against = geo.against.start((chosen) => go(chosen, "step"));
    for (const kind of ["pointerenter", "focusin"]) geo.byId("periods")?.addEventListener(kind, () => { geo.history(state.metric).catch(() => {}); }, { once: true });
    const funnel = geo.byId("funnel");
    if (funnel) {
      new IntersectionObserver((entries) => {
        atFunnel = entries.some((entry) => entry.isIntersecting);
        showFunnel();
      }).observe(funnel);
    }
    geo.map.zoomButtons(leaflet, zooms);
    watchPointer();
    watchKeys();
    watchControls();
    geo.table.render(view, rules.read(""), null);
    const requested = state;
    state = rules.read("");
    const unchanged = JSON.stringify(requested) === JSON.stringify(state);
    geo.shown = { view, state };
    against?.show(view, state);
    rules.remember(requested, false);
    document.dispatchEvent(new Event("listening"));
    (unchanged ? Promise.resolve() : go(requested, "")).then(() => {
      document.documentElement.classList.add("live");
      document.dispatchEvent(new Event("live"));
    });
  };
})(apivideoGeo);
