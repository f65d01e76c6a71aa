/**
 * Shared by the scripts of a page: its data, and helpers for elements.
 * Each script adds its members to `apivideoGeo`, whose type is in types.d.ts; the build joins the scripts to one file.
 * Data enters the page as text only.
 */
// eslint-disable-next-line no-var, no-redeclare -- the one global, which all scripts add to
var apivideoGeo = /** @type {ApivideoGeo} */ ({});
(function (geo) {
  "use strict";

  /** What the last file of data has handed over. @type {unknown} */
  let received;

  geo.byId = (id) => /** @type {any} */ (document.getElementById(id));

  geo.data = JSON.parse(geo.byId("data").textContent || "");

  /** Has screen readers read a text out. */
  geo.say = (text) => {
    geo.byId("said").textContent = text;
  };

  /** Makes an element with a text and the class `name`. */
  geo.make = (tag, text, name) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (name) element.className = name;
    return element;
  };

  geo.button = (label, name) => {
    const button = geo.make("button", label, name);
    button.type = "button";
    return button;
  };

  /** The nearest element that matches, from the target of an event outwards. */
  geo.closest = (event, selector) => /** @type {Element} */ (event.target).closest(selector);

  /**
   * Loads a script; of a file of data, which calls `apivideoGeo[name]`, the result is its data. It is a script and not a
   * request, so that it also works from disk.
   * @param {string} address @param {"days" | "cities" | "weeks" | "videos" | "months" | "ranks" | "titles"} [name] @returns {Promise<any>}
   */
  geo.load = (address, name) => new Promise((resolve, reject) => {
    const script = document.createElement("script");
    if (name) geo[name] = (/** @type {any} */ found) => { received = found; };
    // The browser sends "load" before it runs another script.
    script.onload = () => resolve(received);
    script.onerror = () => { script.remove(); reject(new Error(name)); };
    script.src = address;
    document.head.append(script);
  });

  /** The address of a country's page; only those in `data.pages` have one. */
  geo.pageOf = (code) => `country/${code}.html`;

  /** Has the reader asked for less motion? */
  geo.still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
})(apivideoGeo);
