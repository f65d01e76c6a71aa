/** The card with a country's figures: it follows the pointer, or stays open until it is closed. */
(function (geo) {
  "use strict";
  const { data, formats, _ } = geo;
  const card = geo.byId("card");
  const frame = geo.byId("frame");
  let showing = "";

  /** The country's figures as one line for screen readers. @type {ApivideoGeo["card"]["spoken"]} */
  function spoken(code, view, measure) {
    const row = view.byCode.get(code);
    const { metric } = view;
    if (!row || !row.count) return `${geo.called(code)}, ${none(metric)}`;
    const figures = metric.parts
      ? [`${metric.label} ${geo.ratios.value(row, metric)}`, geo.ratios.both(row, metric)] : [formats.quantity(row.count, metric), formats.share(row.share)];
    const parts = [geo.called(code), ...figures];
    if (measure === "per-million" && !Number.isNaN(row.per)) parts.push(_("%(rate)s per million people", { rate: formats.per(row.per, metric) }));
    const change = geo.changeOf(view, row).text;
    if (measure === "change" && change !== "–") parts.push(change);
    if (!Number.isNaN(row.value)) parts.push(_("rank %(rank)s of %(all)s", ranks(row, view)));
    return parts.join(", ");
  }

  /** A country without a count, in words. @param {Metric} metric */
  function none(metric) {
    if (!data.known) return _("No data");
    return metric.parts ? geo.ratios.none(metric) : formats.quantity(0, metric);
  }

  /** @param {Row} row @param {View} view */
  const ranks = ({ rank }, { rows }) => ({ rank: formats.number(rank), all: formats.number(rows.filter((each) => !Number.isNaN(each.value)).length) });

  /** Shows a country; `pinned` is null while the card follows the pointer. @type {ApivideoGeo["card"]["show"]} */
  function show(code, view, pinned) {
    const key = `${code} ${pinned ? pinned.near : "-"}`, to = `${view.metric.name} ${view.from} ${view.to}`;
    if (card.hidden || key !== showing || card.dataset.to !== to) {
      fill(code, view);
      if (pinned && data.pages.includes(code)) addComparison(code);
      if (pinned?.near.length) card.append(geo.map.offer(pinned.near, pinned.pick));
      if (pinned) addClose(pinned.close);
    }
    showing = key;
    card.dataset.to = to;
    card.classList.toggle("pinned", Boolean(pinned));
    card.hidden = false;
  }

  function hide() {
    card.hidden = true;
    showing = "";
  }

  /** @param {Code} code @param {View} view */
  function fill(code, view) {
    const row = view.byCode.get(code);
    const name = geo.named(geo.make("p"));
    const flag = geo.flagOf(code);
    if (flag) {
      const sign = geo.make("span", flag);
      sign.setAttribute("aria-hidden", "true");
      name.append(sign, " ");
    }
    if (data.pages.includes(code)) {
      const link = geo.make("a", geo.nameOf(code));
      link.href = geo.pageOf(code);
      name.append(link);
    } else name.append(geo.nameOf(code));
    const list = geo.make("dl");
    /** @param {string} label @param {string} value @param {string} [tone] */
    const add = (label, value, tone) => list.append(geo.make("dt", label), geo.make("dd", value, tone));
    const { metric } = view;
    if (!row || !row.count) add(metric.label, metric.parts || !data.known ? none(metric) : formats.value(0, metric));
    else {
      add(metric.label, metric.parts ? geo.ratios.value(row, metric) : formats.value(row.value, metric));
      const bounds = metric.parts && geo.ratios.interval(row, metric);
      if (bounds) add(_("%(percent)s interval", { percent: formats.percentage(95) }), bounds.map((bound) => formats.value(bound, metric)).join("–"));
      metric.parts?.forEach((part, index) => add(part.label, formats.value([row.upper, row.lower][index] || 0, part)));
      if (!metric.parts) add(_("Share"), formats.share(row.share));
      if (!Number.isNaN(row.value)) add(_("Rank"), _("%(rank)s of %(all)s", ranks(row, view)));
      if (!Number.isNaN(row.per)) add(_("Per million"), formats.per(row.per, metric));
      const change = geo.changeOf(view, row);
      if (change.text !== "–") add(_("Change"), change.text, change.tone);
    }
    card.replaceChildren(name, list);
    const spark = row && row.count ? geo.table.sparkOf(code) : null;
    if (spark) card.append(spark.cloneNode(true));
  }

  /** A link to the page where the country is compared. @param {Code} code */
  function addComparison(code) {
    const link = geo.make("a", _("Compare"), "compare");
    link.href = `compare.html?compare=${code}`;
    card.append(link);
  }

  /** @param {() => void} close */
  function addClose(close) {
    const button = geo.button("×", "close");
    button.setAttribute("aria-label", _("Close"));
    button.addEventListener("click", close);
    card.append(button);
  }

  /** Moves the card next to a point of the window, inside the frame; on a narrow screen the style sheet puts it at the bottom. @param {number} x @param {number} y */
  function move(x, y) {
    if (getComputedStyle(card).position === "fixed") {
      card.style.transform = "";
      return;
    }
    const box = frame.getBoundingClientRect();
    const gap = 16;
    let left = x - box.left + gap;
    if (left + card.offsetWidth > box.width) left = x - box.left - gap - card.offsetWidth;
    const top = Math.min(y - box.top + gap, box.height - card.offsetHeight - 4);
    card.style.transform = `translate(${Math.round(Math.max(0, left))}px, ${Math.round(Math.max(0, top))}px)`;
  }

  /** Goes to the page of the card's country, if there is one. */
  const open = () => card.querySelector("a")?.click();

  /** Puts the focus on the name of the country, or on the close button. */
  const focus = () => /** @type {HTMLElement | null} */ (card.querySelector("a, .close"))?.focus({ preventScroll: true });

  geo.card = { show, hide, move, open, focus, spoken, element: card };
})(apivideoGeo);
