// Runs scripts of the pages in Node, without a browser. Reads jobs from stdin, each with the `script`, the page's
// `data`, and an `expression` that gives a function of the `argument`; writes the list of results.
import { readFileSync } from "node:fs";
import vm from "node:vm";

const results = JSON.parse(readFileSync(0, "utf8")).map(({ script, data, expression, argument }) => {
  const page = { getElementById: () => ({ textContent: JSON.stringify(data) }) };
  const context = vm.createContext({ document: page, argument });
  vm.runInContext(script, context);
  return vm.runInContext(`(${expression})(argument)`, context);
});
process.stdout.write(JSON.stringify(results));
