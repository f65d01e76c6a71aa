// @ts-check
/**
 * What the page's scripts share: the page's own data, and a voice for those who listen.
 * Each script adds its part to `apivideoGeo`; the build joins them to one file. Data reaches the page as text only.
 */
var apivideoGeo = /** @type {any} */ ({});
(function (geo) {
  "use strict";

  /** @param {string} id @returns {any} */
  geo.byId = (id) => document.getElementById(id);

  /** What `render/client.py` tells. */
  geo.data = JSON.parse(geo.byId("data").textContent);

  /** @param {string} text  read out by screen readers */
  geo.say = function (text) {
    geo.byId("said").textContent = text;
  };

  /** @param {string} tag @param {string} [text] @param {string} [name]  class @returns {any} */
  geo.make = function (tag, text, name) {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (name) element.className = name;
    return element;
  };

  /** @param {string} code  of a country in `data.pages` */
  geo.pageOf = (code) => `country/${code}.html`;

  /** Is motion unwanted? */
  geo.still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
})(apivideoGeo);
