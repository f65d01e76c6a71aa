// Polygons as the atlas files them → one geometry per territory, as the tables of this project assign them.
import { geoCentroid, geoContains, geoDistance } from 'd3-geo';
import { mergeArcs } from 'topojson-client';
import { topology as buildTopology } from 'topojson-server';
import { polygonsOf } from './atlas.mjs';
import { CUTS, HELD_BY, NOT_DRAWN, SPLITS } from './territories.mjs';

const asPolygon = (coordinates) => ({ type: 'Polygon', coordinates });
const inBox = ([x, y], [west, south, east, north]) => x >= west && x <= east && y >= south && y <= north;

/** The alpha-3 a polygon filed under `entry` belongs to. */
function ownerOf(entry, [outline]) {
  const centre = geoCentroid(asPolygon([outline]));
  const owner = SPLITS.find(({ from, box }) => from === entry && inBox(centre, box))?.to ?? HELD_BY[entry]?.to ?? entry;
  if (!/^[A-Z]{3}$/.test(owner)) throw new Error(`${owner}: no ISO entry holds it; add it to HELD_BY`);
  return owner;
}

/** The number of the point of a ring nearest to a place. */
function nearest(ring, place) {
  const distances = ring.map((point) => geoDistance(point, place));
  return distances.indexOf(Math.min(...distances));
}

/** A polygon without holes, cut along a straight line between two of its points → its two halves. */
function halves([ring], places) {
  const [first, last] = places.map((place) => nearest(ring, place)).sort((a, b) => a - b);
  return [[[...ring.slice(first, last + 1), ring[first]]], [[...ring.slice(0, first + 1), ...ring.slice(last)]]];
}

/** A polygon → [owner, polygon], two of them where a cut goes through it. */
function assign([entry, polygon]) {
  const cut = CUTS.find(({ from, holding }) => from === entry && geoContains(asPolygon(polygon), holding));
  if (!cut) return [[ownerOf(entry, polygon), polygon]];
  return halves(polygon, cut.between).map((half) => [geoContains(asPolygon(half), cut.holding) ? cut.to : entry, half]);
}

/** [entry, polygon] of an atlas → alpha-3 → MultiPolygon; borders between parts of one territory vanish. */
export function settleBorders(polygons) {
  const owned = polygons.flatMap(assign).filter(([owner]) => !(owner in NOT_DRAWN));
  const topology = buildTopology(owned.map(([, polygon]) => asPolygon(polygon)));
  const parts = new Map();
  owned.forEach(([owner], i) => parts.set(owner, [...(parts.get(owner) ?? []), topology.objects[i]]));
  return new Map([...parts].map(([owner, objects]) => {
    const coordinates = polygonsOf(topology, mergeArcs(topology, objects));
    return [owner, { type: 'MultiPolygon', coordinates }];
  }));
}
