/** Groups of countries: which countries each has, and the figures of these alone. Groups overlap, so they are never added up. */
(function (geo) {
  "use strict";

  /** The countries of a group; in the page it can be written as the groups that it consists of. @type {ApivideoGeo["membersOf"]} */
  const membersOf = (slug) => geo.groups[slug].split(" ").flatMap((one) => (/^[A-Z]/.test(one) ? one : membersOf(one)));

  /** The rows of a group in the view of all countries: shares and ranks stay those among all. "" = all. @type {ApivideoGeo["among"]} */
  function among(view, slug) {
    if (!slug) return view;
    const members = new Set(membersOf(slug));
    return {
      ...view, group: geo.ofCountries(view, [...members]), members, rows: view.rows.filter(({ code }) => members.has(code)),
      byCode: new Map([...view.byCode].filter(([code]) => members.has(code))),
    };
  }

  /** The name of a group, as the list of groups has it; "" = none. @type {ApivideoGeo["groupName"]} */
  function groupName(slug) {
    const name = slug && document.querySelector(`[data-group="${slug}"]`)?.textContent || "";
    return geo.wording.articles.includes(slug) ? `the ${name}` : name;
  }

  Object.assign(geo, { membersOf, among, groupName });
})(apivideoGeo);
