// @ts-check
/** The period: its buttons, two dates, the handles over the curve, and play, which goes through the weeks or months. */
(function (geo) {
  "use strict";
  const { data, formats, state: rules, _, ngettext } = geo;
  /** Histories longer than this many days are played by 30 days, shorter ones by 7. */
  const LONG = 200;
  const FRAME = 700;

  /**
   * @param {{choose: (period: string, from: number, to: number) => void, glance: (from: number, to: number, calm: boolean) => void,
   *   play: (frames: number[][]) => Promise<boolean>, rest: (from: number, to: number) => void}} actions
   *   `choose` is a choice; `glance` one of many on the way to it; `play` prepares frames to compare; `rest` ends them
   */
  function start(actions) {
    const bar = geo.byId("periods");
    if (!bar) return null;
    const custom = geo.byId("custom"), from = geo.byId("from"), to = geo.byId("to"), button = geo.byId("play");
    const days = rules.last + 1;
    const brush = geo.brush.start(days, (first, last, done) => {
      halt();
      if (done) actions.choose(first === 0 && last === days - 1 ? "all" : "custom", first, last);
      else actions.glance(first, last, true);
    });
    let timer = 0, playing = false, at = -1;
    /** @type {number[][]} */
    let frames = [];

    bar.addEventListener("click", (event) => {
      const period = event.target.closest("[data-period]")?.dataset.period;
      if (!period) return;
      halt();
      if (period === "custom") open();
      else actions.choose(period, NaN, NaN);
    });
    function open() {
      custom.hidden = false;
      mark("custom");
      from.focus();
    }
    for (const field of [from, to]) {
      field.addEventListener("change", () => {
        const [first, last] = [formats.place(from.value), formats.place(to.value)];
        const sound = first >= 0 && last < days && first <= last;
        field.setAttribute("aria-invalid", String(!sound));
        if (sound) { halt(); actions.choose("custom", first, last); }
        else geo.say(_("Choose a first day before the last one, both within the history."));
      });
    }

    button.addEventListener("click", () => (playing ? halt() : play()));
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") halt(); });

    function cut() {
      const length = days > LONG ? 30 : 7;
      const cuts = [];
      for (let last = rules.whole; last - length + 1 >= 0; last -= length) cuts.unshift([last - length + 1, last]);
      return cuts.length ? cuts : [[0, rules.whole]];
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
      actions.glance(first, last, false);
      if (!playing) return actions.rest(first, last);
      if (at >= frames.length - 1) return halt();
      timer = setTimeout(step, FRAME);
    }
    function halt() {
      clearTimeout(timer);
      button.setAttribute("aria-label", geo.still() ? _("Next step") : _("Play"));
      if (!playing) return;
      playing = false;
      button.classList.remove("on");
      actions.rest(frames[at][0], frames[at][1]);
    }
    function mark(period) {
      for (const each of bar.querySelectorAll("[data-period]")) each.setAttribute("aria-pressed", String(each.dataset.period === period));
    }
    /** Shows what is chosen. @param {any} state */
    function show(state) {
      mark(state.period);
      custom.hidden = state.period !== "custom";
      from.value = formats.iso(state.from);
      to.value = formats.iso(state.to);
      brush.set(state.from, state.to);
      const place = frames.findIndex(([first, last]) => first === state.from && last === state.to);
      if (!playing) at = place;
    }
    halt();
    return { show, halt };
  }

  /** The period in words, and what it lacks. @param {any} view @param {boolean} all */
  function note(view, all) {
    geo.byId("curve-note").hidden = !all;
    const days = view.to - view.from + 1;
    const parts = [formats.days(view.from, view.to), ngettext("%(count)s day", "%(count)s days", days)];
    if (view.gaps.length) {
      parts.push(ngettext(
        "%(count)s of them was never collected (%(days)s)", "%(count)s of them were never collected (%(days)s)",
        view.gaps.length, { days: formats.runs(view.gaps) },
      ));
    }
    if (data.open.some((place) => place >= view.from && place <= view.to)) parts.push(_("the last one is not over yet"));
    geo.byId("period-note").textContent = all ? "" : geo.joined(parts);
  }

  geo.timeline = { start, note };
})(apivideoGeo);
