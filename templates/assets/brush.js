/** The handles over the daily curve: two sliders for the first and the last day, and the period between them to drag. */
(function (geo) {
  "use strict";
  const { formats, _ } = geo;

  /** Calls `moved` with the first and the last day; its `done` says that the reader let go. @type {ApivideoGeo["brush"]["start"]} */
  function start(days, moved) {
    const strip = geo.byId("strip");
    const box = geo.make("div", undefined, "brush");
    const before = geo.make("i", undefined, "dim"), between = geo.make("i", undefined, "window"), after = geo.make("i", undefined, "dim");
    const first = slider(_("First day")), end = slider(_("Last day"));
    box.append(before, between, after, first, end);
    strip.append(box);
    let from = 0, to = days - 1;

    /** @param {string} label */
    function slider(label) {
      const input = geo.make("input");
      Object.assign(input, { type: "range", min: 0, max: days, step: 1, autocomplete: "off" });
      input.setAttribute("aria-label", label);
      input.addEventListener("input", () => pull(input, false));
      input.addEventListener("change", () => pull(input, true));
      return input;
    }
    /** @param {HTMLInputElement} input @param {boolean} done */
    function pull(input, done) {
      const at = Number(input.value);
      if (input === first) set(Math.min(at, to), to);
      else set(from, Math.max(at - 1, from));
      moved(from, to, done);
    }
    /** @param {number} nextFrom @param {number} nextTo */
    function set(nextFrom, nextTo) {
      [from, to] = [nextFrom, nextTo];
      first.value = String(from);
      end.value = String(to + 1);
      first.setAttribute("aria-valuetext", formats.day(from));
      end.setAttribute("aria-valuetext", formats.day(to));
      before.style.width = `${(100 * from) / days}%`;
      between.style.insetInlineStart = `${(100 * from) / days}%`;
      between.style.width = `${(100 * (to + 1 - from)) / days}%`;
      after.style.width = `${(100 * (days - to - 1)) / days}%`;
      box.classList.toggle("part", from > 0 || to < days - 1);
    }
    drag(between, box, days, () => [from, to], (nextFrom, nextTo, done) => { set(nextFrom, nextTo); moved(from, to, done); });
    set(from, to);
    return { set };
  }

  /**
   * Moves the period with its length; if it is the whole history, a drag draws a new period.
   * @param {HTMLElement} handle @param {HTMLElement} box @param {number} days @param {() => [number, number]} period
   * @param {(from: number, to: number, done: boolean) => void} moved
   */
  function drag(handle, box, days, period, moved) {
    handle.addEventListener("pointerdown", (down) => {
      if (down.button) return;
      down.preventDefault();
      handle.setPointerCapture(down.pointerId);
      const { left, width } = box.getBoundingClientRect();
      /** @param {number} x */
      const dayAt = (x) => Math.max(0, Math.min(days - 1, Math.floor(((x - left) / width) * days)));
      const [from, to] = period();
      const grip = dayAt(down.clientX), all = to - from === days - 1;
      let last = [from, to];
      /** @param {PointerEvent} event */
      const move = (event) => {
        const at = dayAt(event.clientX);
        const shift = Math.max(-from, Math.min(days - 1 - to, at - grip));
        last = all ? [Math.min(grip, at), Math.max(grip, at)] : [from + shift, to + shift];
        if (!all || at !== grip) moved(last[0], last[1], false);
      };
      const up = () => {
        handle.removeEventListener("pointermove", move);
        handle.removeEventListener("pointerup", up);
        handle.removeEventListener("pointercancel", up);
        if (last[0] !== from || last[1] !== to) moved(last[0], last[1], true);
      };
      handle.addEventListener("pointermove", move);
      handle.addEventListener("pointerup", up);
      handle.addEventListener("pointercancel", up);
    });
  }

  geo.brush = { start };
})(apivideoGeo);
