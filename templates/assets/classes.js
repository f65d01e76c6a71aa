/** Class breaks: step by step as the Python modules `breaks` and `scale` find them. */
(function (geo) {
  "use strict";

  /** Leading digits from the roundest to the least round. */
  const ROUND = [
    [1, 2, 5],
    [1.5, 2.5, 3, 4, 6, 7, 8, 9],
    steps(2, 20, 2),
    steps(10, 100, 10),
    steps(100, 1000, 100),
  ];

  /** The integers from `from` to below `to`, divided by `by`. @param {number} from @param {number} to @param {number} by */
  function steps(from, to, by) {
    return Array.from({ length: to - from }, (_, index) => (from + index) / by);
  }

  /** @type {ApivideoGeo["makeScale"]} */
  function makeScale(values, method, classes, custom) {
    const seen = Float64Array.from(values.filter((value) => Number.isFinite(value) && value > 0)).sort();
    const top = seen.length ? seen[seen.length - 1] : 0;
    const whole = seen.every((value) => Number.isInteger(value));
    if (!seen.length) return { lows: [], top, whole };
    if (method === "custom") return { lows: customLows(custom || [], whole), top, whole };
    if (seen[0] === top) return { lows: [top], top, whole };
    const floor = rounded(seen[0] * 0.8, seen[0], seen[0], whole).limit;
    return { lows: occupied([floor, ...BREAKS[method](seen, classes, whole)], seen), top, whole };
  }

  /** The class of a value: 0 is the lowest, −1 none. @type {ApivideoGeo["classOf"]} */
  function classOf(scale, value) {
    if (!(value > 0) || !scale.lows.length) return -1;
    let index = scale.lows.length - 1;
    while (index > 0 && scale.lows[index] > value) index--;
    return index;
  }

  /** Each class in words, lowest first. @type {ApivideoGeo["ranges"]} */
  function ranges(scale, number) {
    const { lows, top, whole } = scale;
    return lows.map((low, index) => {
      if (index === lows.length - 1) {
        return index === 0 && low === top ? number(low) : geo._("%(number)s and more", { number: number(low) });
      }
      const above = lows[index + 1];
      if (!whole && index === 0) return geo._("under %(number)s", { number: number(above) });
      const upto = whole ? above - 1 : above;
      return upto <= low ? number(low) : `${number(low)}–${number(upto)}`;
    });
  }

  /**
   * The limits between the classes of ascending values, by method.
   * @type {Record<string, (values: Float64Array, classes: number, whole: boolean) => number[]>}
   */
  const BREAKS = { quantile, log, equal, jenks };

  /** @type {typeof BREAKS[string]} */
  function quantile(values, classes, whole) {
    /** @type {number[]} */
    const limits = [];
    const slack = Math.floor(values.length / (classes * 5));
    let start = 0;
    for (let left = classes; left > 1; left--) {
      const cut = nearCut(values, start, start + (values.length - start) / left, slack, whole);
      if (!cut) break;
      start = cut.cut;
      limits.push(cut.limit);
    }
    return limits;
  }

  /** @type {typeof BREAKS[string]} */
  function log(values, classes, whole) {
    const factor = (values[values.length - 1] / values[0]) ** (1 / classes);
    return steps(1, classes, 1).map((step) => {
      const ideal = values[0] * factor ** step;
      return rounded(ideal / 1.15, Math.max(ideal * 1.15, Math.ceil(ideal)), ideal, whole).limit;
    });
  }

  /** @type {typeof BREAKS[string]} */
  function equal(values, classes, whole) {
    const width = (values[values.length - 1] - values[0]) / classes;
    const step = rounded(width / 1.15, Math.max(width * 1.15, whole ? Math.ceil(width) : 0), width, whole).limit;
    const first = Math.floor(values[0] / step) + 1;
    return steps(0, classes - 1, 1).map((index) => Number((step * (first + index)).toFixed(12)));
  }

  /** @type {typeof BREAKS[string]} */
  function jenks(values, classes, whole) {
    const count = values.length;
    const wanted = Math.min(classes, new Set(values).size);
    const sums = [0], squares = [0];
    for (const value of values) {
      sums.push(sums[sums.length - 1] + value);
      squares.push(squares[squares.length - 1] + value * value);
    }
    /** Squared distances from the mean, of the values `first` … `end` − 1. @param {number} first @param {number} end */
    const spread = (first, end) => {
      const total = sums[end] - sums[first];
      return squares[end] - squares[first] - (total * total) / (end - first);
    };
    /** @type {number[]} */
    let best = [0];
    for (let end = 1; end <= count; end++) best.push(spread(0, end));
    /** @type {number[][]} */
    const begins = [];
    for (let size = 2; size <= wanted; size++) {
      const row = Array(count + 1).fill(Infinity), begin = Array(count + 1).fill(0);
      for (let end = size; end <= count; end++) {
        for (let cut = size - 1; cut < end; cut++) {
          const sum = best[cut] + spread(cut, end);
          if (sum < row[end]) { row[end] = sum; begin[end] = cut; }
        }
      }
      best = row;
      begins.push(begin);
    }
    /** @type {Set<number>} */
    const limits = new Set();
    let end = count;
    for (const begin of begins.reverse()) {
      end = begin[end];
      const below = values[end - 1], at = values[end];
      limits.add(below === at ? at : rounded(below, at, Math.sqrt(below * at), whole).limit);
    }
    return [...limits].sort((a, b) => a - b);
  }

  /**
   * Where the next class begins: the index of its first value and its limit, the roundest near `aim`, else the next above.
   * @param {Float64Array} values @param {number} start @param {number} aim @param {number} slack @param {boolean} whole
   */
  function nearCut(values, start, aim, slack, whole) {
    /** @type {number[]} */
    const rises = [];
    for (let cut = start + 1; cut < values.length; cut++) if (values[cut - 1] < values[cut]) rises.push(cut);
    let within = rises.filter((cut) => Math.abs(cut - aim) <= Math.max(slack, 0.5));
    if (!within.length) {
      const above = rises.find((cut) => cut > aim);
      within = above === undefined ? rises.slice(-1) : [above];
    }
    /** @type {{tier: number, limit: number, cut: number, away: number} | null} */
    let best = null;
    for (const cut of within) {
      const below = values[cut - 1], at = values[cut];
      const choice = { ...rounded(below, at, Math.sqrt(below * at), whole), cut, away: Math.abs(cut - aim) };
      if (!best || choice.tier < best.tier || (choice.tier === best.tier && choice.away < best.away)) best = choice;
    }
    return best;
  }

  /**
   * The roundest number n with above < n <= upto; among equally round ones the nearest to `near`. `tier` is larger for a less round one.
   * @param {number} above @param {number} upto @param {number} near @param {boolean} whole  must n be an integer?
   */
  function rounded(above, upto, near, whole) {
    const highest = Math.floor(Math.log10(upto));
    const lowest = above > 0 ? Math.floor(Math.log10(above)) : highest - 3;
    for (let tier = 0; tier < ROUND.length; tier++) {
      let best = NaN, away = Infinity;
      for (let exponent = lowest; exponent <= highest; exponent++) {
        for (const head of ROUND[tier]) {
          const number = Number(`${head}e${exponent}`);
          if (!(above < number && number <= upto) || (whole && !Number.isInteger(number))) continue;
          const distance = Math.abs(Math.log(number / near));
          if (distance < away) { best = number; away = distance; }
        }
      }
      if (!Number.isNaN(best)) return { tier, limit: best };
    }
    return { tier: ROUND.length, limit: upto };
  }

  /** @param {number[]} custom @param {boolean} whole */
  function customLows(custom, whole) {
    if (!whole) return [0, ...custom];
    const limits = [...new Set(custom.map(Math.ceil))];
    return limits[0] <= 1 ? limits : [1, ...limits];
  }

  /**
   * The lower limits without those of empty classes; the first always stays.
   * @param {number[]} lows @param {Float64Array} seen
   */
  function occupied(lows, seen) {
    const used = [lows[0]];
    const limits = [...new Set(lows.slice(1))].sort((a, b) => a - b);
    limits.forEach((low, index) => {
      const above = index + 1 < limits.length ? limits[index + 1] : Infinity;
      if (low > used[used.length - 1] && seen[0] < low && seen.some((value) => low <= value && value < above)) used.push(low);
    });
    return used;
  }

  Object.assign(geo, { makeScale, classOf, ranges, rounded });
})(apivideoGeo);
