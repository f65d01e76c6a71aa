/** The small maps of videos: those that a reader chooses, on one scale, in the order of the address. */
(function (geo) {
  "use strict";
  const { formats, _ } = geo;
  const data = /** @type {SmallMapsData} */ (/** @type {unknown} */ (geo.data));
  /** Maximum number of maps, as in the Python module `small_maps`; of countries that the words of a map name. */
  const MOST = 9, NAMED = 3;
  const SPACE = "http://www.w3.org/2000/svg";
  const section = geo.byId("videos"), maps = /** @type {HTMLElement} */ (section.querySelector(".maps")), legend = /** @type {HTMLElement} */ (section.querySelector(".legend"));
  const sample = /** @type {HTMLElement} */ (maps.querySelector(".frame")), title = geo.byId("videos-title"), first = title.textContent || "";

  /** @param {VideoMaps} found */
  function start({ names, items }) {
    /** @type {Map<string, VideoMap>} */
    const videos = new Map(items.map(([key, name, note, page, count, codes, counts]) => [key, { key, name, note, page, count, counts: new Map(codes.split(" ").map((code, at) => [code, counts[at]])) }]));
    let keys = read();

    /** The keys of the address; those that do not exist are dropped, and if none does the first ones are shown. */
    function read() {
      const wanted = new URLSearchParams(location.search).get("videos");
      const known = [...new Set((wanted || "").split("~"))].filter((key) => videos.has(key));
      return known.length || wanted === "" ? known.slice(0, MOST) : data.leading;
    }

    /** Shows other videos, as a new step of the browser's history. @param {string[]} chosen */
    function choose(chosen) {
      keys = chosen;
      try {
        history.pushState(null, "", (isFirst() ? location.pathname : `?videos=${keys.join("~")}`) + location.hash);
      } catch {
        // A browser may reject many changes in a row; the page works without.
      }
      show();
    }

    const isFirst = () => keys.join() === data.leading.join();

    function show() {
      combo.show();
      const shown = keys.map((key) => /** @type {VideoMap} */ (videos.get(key)));
      const scale = geo.makeScale(shown.flatMap((video) => [...video.counts.values()]), data.method, data.classes, data.breaks);
      title.textContent = isFirst() ? first : _("Videos");
      maps.replaceChildren(...shown.map((video) => figure(video, scale)));
      legend.className = `legend k${scale.lows.length}`;
      legend.replaceChildren(...[...geo.ranges(scale, formats.number), "0"].map((label, index) => {
        const entry = geo.make("li");
        entry.append(geo.make("i", "", index < scale.lows.length ? `c${index}` : "zero"), geo.make("b", label));
        return entry;
      }));
      legend.hidden = !shown.length;
    }

    /** @param {VideoMap} video @param {Scale} scale */
    function figure(video, scale) {
      const entry = geo.make("li"), box = geo.make("figure"), frame = /** @type {HTMLElement} */ (sample.cloneNode(true));
      const caption = geo.make("figcaption"), link = geo.make("a");
      frame.querySelector("svg")?.replaceWith(draw(video, scale));
      link.href = video.page;
      link.append(geo.make("b", video.name));
      caption.append(link, " ", geo.make("span", formats.quantity(video.count)));
      box.append(frame, caption);
      entry.append(box);
      return entry;
    }

    /** A map of the shapes that the page has once; dots are on top of all land. @param {VideoMap} video @param {Scale} scale */
    function draw({ name, counts }, scale) {
      const svg = document.createElementNS(SPACE, "svg");
      svg.setAttribute("class", `k${scale.lows.length}`);
      svg.setAttribute("viewBox", sample.querySelector("svg")?.getAttribute("viewBox") || "");
      svg.setAttribute("role", "img");
      svg.setAttribute("focusable", "false");
      svg.setAttribute("aria-label", words(name, counts));
      for (const kind of ["land", "dot"]) {
        for (const index of scale.lows.keys()) {
          const layer = document.createElementNS(SPACE, "g");
          layer.setAttribute("class", `c${index}`);
          for (const [code, count] of counts) {
            if (geo.classOf(scale, count) !== index || !document.getElementById(`${kind}-${code}`)) continue;
            const use = document.createElementNS(SPACE, "use");
            use.setAttribute("href", `#${kind}-${code}`);
            layer.append(use);
          }
          svg.append(layer);
        }
      }
      return svg;
    }

    /** A map in words. @param {string} name @param {Map<string, number>} counts */
    function words(name, counts) {
      const most = [...counts].sort((a, b) => b[1] - a[1]).slice(0, NAMED).map(([code, count]) => `${names[code]} (${formats.number(count)})`);
      const countries = new Intl.ListFormat(geo.data.lang === "en" ? "en-001" : geo.data.lang, { type: "conjunction" }).format(most);
      return _("%(title)s: most in %(countries)s", { title: name, countries });
    }

    const combo = geo.combo.start({ items: [...videos.values()], most: MOST, keys: () => keys, choose, content: (item) => [geo.make("span", item.name)] });
    window.addEventListener("popstate", () => { keys = read(); show(); });
    if (isFirst()) combo.show();
    else {
      geo.byId("choosing").open = true;
      show();
    }
    document.documentElement.classList.add("live");
  }

  geo.load(data.file, "videos").then(start, () => geo.say(_("The figures could not be loaded.")));
})(apivideoGeo);
