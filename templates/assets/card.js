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
    if (!row || !row.count) return `${geo.called(code)}, ${data.known ? formats.quantity(0) : _("No data")}`;
    const parts = [geo.called(code), formats.quantity(row.count), formats.share(row.share)];
    if (measure === "per-million" && !Number.isNaN(row.per)) parts.push(_("%(rate)s per million people", { rate: formats.rate(row.per) }));
    const change = geo.changeOf(view, row).text;
    if (measure === "change" && change !== "–") parts.push(change);
    parts.push(_("rank %(rank)s of %(all)s", { rank: formats.number(row.rank), all: formats.number(view.rows.length) }));
    return parts.join(", ");
  }

  /** Shows a country; `pinned` is null while the card follows the pointer. @type {ApivideoGeo["card"]["show"]} */
  function show(code, view, pinned) {
    const key = `${code} ${pinned ? pinned.near : "-"}`;
    if (card.hidden || key !== showing || card.dataset.to !== `${view.from} ${view.to}`) {
      fill(code, view);
      if (pinned?.near.length) card.append(geo.map.offer(pinned.near, pinned.pick));
      if (pinned) addClose(pinned.close);
    }
    showing = key;
    card.dataset.to = `${view.from} ${view.to}`;
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
    const word = geo.sentence(data.words.many);
    if (!row || !row.count) add(word, data.known ? formats.number(0) : _("No data"));
    else {
      add(word, formats.number(row.count));
      add(_("Share"), formats.share(row.share));
      add(_("Rank"), _("%(rank)s of %(all)s", { rank: formats.number(row.rank), all: formats.number(view.rows.length) }));
      if (!Number.isNaN(row.per)) add(_("Per million"), formats.rate(row.per));
      const change = geo.changeOf(view, row);
      if (change.text !== "–") add(_("Change"), change.text, change.tone);
    }
    card.replaceChildren(name, list);
    const spark = row && row.count ? geo.table.sparkOf(code) : null;
    if (spark) card.append(spark.cloneNode(true));
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
