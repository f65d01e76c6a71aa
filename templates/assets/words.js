/** Sentences in the reader's language: `_` and `ngettext`, as in the templates and with the same catalogue. */
(function (geo) {
  "use strict";
  /** Written by the build; a sentence without a translation stays English. */
  const { language, direction, messages } = geo.translations;
  const rules = new Intl.PluralRules(language);
  /** Letters of scripts that are written in the other direction than the sentence. */
  const opposite = direction === "ltr" ? /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/ : /[A-Za-zÀ-ɏ]/;

  /** Puts formatted values in place of `%(name)s`. */
  geo.fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => isolated(values[name]));

  /** A value in the other direction, isolated, so that it keeps its order. @param {string} value */
  const isolated = (value) => (opposite.test(value) ? `\u2068${value}\u2069` : value);

  /** The plural form for a count. */
  geo.form = (forms, count) => forms[rules.select(count)] || forms.other;

  /** Translates a sentence; `values` are for its `%(name)s`. */
  geo._ = (message, values) => {
    const text = /** @type {string} */ (messages[message] || message);
    return values ? geo.fill(text, values) : text;
  };

  /** Translates a sentence with a count, which is `%(count)s` in it. */
  geo.ngettext = (one, many, count, values) => {
    const text = messages[one] ? geo.form(/** @type {PluralForms} */ (messages[one]), count) : count === 1 ? one : many;
    return geo.fill(text, { count: geo.formats.number(count), ...values });
  };

  /** Joins remarks to one line. */
  geo.joined = (parts) => parts.map(isolated).join(" · ");

  /** The country's name in the language of the sentences. */
  geo.called = (code) => geo.wording.names[code] || geo.nameOf(code);

  /** Marks an element as a name in the page's locale, where the sentences are in another language. */
  geo.named = (element) => {
    if (document.body.lang) element.lang = document.documentElement.lang;
    return element;
  };

  /** Makes the first letter a capital. */
  geo.sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);
})(apivideoGeo);
