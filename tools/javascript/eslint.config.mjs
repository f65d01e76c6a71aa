// The scripts of the pages: classic scripts in strict mode that share one global. Types are checked by tsc (make types).
import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  {
    files: ["templates/**/*.js"],
    languageOptions: { sourceType: "script", globals: { ...globals.browser, apivideoGeo: "writable" } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "no-empty": ["error", { allowEmptyCatch: true }],
      eqeqeq: "error",
      "no-var": "error",
      "prefer-const": "error",
      "no-implicit-globals": "error",
      "no-use-before-define": ["error", { functions: false, variables: false }],
      strict: ["error", "function"],
    },
  },
];
