/** Groups of countries: which countries each has, and the figures of these alone. Groups overlap, so they are never added up. */
(function (geo) {
  "use strict";

  /** The countries of a group; in the page it can be written as the groups that it consists of. @type {ApivideoGeo["membersOf"]} */
  const membersOf = (slug) => geo.groups[slug].split(" ").flatMap((one) => (/^[A-Z]/.test(one) ? one : membersOf(one)));

  /** The view of a group: its shares and ranks are those within it, and unknown countries are not in it. @type {ApivideoGeo["ofGroup"]} */
  function ofGroup(view, slug) {
    const rows = membersOf(slug).flatMap((code) => view.byCode.get(code) || []);
    if (view.metric.parts) return geo.ratios.among(view, rows);
    /** @param {"count" | keyof Change} key */
    const sum = (key) => rows.reduce((all, row) => all + row[key], 0);
    return geo.finish({ ...view, total: sum("count"), unknown: 0, change: view.change && { now: sum("now"), before: sum("before"), counted: sum("counted") } }, rows);
  }

  /** The rows of a group in the view of all countries: shares and ranks stay those among all. "" = all. @type {ApivideoGeo["among"]} */
  function among(view, slug) {
    if (!slug) return view;
    const members = new Set(membersOf(slug));
    return {
      ...view, group: ofGroup(view, slug), members, rows: view.rows.filter(({ code }) => members.has(code)),
      byCode: new Map([...view.byCode].filter(([code]) => members.has(code))),
    };
  }

  /** The name of a group, as the list of groups has it; "" = none. @type {ApivideoGeo["groupName"]} */
  function groupName(slug) {
    const name = slug && document.querySelector(`[data-group="${slug}"]`)?.textContent || "";
    return geo.wording.articles.includes(slug) ? `the ${name}` : name;
  }

  Object.assign(geo, { membersOf, ofGroup, among, groupName });
})(apivideoGeo);
