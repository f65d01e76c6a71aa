// @ts-check
/** The page's sentences in the reader's language: `_` and `ngettext`, as in the templates and with the same catalogue. */
(function (geo) {
  "use strict";
  /** Written by `render/words.py`; what is not in it is said as it is written, in English. */
  const { language, direction, messages } = geo.said;
  const rules = new Intl.PluralRules(language);
  /** Letters that run against the sentence. */
  const foreign = direction === "ltr" ? /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/ : /[A-Za-zÀ-ɏ]/;

  /** @param {string} text @param {Object<string, string>} values  ready to print */
  geo.fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => apart(values[name]));

  /** A value that runs against the sentence, isolated, so that it keeps its order. @param {string} value */
  const apart = (value) => (foreign.test(value) ? `\u2068${value}\u2069` : value);

  /** The form of a count among those of a sentence. @param {Object<string, string>} forms @param {number} count */
  geo.form = (forms, count) => forms[rules.select(count)] || forms.other;

  /** @param {string} message @param {Object<string, string>} [values] for `%(name)s` */
  geo._ = (message, values) => {
    const text = messages[message] || message;
    return values ? geo.fill(text, values) : text;
  };

  /** @param {string} one @param {string} many @param {number} count  which is `%(count)s` @param {Object<string, string>} [values] */
  geo.ngettext = (one, many, count, values) => {
    const text = messages[one] ? geo.form(messages[one], count) : count === 1 ? one : many;
    return geo.fill(text, { count: geo.formats.number(count), ...values });
  };

  /** Remarks beside each other. @param {string[]} parts */
  geo.joined = (parts) => parts.map(apart).join(" · ");

  /** Marks a name as one of the locale where the sentences are of another language. @param {HTMLElement} element */
  geo.named = (element) => {
    if (document.body.lang) element.lang = geo.data.lang;
    return element;
  };

  /** With its first letter as a capital. @param {string} text */
  geo.sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);
})(apivideoGeo);
