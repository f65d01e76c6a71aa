// The two atlases → polygons in degrees, filed as Natural Earth files them.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { feature } from 'topojson-client';
import { ALPHA3_BY_NUMERIC } from './codes.mjs';
import { FROM_10M } from './territories.mjs';

const require = createRequire(import.meta.url);
const LONGEST_STEP = 0.5; // degrees; the atlas means a straight line in longitude and latitude, not a great circle

const load = (scale) => JSON.parse(readFileSync(require.resolve(`world-atlas/countries-${scale}.json`), 'utf8'));

/** The points between two, the second included; the short way round where the step crosses 180°. */
function stepsBetween([x0, y0], [x1, y1]) {
  const dx = x1 - x0 - 360 * Math.round((x1 - x0) / 360), dy = y1 - y0;
  const steps = Math.max(1, Math.ceil(Math.hypot(dx, dy) / LONGEST_STEP));
  return Array.from({ length: steps }, (_, s) => {
    const t = (s + 1) / steps;
    return t === 1 ? [x1, y1] : [x0 + dx * t, y0 + dy * t];
  });
}

/** Adds points along long steps, arc by arc, so that both neighbours get the same ones. */
function densify(topology) {
  const { scale: [kx, ky], translate: [left, top] } = topology.transform;
  const arcs = topology.arcs.map((arc) => {
    let x = 0, y = 0;
    const points = arc.map(([dx, dy]) => [(x += dx) * kx + left, (y += dy) * ky + top]);
    return points.flatMap((point, i) => (i ? stepsBetween(points[i - 1], point) : [point]));
  });
  return { type: 'Topology', objects: topology.objects, arcs };
}

/** An object of a topology → its polygons' coordinates. */
export function polygonsOf(topology, object) {
  const { type, coordinates } = feature(topology, object).geometry;
  return type === 'Polygon' ? [coordinates] : coordinates;
}

/** The 50 m atlas, and from the 10 m atlas what it lacks: [entry, polygon], entry an alpha-3 or Natural Earth's name. */
export function loadPolygons() {
  const atlas = densify(load('50m')), fine = load('10m');
  const entries = atlas.objects.countries.geometries.map((object) => [
    ALPHA3_BY_NUMERIC.get(object.id) ?? object.properties.name,
    polygonsOf(atlas, object),
  ]);
  const lacking = FROM_10M.map(({ code, numeric }) => [
    code,
    polygonsOf(fine, fine.objects.countries.geometries.find(({ id }) => id === numeric)),
  ]);
  return [...entries, ...lacking].flatMap(([entry, polygons]) => polygons.map((polygon) => [entry, polygon]));
}
