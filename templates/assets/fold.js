/** How names are compared with what a reader types: without accents and capitals. */
(function () {
  "use strict";
  /** Letters that are not a letter and an accent. @type {Record<string, string>} */
  const LETTERS = { ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", þ: "th", ł: "l", ı: "i", ς: "σ" };

  window.apivideoGeoFold = (text) => text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "")
    .replace(/[ßæœøđðþłıς]/g, (letter) => LETTERS[letter]);
})();
