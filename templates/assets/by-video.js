/** Changes of what is counted by video: days on which only the countries were collected are not compared. */
(function (geo) {
  "use strict";

  /** @type {ApivideoGeo["byVideo"]} */
  function byVideo(view, all, counts, published) {
    const { from, to, comparison: { complete, end, against } } = view;
    const known = geo.running(Array.from(complete.slice(1), (sum, day) => (geo.data.lacking.includes(day) ? 0 : sum - complete[day])));
    const comparison = geo.compare.of(known, end, all ? null : [from, to], against);
    const compared = comparison.groups.length > 0, day = published ? geo.formats.indexOf(published) : NaN;
    if (compared && geo.compare.publishedSince(day, comparison)) return { ...view, comparison, change: null, reason: geo._("published on %(day)s", { day: geo.formats.day(day) }) };
    return { ...view, comparison, change: compared ? geo.compare.change(comparison, counts) : null };
  }

  geo.byVideo = byVideo;
})(apivideoGeo);
