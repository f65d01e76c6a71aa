/** The texts about the view: headline, lead, the four figures, the map in words, the title of the document. */
(function (geo) {
  "use strict";
  const { data, formats, prose, _, ngettext } = geo;
  const find = (/** @type {string} */ selector) => /** @type {HTMLElement | null} */ (document.querySelector(selector));
  const heading = find("h1"), lead = find(".lead"), balance = find(".balance");
  const map = /** @type {Element} */ (document.querySelector("svg.world"));

  /** The texts that are in the page at first: those about the whole history. */
  const sent = {
    headline: heading?.textContent || "", lead: lead?.textContent || "", description: map.getAttribute("aria-label") || "",
    balance: balance?.textContent || "", title: document.title,
  };
  const figures = [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-figure]"))].map((figure) => [
    figure.dataset.figure || "", figure.querySelector("b")?.textContent || "", figure.querySelector("span")?.textContent || "", figure.className, figure.querySelector("dt")?.textContent || "",
  ]);

  /** Has a view been shown? The first, of the page's address, comes before the reader does anything: nothing may jump. */
  let opened = false;

  /** @param {Element | null} element @param {string} text */
  const write = (element, text) => { if (element && element.textContent !== text) element.textContent = text; };

  /**
   * Shows the texts of a view. `all`: it is the whole history. `calm` is false for one of many previews, while nothing
   * below may jump.
   * @type {ApivideoGeo["summary"]["show"]}
   */
  function show(view, state, all, calm) {
    const part = view.group || view, group = geo.groupName(state.group);
    const scope = { all, measure: state.measure, group, share: view.total ? part.total / view.total : 0 };
    const first = view.metric.name === data.metric;
    const asSent = all && first && !group && (state.measure === "count" || !view.total);
    for (const element of [heading, lead]) {
      if (element) element.style.minHeight = calm && opened ? "" : `${element.offsetHeight}px`;
    }
    opened = true;
    const headline = asSent ? sent.headline : prose.headline(part, scope);
    write(heading, headline);
    write(lead, asSent ? sent.lead : prose.lead(part, scope));
    write(balance, all && first ? sent.balance : prose.balance(view));
    const words = [!first && view.metric.label, !(view.all && state.measure === "count") && geo.measureWords()].filter(Boolean).join(", ");
    map.setAttribute("aria-label", asSent ? sent.description : prose.description(part, scope, words));
    document.title = sent.title.replace(sent.headline, () => headline);
    if (all && first && !group && !state.against) figures.forEach(([key, value, note, tone, label]) => put(key, value, note, tone, label));
    else if (part.all) for (const figure of geo.labels.figures(part, (change) => geo.changeWords(part, all, change))) put(...figure);
    else count(part, scope, view.members);
  }

  /** @param {string} key @param {string} value @param {string} note @param {string} [tone] @param {string} [label]  as in the page if it is missing */
  function put(key, value, note, tone, label) {
    const figure = document.querySelector(`[data-figure="${key}"]`);
    if (!figure) return;
    figure.className = tone || "";
    write(figure.querySelector("dt"), label || figures.find((each) => each[0] === key)?.[4] || "");
    const number = /** @type {Element} */ (figure.querySelector("b"));
    const small = figure.querySelector("span");
    write(number, value);
    if (small) write(small, note);
    else if (note) number.after(" ", geo.make("span", note));
  }

  /** Writes the four figures. @param {View} view @param {Scope} scope @param {Set<Code>} [members]  of the group */
  function count(view, { all, group }, members) {
    const { change, rows, metric } = view;
    const compared = change?.before ? change : null;
    put("total", formats.value(view.total, metric), compared ? geo.changeWords(view, all, formats.change(compared.now, compared.before)) : "", compared ? geo.toneOf(compared) : "", metric.label);
    const fresh = rows.filter((row) => row.fresh).length;
    const world = members ? members.size : data.world;
    put("reach", formats.number(rows.length), [_("of %(number)s", { number: formats.number(world) }), fresh && ngettext("%(count)s new", "%(count)s new", fresh)].filter(Boolean).join(" · "));
    const first = rows[0], share = first && formats.share(first.share), most = rows.filter((row) => row.count === first.count).length;
    if (most > 1) put("most", ngettext("%(count)s country", "%(count)s countries", most), _("%(share)s each", { share }));
    else put("most", first ? geo.nameOf(first.code) : "–", !first ? "" : group ? _("%(share)s within %(continent)s", { share, continent: group }) : share);
    const dense = view.byCode.get(geo.leaderOf(view, "per-million"));
    put("dense", dense ? geo.nameOf(dense.code) : "–", dense ? formats.per(dense.per, metric) : _("countries with %(quantity)s or more", { quantity: formats.quantity(view.few, metric) }));
  }

  /** The measure, in the words of its button. */
  geo.measureWords = () => {
    const button = find("[data-measure][aria-pressed=true]");
    return (button?.querySelector(".full") || button)?.textContent || "";
  };

  geo.summary = { show };
})(apivideoGeo);
