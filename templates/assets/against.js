/** "Compare with": the previous period, a year before, or days of one's own; which days are compared, or why none are. */
(function (geo) {
  "use strict";
  const { formats, _ } = geo;

  /** @type {ApivideoGeo["against"]["start"]} */
  function start(choose) {
    const select = geo.byId("against");
    if (!select) return null;
    const own = geo.byId("own"), from = geo.byId("own-from"), to = geo.byId("own-to");
    const note = geo.byId("against-note"), text = geo.make("span"), button = geo.button("");
    note.replaceChildren(text, " ", button);
    /** @type {ReturnType<typeof geo.compare.nearest>} */
    let nearest = null;

    select.addEventListener("change", () => {
      if (select.value !== "own") choose({ against: /** @type {"" | "year"} */ (select.value) });
      own.hidden = select.value !== "own";
      if (!own.hidden) from.focus();
    });
    const showDays = geo.periods.pair(from, to, (...against) => choose({ against }));
    button.addEventListener("click", () => {
      if (!nearest) return;
      const { period: [first, last], against } = nearest;
      geo.byId("against")?.focus();
      choose({ period: "custom", from: first, to: last, against });
    });

    /** @param {Pick<View, "comparison">} view @param {Pick<State, "against">} state @param {boolean} [known]  is any change known? */
    const show = ({ comparison }, { against }, known = true) => {
      const { before } = comparison, isOwn = typeof against !== "string";
      select.value = isOwn ? "own" : against;
      own.hidden = !isOwn;
      showDays(Math.max(before.from, 0), Math.max(before.to, 0));
      text.textContent = known ? geo.compared({ comparison }) : "";
      nearest = comparison.groups.length || !known ? null : geo.compare.nearest(comparison);
      button.hidden = !nearest;
      if (nearest) {
        const [now, then] = [nearest.period, geo.compare.beforeOf(nearest.period, nearest.against)].map((days) => formats.span(...days));
        button.textContent = _("Compare %(now)s with %(before)s", { now, before: then });
      }
    };
    return { show };
  }

  geo.against = { start };
})(apivideoGeo);
