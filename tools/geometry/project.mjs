// Degrees → the plane: Equal Earth on a globe turned so that the cut runs through the Bering Strait.
import { geoEqualEarth } from 'd3-geo';
import { geoProject } from 'd3-geo-projection';

export const CENTRAL_MERIDIAN = 11.5; // cut at 168.5° W: east of Chukotka and St. Lawrence Island, west of Alaska

const earth = geoEqualEarth().rotate([-CENTRAL_MERIDIAN, 0]).scale(1).translate([0, 0]).precision(0);

/** [longitude, latitude] → plane of a globe of radius 1, y down. */
export const projectPoint = (point) => earth(point);

/** A geometry in degrees → a MultiPolygon in the plane, cut where the globe is cut. */
export function projectGeometry(geometry) {
  const { type, coordinates } = geoProject(geometry, earth);
  return { type: 'MultiPolygon', coordinates: type === 'Polygon' ? [coordinates] : coordinates };
}

/** A box in degrees → the box around it in the plane, [left, top, right, bottom]. */
export function projectBox([west, south, east, north]) {
  const points = [];
  for (let i = 0; i <= 40; i++) {
    const x = west + ((east - west) * i) / 40, y = south + ((north - south) * i) / 40;
    points.push([x, south], [x, north], [west, y], [east, y]);
  }
  return extent(points.map(projectPoint));
}

/** Points → [left, top, right, bottom]. */
export function extent(points) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  }
  return box;
}
