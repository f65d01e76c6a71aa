/** The period of the map: its control, the handles over the curve, and the play button, which goes through the weeks or months. */
(function (geo) {
  "use strict";
  const { state: rules, _ } = geo;
  /** Histories longer than this many days are played by 30 days, shorter ones by 7. */
  const LONG = 200;
  /** Time of a frame, in milliseconds. */
  const FRAME = 700;

  /** @type {ApivideoGeo["timeline"]["start"]} */
  function start(actions) {
    loadEvents();
    const bar = geo.periods.start((period, first = NaN, end = NaN) => {
      halt();
      actions.choose(period, first, end);
    });
    if (!bar) return null;
    const button = geo.byId("play"), days = rules.last + 1;
    const brush = geo.brush.start(days, (first, last, done) => {
      halt();
      if (done) actions.choose(first === 0 && last === days - 1 ? "all" : "custom", first, last);
      else actions.preview(first, last, true);
    });
    let timer = 0, playing = false, at = -1;
    /** @type {[number, number][]} */
    let frames = [];

    button.addEventListener("click", () => (playing ? halt() : play()));
    document.querySelector("[data-period=custom]")?.addEventListener("click", halt);
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") halt(); });

    /** Weeks or months up to the last complete day. @returns {[number, number][]} */
    function cut() {
      const length = days > LONG ? 30 : 7;
      /** @type {[number, number][]} */
      const cuts = [];
      for (let last = rules.lastComplete; last - length + 1 >= 0; last -= length) cuts.unshift([last - length + 1, last]);
      return cuts.length ? cuts : [[0, rules.lastComplete]];
    }
    async function play() {
      if (!frames.length) frames = cut();
      if (!(await actions.play(frames))) return;
      if (at >= frames.length - 1) at = -1;
      if (geo.still()) { step(); halt(); return; }
      playing = true;
      button.setAttribute("aria-label", _("Stop"));
      button.classList.add("on");
      step();
    }
    function step() {
      at += 1;
      const [first, last] = frames[at];
      brush.set(first, last);
      actions.preview(first, last, false);
      if (!playing) actions.rest(first, last);
      else if (at >= frames.length - 1) halt();
      else timer = setTimeout(step, FRAME);
    }
    function halt() {
      clearTimeout(timer);
      button.setAttribute("aria-label", geo.still() ? _("Next step") : _("Play"));
      if (!playing) return;
      playing = false;
      button.classList.remove("on");
      actions.rest(frames[at][0], frames[at][1]);
    }
    /** Shows what is chosen. @param {State} state */
    function show(state) {
      bar?.show(state);
      brush.set(state.from, state.to);
      const frame = frames.findIndex(([first, last]) => first === state.from && last === state.to);
      if (!playing) at = frame;
    }
    halt();
    return { show, halt };
  }

  /** Has the notes and publications loaded when the reader points at the curve or opens their list. */
  function loadEvents() {
    const events = geo.byId("events");
    if (!events) return;
    /** @param {Event} [event] */
    const load = (event) => {
      if (event instanceof PointerEvent) events.dataset.at = String(event.clientX);
      geo.once("events", () => geo.load(events.dataset.script || "")).catch(() => {});
    };
    geo.byId("strip").addEventListener("pointerover", load, { once: true });
    events.addEventListener("toggle", load, { once: true });
    if (events.open) load();
  }

  /** Writes the period in words, which days it lacks, and its notes and publications. @param {View} view @param {boolean} all  is it the whole history? */
  function note(view, all) {
    geo.byId("curve-note").hidden = !all;
    geo.byId("period-note").textContent = all ? "" : geo.periods.words(view);
    geo.periods.events(view.from, view.to);
  }

  geo.timeline = { start, note };
})(apivideoGeo);
