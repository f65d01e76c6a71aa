// @ts-check
/** What the page says about the view: headline, lead, the four figures, the map in words, the title of the document. */
(function (geo) {
  "use strict";
  const { data, formats, prose, _, ngettext } = geo;
  const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector));
  const heading = find("h1"), lead = find(".lead"), map = find("svg.world"), balance = find(".balance");

  /** The texts the page was sent with. */
  const sent = {
    headline: heading?.textContent || "", lead: lead?.textContent || "", description: map.getAttribute("aria-label") || "",
    balance: balance?.textContent || "", title: document.title,
  };
  const figures = [...document.querySelectorAll("[data-figure]")].map((figure) => [
    figure.dataset.figure, figure.querySelector("b")?.textContent, figure.querySelector("span")?.textContent || "", figure.className,
  ]);

  /** @param {Element} element @param {string} text */
  const write = (element, text) => { if (element && element.textContent !== text) element.textContent = text; };

  /**
   * @param {any} view @param {any} state @param {boolean} all  is it the whole history?
   * @param {boolean} calm  false for one of many views on the way, when nothing below may jump
   */
  function show(view, state, all, calm) {
    const part = state.continent ? geo.onContinent(view, state.continent) : view;
    const continent = state.continent && geo.continentName(state.continent);
    const scope = { all, measure: state.measure, continent, share: view.total ? part.total / view.total : 0 };
    const asSent = all && !continent && (state.measure === "count" || !view.total);
    for (const element of [heading, lead]) {
      if (element) element.style.minHeight = calm ? "" : `${element.offsetHeight}px`;
    }
    const headline = asSent ? sent.headline : prose.headline(part, scope);
    write(heading, headline);
    write(lead, asSent ? sent.lead : prose.lead(part, scope));
    write(balance, all ? sent.balance : prose.balance(view));
    map.setAttribute("aria-label", asSent ? sent.description : prose.description(part, scope, geo.measureWords()));
    document.title = sent.title.replace(sent.headline, () => headline);
    if (all && !continent) figures.forEach(([key, value, note, tone]) => put(key, value, note, tone));
    else count(part, scope, state.continent);
  }

  /** @param {string} key @param {string} value @param {string} note @param {string} [tone] */
  function put(key, value, note, tone) {
    const figure = document.querySelector(`[data-figure="${key}"]`);
    if (!figure) return;
    figure.className = tone || "";
    const number = /** @type {Element} */ (figure.querySelector("b"));
    const small = figure.querySelector("span");
    write(number, value);
    if (small) write(small, note);
    else if (note) number.after(" ", geo.make("span", note));
  }

  /** The four figures. @param {any} view @param {any} scope @param {string} slug  of the continent, or "" */
  function count(view, { all, continent }, slug) {
    const { change, rows } = view;
    const compared = change && change.before ? changeWords(change, all) : "";
    put("total", formats.number(view.total), compared, compared && (change.now > change.before ? "up" : change.now < change.before ? "down" : ""));
    const fresh = rows.filter((row) => row.fresh).length;
    const world = continent ? geo.continents[slug].length : data.world;
    put("reach", formats.number(rows.length), [_("of %(number)s", { number: formats.number(world) }), fresh && ngettext("%(count)s new", "%(count)s new", fresh)].filter(Boolean).join(" · "));
    const first = rows[0], share = first && formats.share(first.share);
    put("most", first ? geo.nameOf(first.code) : "–", !first ? "" : continent ? _("%(share)s within %(continent)s", { share, continent }) : share);
    const dense = view.byCode.get(geo.leaderOf(view, "per-million"));
    put("dense", dense ? geo.nameOf(dense.code) : "–", dense ? formats.rate(dense.per) : _("from %(quantity)s up", { quantity: formats.quantity(data.per_from) }));
  }

  function changeWords({ now, before, days }, all) {
    const change = formats.change(now, before);
    return all
      ? ngettext("Last day: %(change)s on the day before", "%(count)s days: %(change)s on the %(count)s before", days, { change })
      : ngettext("%(change)s on the day before", "%(change)s on the %(count)s days before", days, { change });
  }

  /** The name of a continent, as its choice has it. @param {string} slug */
  geo.continentName = (slug) => find(`#continent option[value="${slug}"]`).textContent;

  /** What the map compares, in the words of its button. */
  geo.measureWords = () => {
    const button = find("[data-measure][aria-pressed=true]");
    return (button?.querySelector(".full") || button)?.textContent || "";
  };

  geo.summary = { show };
})(apivideoGeo);
