// Rings of whole numbers: area, label point, path data.
import polylabel from 'polylabel';

/** Area of a closed ring in square units, positive where it runs clockwise on the screen. */
export function ringArea(ring) {
  let sum = 0;
  for (let i = 1; i < ring.length; i++) sum += ring[i - 1][0] * ring[i][1] - ring[i][0] * ring[i - 1][1];
  return sum / 2;
}

const size = ([outline]) => Math.abs(ringArea(outline));

/** The biggest polygon of a MultiPolygon. */
export const biggest = ({ coordinates }) => coordinates.reduce((a, b) => (size(b) > size(a) ? b : a));

const same = (a, b) => a[0] === b[0] && a[1] === b[1];

/** A closed ring without steps that go somewhere and straight back: what is left of a spit without its width. */
function withoutSpikes(closed) {
  const ring = closed.slice(0, -1);
  for (let i = 0; i < ring.length && ring.length > 2; ) {
    const before = ring.at(i - 1), after = ring[(i + 1) % ring.length];
    if (same(ring[i], after) || same(before, after)) {
      ring.splice(i, 1);
      i = Math.max(0, i - 2);
    } else i++;
  }
  return [...ring, ring[0]];
}

/** Polygons, biggest first, rings under `smallest` square units dropped; the biggest stays while it has an area. */
export function keepPolygons({ coordinates }, smallest) {
  return coordinates
    .map((rings) => rings.map(withoutSpikes))
    .filter(([outline]) => ringArea(outline))
    .sort((a, b) => size(b) - size(a))
    .filter((polygon, i) => !i || size(polygon) >= smallest)
    .map(([outline, ...holes]) => [outline, ...holes.filter((hole) => Math.abs(ringArea(hole)) >= smallest)]);
}

/** The point of a polygon farthest from its edges, to whole units. */
export const labelPoint = (polygon) => [...polylabel(polygon, 0.1)].map(Math.round);

/** Area of the biggest polygon of a geometry. */
export const biggestArea = (geometry) => size(biggest(geometry));

/** Nearest next ring first, so that the jumps between rings are short. */
function nearestOrder(rings) {
  const left = [...rings], out = [];
  let at = [0, 0];
  while (left.length) {
    let best = 0, least = Infinity;
    left.forEach(([[x, y]], i) => {
      const d = (x - at[0]) ** 2 + (y - at[1]) ** 2;
      if (d < least) [best, least] = [i, d];
    });
    const [ring] = left.splice(best, 1);
    at = ring[0];
    out.push(ring);
  }
  return out;
}

/** Numbers as path data writes them: no space before a minus. */
const join = (numbers) => numbers.reduce((text, n, i) => text + (i && n >= 0 ? ' ' : '') + n, '');

/** Polygons → path data: closed rings, relative whole numbers, the line command left out. */
export function pathData(polygons) {
  let start = [0, 0];
  return nearestOrder(polygons.flat()).map((ring) => {
    const steps = ring.slice(0, -1).map(([x, y], i, points) => {
      const [px, py] = i ? points[i - 1] : start;
      return [x - px, y - py];
    });
    start = ring[0];
    return `m${join(steps.flat())}z`;
  }).join('');
}

/** SVG path data of `pathData` ⇒ its rings as absolute points, the first not repeated. */
export function parsePath(path) {
  let start = [0, 0];
  return [...path.matchAll(/m([^mz]+)z/g)].map(([, steps]) => {
    let [x, y] = start;
    const numbers = steps.match(/-?\d+/g).map(Number);
    const ring = [];
    for (let place = 0; place < numbers.length; place += 2) {
      [x, y] = [x + numbers[place], y + numbers[place + 1]];
      ring.push([x, y]);
    }
    [start] = ring;
    return ring;
  });
}
