/** The buttons that save or copy the map as a picture, and the HTML to embed it. What draws pictures is loaded when it is needed. */
(function (geo) {
  "use strict";
  const { data, _ } = geo;
  /** What the embedded map takes over from the address of the page. */
  const EMBEDDED = ["period", "against", "metric", "measure", "country", "group", "without"];
  const box = geo.byId("pictures"), message = geo.byId("picture-said"), snippet = geo.byId("snippet");

  const load = () => geo.once("picture.js", () => geo.load(data.picture));
  /** @param {"png" | "square" | "svg"} kind */
  const draw = (kind) => load().then(() => geo.draw[kind]());

  /** @param {"png" | "square" | "svg"} kind @param {string} name */
  async function save(kind, name) {
    const blob = await draw(kind).catch(() => null);
    message.textContent = blob ? "" : _("The picture could not be made.");
    if (blob) geo.draw.download(blob, name);
  }

  /** Copies the picture; if the browser does not allow it, the page says what to do instead. */
  async function copy() {
    try {
      // The promise itself is passed on: Safari accepts nothing that comes later than the press.
      await navigator.clipboard.write([new ClipboardItem({ "image/png": /** @type {any} */ (draw("png")) })]);
      message.textContent = _("The picture is in the clipboard.");
    } catch {
      message.textContent = _("This browser does not let the page copy a picture. Save it as PNG instead.");
    }
  }

  for (const kind of ["pointerenter", "focusin"]) box?.addEventListener(kind, () => { load().catch(() => {}); }, { once: true });
  geo.byId("save-png")?.addEventListener("click", () => save("png", "map.png"));
  geo.byId("save-svg")?.addEventListener("click", () => save("svg", "map.svg"));
  geo.byId("save-square")?.addEventListener("click", () => save("square", "map-square.png"));
  geo.byId("copy-picture")?.addEventListener("click", copy);
  snippet?.addEventListener("focus", () => snippet.select());

  /** Adds what the reader chose to the address of the embedded map in the HTML. */
  geo.showSnippet = () => {
    if (!snippet) return;
    const chosen = new URLSearchParams(location.search), taken = new URLSearchParams();
    for (const name of EMBEDDED) {
      const value = chosen.get(name);
      if (value) taken.set(name, value);
    }
    const query = String(taken) ? `?${taken}`.replaceAll("&", "&amp;") : "";
    snippet.value = snippet.value.replace(/(src="[^"?]*)[^"]*"/, (_all, address) => `${address}${query}"`);
  };
  geo.showSnippet();
})(apivideoGeo);
