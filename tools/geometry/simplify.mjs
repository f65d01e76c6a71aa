// Fewer points, the same ones for both neighbours; then whole numbers.
import { feature } from 'topojson-client';
import { topology as buildTopology } from 'topojson-server';
import { presimplify } from 'topojson-simplify';

const RING_POINTS = 5; // minimum number of points of an island, so that it does not become a triangle

/** The weight (area of the triangle a point makes) below which the points of `arc` go. */
function limitOf(arc, smallest) {
  const closed = arc.length > 3 && arc[0][0] === arc.at(-1)[0] && arc[0][1] === arc.at(-1)[1];
  if (!closed) return smallest;
  const weights = arc.slice(1, -1).map(([, , weight]) => weight).sort((a, b) => b - a);
  return Math.min(smallest, weights[Math.min(RING_POINTS - 1, weights.length) - 1]);
}

/** Whether b adds nothing between a and c: a repeated point, the middle of a straight run, the tip of a spike. */
const idle = (a, b, c) => (b[0] - a[0]) * (c[1] - b[1]) === (b[1] - a[1]) * (c[0] - b[0]);

/** Rounds an arc to whole numbers and drops the points that add nothing; its ends stay. */
function round(arc) {
  const out = [];
  for (const point of arc) {
    const next = point.slice(0, 2).map(Math.round);
    while (out.length > 1 && idle(out.at(-2), out.at(-1), next)) out.pop();
    out.push(next);
  }
  return out;
}

const arcsOf = ({ arcs = [] }) => arcs.flat(Infinity).map((index) => (index < 0 ? ~index : index));

/**
 * name → geometry in the plane ⇒ name → geometry in whole numbers. Points worth less than `smallest` square units
 * go; around the territories named in `tiny`, which would collapse, only those worth less than an eighth of it.
 */
export function simplifyTogether(geometries, smallest, tiny) {
  const topology = presimplify(buildTopology(Object.fromEntries(geometries)));
  const careful = new Set(tiny.flatMap((name) => arcsOf(topology.objects[name])));
  topology.arcs = topology.arcs.map((arc, index) => {
    const limit = limitOf(arc, careful.has(index) ? smallest / 8 : smallest);
    return round(arc.filter(([, , weight]) => weight >= limit));
  });
  return new Map([...geometries.keys()].map((name) => [name, feature(topology, topology.objects[name]).geometry]));
}
