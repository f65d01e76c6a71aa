/** The sentences about a view: those of the Python module `prose`, and those that a period, a measure or a group needs. */
(function (geo) {
  "use strict";
  const { data, formats, wording, _, ngettext } = geo;
  const list = new Intl.ListFormat(data.lang === "en" ? "en-001" : data.lang);
  /** Maximum number of new countries that the lead names. */
  const NAMED = 3;

  /** The country's name in a sentence: "the Netherlands". @type {ApivideoGeo["prose"]["within"]} */
  const within = (code, name = geo.called(code)) => (wording.articles.includes(code) ? `the ${name}` : name);

  /** Was no day of the view ever collected? @param {View} view */
  const uncollected = (view) => view.collected === 0 || view.gaps.length + view.left.length === view.to - view.from + 1;

  /** @type {ApivideoGeo["prose"]["headline"]} */
  function headline(view, { all, group }) {
    const { rows, metric } = view, plays = (metric.parts?.[1] || metric).many;
    /** @param {"countries" | "most" | "countries_of" | "most_of"} form @param {Code[]} codes */
    const write = (form, codes) => geo.fill(geo.form(wording.headline[form], rows.length), {
      count: formats.number(rows.length), continent: group, where: list.format(codes.map((code) => within(code))),
    });
    if (!(view.all ? view.all.lower : view.total)) {
      if (uncollected(view)) return _("No data for this period");
      if (group) return geo.sentence(_("No %(plays)s in %(continent)s", { plays, continent: group }));
      return geo.sentence(all ? _("No %(plays)s yet", { plays }) : _("No %(plays)s in this period", { plays }));
    }
    if (metric.name !== data.metric) return geo.labels.headline(view, group);
    if (!rows.length) return _("%(quantity)s from unknown countries", { quantity: formats.quantity(view.total) });
    const first = rows.filter((row) => row.count === rows[0].count).map((row) => row.code);
    if (group) return write(first.length < Math.min(3, rows.length) || rows.length === 1 ? "most_of" : "countries_of", first);
    if (rows.length === 1) return geo.fill(wording.headline.somewhere, { country: within(first[0]) });
    return write(first.length < Math.min(3, rows.length) ? "most" : "countries", first);
  }

  /** "between 25 May and 21 November 2026", "on 21 November 2026". @type {ApivideoGeo["prose"]["period"]} */
  function period({ from, to }) {
    if (!data.first) return "";
    if (from === to) return _("on %(day)s", { day: formats.day(to) });
    const sameYear = formats.iso(from).slice(0, 4) === formats.iso(to).slice(0, 4);
    return _("between %(first)s and %(last)s", { first: sameYear ? formats.dayOfYear(from) : formats.day(from), last: formats.day(to) });
  }

  /** @type {ApivideoGeo["prose"]["lead"]} */
  function lead(view, scope) {
    const when = period(view);
    if (!view.total && view.left.length && !view.gaps.length && uncollected(view)) return _("The publisher left out what happened %(when)s.", { when });
    if (!view.total) return uncollected(view) ? _("Nothing was collected %(when)s.", { when }) : _("Nothing was counted %(when)s.", { when });
    const shares = view.metric.parts ? "" : fromWhere(view);
    return [howMuch(view, scope, when), shares, fresh(view, scope), byMeasure(view, scope)].filter(Boolean).join(" ");
  }

  /** @param {View} view @param {Scope} scope @param {string} when */
  function howMuch(view, { group, share }, when) {
    let quantity = view.all ? geo.ratios.both(view.all, view.metric) : formats.quantity(view.total, view.metric);
    if (group && !view.all) quantity = _("%(quantity)s in %(continent)s (%(share)s of all)", { quantity, continent: group, share: formats.about(share) });
    return when ? _("%(quantity)s %(when)s.", { quantity, when }) : _("%(quantity)s in all.", { quantity });
  }

  /** @param {View} view */
  function fromWhere({ rows: [first, ...others] }) {
    if (!others.length) return "";
    const share = formats.about(first.share), most = [first, ...others.filter((row) => row.count === first.count)];
    const countries = list.format(most.map((row) => within(row.code)));
    if (most.length > NAMED) return ngettext("%(count)s country has the most, %(share)s.", "%(count)s countries have the most, %(share)s each.", most.length, { share });
    if (others[0].count === first.count) return _("%(share)s each came from %(countries)s.", { share, countries });
    return _("%(share)s came from %(country)s, then %(others)s.", {
      share, country: within(first.code), others: list.format(others.slice(0, 2).map((row) => within(row.code))),
    });
  }

  /** Names the countries that are new. @param {View} view @param {Scope} scope */
  function fresh(view, { all }) {
    const { change, comparison } = view;
    const found = view.rows.filter((row) => row.fresh).map((row) => within(row.code));
    if (!change || !found.length || found.length > NAMED) return "";
    const countries = list.format(found);
    if (!all) return _("First seen in this period: %(countries)s.", { countries });
    return ngettext("First seen on the last day: %(countries)s.", "First seen in the last %(count)s days: %(countries)s.", comparison.now.days, { countries });
  }

  /**
   * The countries with the highest values, and these: "Réunion (1,203), Malta (804)".
   * @param {View} view @param {Measure} measure @param {number} size  how many at most
   */
  function greatest(view, measure, size) {
    const value = geo.valueBy(measure, view);
    const texts = {
      share: (/** @type {Row} */ row) => formats.share(row.share),
      "per-million": (/** @type {Row} */ row) => formats.per(row.per, view.metric),
      change: (/** @type {Row} */ row) => geo.changeOf(view, row).text,
      count: (/** @type {Row} */ row) => formats.value(row.value, view.metric),
    };
    return [...view.rows].filter((row) => value(row) > (measure === "change" ? 1 : 0) && value(row) < Infinity)
      .sort((a, b) => value(b) - value(a)).slice(0, size).map((row) => `${within(row.code)} (${texts[measure](row)})`);
  }

  /** @param {View} view @param {Scope} scope */
  function byMeasure(view, { measure }) {
    const first = list.format(greatest(view, measure, 3));
    if (!first) return "";
    if (view.metric.parts && measure === "count") return _("Highest in %(first)s.", { first });
    if (measure === "per-million") return _("Per million people, most in %(first)s.", { first });
    return measure === "change" ? _("Greatest rise: %(first)s.", { first }) : "";
  }

  /** The map in words; `words` name the measure. @type {ApivideoGeo["prose"]["description"]} */
  function description(view, { all, measure, group }, words) {
    const place = geo.sentence(group) || _("World map"), quantity = formats.quantity(view.total, view.metric);
    const first = list.format(greatest(view, measure, 5));
    let text = ngettext(
      "%(place)s: %(quantity)s, %(count)s country: %(first)s.", "%(place)s: %(quantity)s, %(count)s countries; most in %(first)s.",
      view.rows.length, { place, quantity, first },
    );
    if (!view.total) text = _("%(place)s: nothing was counted.", { place });
    else if (!view.rows.length) text = _("%(place)s: %(quantity)s from unknown countries.", { place, quantity });
    else if (measure !== "count" || view.all) text = _("%(place)s, %(measure)s: %(first)s.", { place, measure: words, first: first || "–" });
    return all || !data.first ? text : `${text} ${formats.days(view.from, view.to)}.`;
  }

  /** How the total adds up. @param {View} view */
  function balance({ total, unknown, all, metric }) {
    if (all) return `${metric.label}: ${geo.ratios.both(all, metric)}`;
    return _("%(total)s: %(mapped)s on the map, %(unknown)s from unknown countries", {
      total: formats.quantity(total, metric), mapped: formats.value(total - unknown, metric), unknown: formats.value(unknown, metric),
    });
  }

  geo.prose = { within, headline, lead, description, balance, period };
})(apivideoGeo);
