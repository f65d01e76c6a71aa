// Rebuilds apivideo_geo/geo/data/world.json from world-atlas. The same packages give the same bytes.
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { loadPolygons } from './atlas.mjs';
import { settleBorders } from './borders.mjs';
import { ALPHA3_BY_NUMERIC, REGION_BY_ALPHA3 } from './codes.mjs';
import { LAYOUTS, spreadDots } from './dots.mjs';
import { CENTRAL_MERIDIAN, extent, projectBox, projectGeometry, projectPoint } from './project.mjs';
import { biggest, biggestArea, keepPolygons, labelPoint, pathData } from './rings.mjs';
import { simplifyTogether } from './simplify.mjs';
import { DOT_AT, DOT_ONLY, REGION_FRAMES } from './territories.mjs';

const WIDTH = 4000; // units; a page 1180 px wide zoomed 4 × has 1.2 px a unit
const PHONE = WIDTH / 360; // units in a pixel of a screen 360 px wide
const MARGIN = 4 * PHONE;
const DOT_ROOM = 8 * PHONE; // a dot of 6 px at the edge of the map stays whole
const DOT_BELOW = 2 * PHONE; // a shape with no side this long gets a dot
const DOT_FRAME = 6 * PHONE; // half the side of what to zoom to around a dot
const SMALLEST_TRIANGLE = 2; // square units a point must be worth
const SMALLEST_ISLAND = 2; // square units, some 160 km²
const TINY = 100; // square units, some 8,000 km²: outlines to be careful with
const TARGET = new URL('../../apivideo_geo/geo/data/world.json', import.meta.url);

const NOTHING = { type: 'MultiPolygon', coordinates: [] };
const toThousandth = (n) => Math.round(n * 1000) / 1000;
const rounded = (numbers) => numbers.map(Math.round);
const around = ([x, y], r) => [x - r, y - r, x + r, y + r];
const mapPoints = (place, c) => (typeof c[0] === 'number' ? place(c) : c.map((inner) => mapPoints(place, inner)));
const mapValues = (map, change) => new Map([...map].map(([key, value]) => [key, change(value, key)]));

/** Plane of a globe of radius 1 → units, everything drawn inside the margin. `projection` says so to others. */
function frame(geometries) {
  const points = [...geometries.values()].flatMap(({ coordinates }) => coordinates.flat(2));
  const [left, top, right, bottom] = extent(points);
  const scale = (WIDTH - 2 * MARGIN) / (right - left);
  const place = ([x, y]) => [MARGIN + (x - left) * scale, MARGIN + (y - top) * scale];
  const lowest = Math.max(bottom, ...Object.values(DOT_ONLY).map(({ at }) => projectPoint(at)[1]));
  const [x, y, unit] = [...place([0, 0]), scale].map(toThousandth);
  const projection = { name: 'Equal Earth', meridian: CENTRAL_MERIDIAN, scale: unit, x, y };
  return { place, height: Math.round(place([0, lowest])[1] + DOT_ROOM), projection };
}

/** Width or height of a box, whichever is more. */
const longestSide = ([left, top, right, bottom]) => Math.max(right - left, bottom - top);

/** Box of the polygons that make up most of a territory: the small far ones would make it span the map. */
function bulk(polygons) {
  const boxes = polygons.map(([outline]) => extent(outline));
  const least = Math.max(...boxes.map(longestSide)) / 5;
  return extent(boxes.filter((box) => longestSide(box) >= least).flatMap(([l, t, r, b]) => [[l, t], [r, b]]));
}

/** Everything the data file says of one territory; `original` is its outline before simplification. */
function describe(code, geometry, original, toUnits) {
  const polygons = keepPolygons(geometry, SMALLEST_ISLAND);
  const chosen = DOT_ONLY[code]?.at ?? DOT_AT[code];
  const label = chosen ? rounded(toUnits(chosen)) : labelPoint(biggest(original));
  const size = polygons.length ? longestSide(extent(polygons[0][0])) : 0;
  const dot = size < DOT_BELOW ? label : null;
  const bounds = rounded(dot ? around(dot, DOT_FRAME) : bulk(polygons));
  return { path: pathData(polygons), dot, label, bounds, size, region: REGION_BY_ALPHA3.get(code) };
}

/** Rejects codes without a position or continent, and shapes without a code. */
function check(shapes, drawn) {
  const codes = shapes.map(([code]) => code);
  const stray = drawn.filter((code) => !codes.includes(code));
  const lost = shapes.filter(([, { dot, path, region }]) => !(dot || path) || !region).map(([code]) => code);
  if (codes.length !== 250 || stray.length || lost.length) {
    throw new Error(`${codes.length} codes; drawn but no ISO code: ${stray}; without place or continent: ${lost}`);
  }
}

/** One line per territory, so that a change shows as the territories it touches. */
function write(head, shapes) {
  const lines = shapes.map(([code, shape]) => `${JSON.stringify(code)}:${JSON.stringify(shape)}`);
  const text = `${JSON.stringify(head).slice(0, -1)},\n"shapes":{\n${lines.join(',\n')}\n}}\n`;
  writeFileSync(TARGET, text);
  return text;
}

function report(shapes, height, text) {
  const kB = (written) => `${(gzipSync(written, { level: 9 }).length / 1000).toFixed(1)} kB`;
  const paths = shapes.map(([code, { path }]) => `<path id="${code}" d="${path}"/>`).join('');
  const count = (wanted) => shapes.filter(([, shape]) => wanted(shape)).length;
  console.log(`${shapes.length} territories in ${WIDTH} × ${height}: ${count(({ dot }) => !dot)} as a shape, ` +
    `${count(({ dot, path }) => dot && path)} as a shape with a dot, ${count(({ path }) => !path)} as a dot alone`);
  console.log(`gzipped: data file ${kB(text)}, its paths as SVG ${kB(paths)}`);
}

const projected = mapValues(settleBorders(loadPolygons()), projectGeometry);
const { place, height, projection } = frame(projected);
const toUnits = (point) => place(projectPoint(point));
const originals = mapValues(projected, ({ type, coordinates }) => ({ type, coordinates: mapPoints(place, coordinates) }));
const tiny = [...originals.keys()].filter((code) => biggestArea(originals.get(code)) < TINY);
const simple = simplifyTogether(originals, SMALLEST_TRIANGLE, tiny);

const codes = [...ALPHA3_BY_NUMERIC.values(), 'XKX'].sort();
const outlines = (geometries, code) => geometries.get(code) ?? NOTHING;
const described = codes.map((code) => [code, describe(code, outlines(simple, code), outlines(originals, code), toUnits)]);
const shapes = spreadDots(described, WIDTH, height);
check(shapes, [...simple.keys()]);
const clamp = (n, most) => Math.max(0, Math.min(n, most));
const toFrame = (box) => {
  const [left, top, right, bottom] = rounded([...place(box.slice(0, 2)), ...place(box.slice(2))]);
  return [clamp(left, WIDTH), clamp(top, height), clamp(right, WIDTH), clamp(bottom, height)];
};
const regions = Object.entries(REGION_FRAMES).map(([name, box]) => [name, toFrame(projectBox(box))]);
const head = {
  width: WIDTH, height, dot_below: toThousandth(DOT_BELOW), spread_at: LAYOUTS.map((layout) => layout.width), projection,
  regions: Object.fromEntries(regions),
};
report(shapes, height, write(head, shapes));
