// Whose land a dot would cover: the shapes of the world in a grid of pixels.
import { parsePath } from './rings.mjs';

/** A cell for each pixel of a map `pixels` wide ⇒ the number of the shape in it, from 1; 0 = sea. */
function fillGrid(outlines, columns, rows, unit) {
  const grid = new Uint16Array(columns * rows);
  outlines.forEach((rings, number) => {
    for (let row = 0; row < rows; row++) {
      const y = (row + 0.5) * unit;
      const crossings = rings.flatMap((ring) => ring.flatMap(([x1, y1], place) => {
        const [x2, y2] = ring[(place + 1) % ring.length];
        return (y1 > y) !== (y2 > y) ? [x1 + ((y - y1) * (x2 - x1)) / (y2 - y1)] : [];
      })).sort((a, b) => a - b);
      for (let pair = 0; pair + 1 < crossings.length; pair += 2) {
        const from = Math.ceil(crossings[pair] / unit - 0.5), to = Math.floor(crossings[pair + 1] / unit - 0.5);
        for (let column = Math.max(0, from); column <= Math.min(columns - 1, to); column++) grid[row * columns + column] = number + 1;
      }
    }
  });
  return grid;
}

/**
 * The land of `shapes` ([code, shape]) on a map `pixels` wide that may be drawn up to `most` pixels wide.
 * `covered(x, y, radius)` gives, for a disc at a place in units with a radius in pixels, each shape it covers: code, share
 * of that shape's land, and whether it is ever drawn `wide` pixels wide. Of such a shape the share is that at the width
 * of the map where it first is, for a disc is as large on every map and the shape is not.
 */
export function drawLand(shapes, width, height, pixels, wide, most) {
  const unit = width / pixels, columns = pixels, rows = Math.ceil(height / unit);
  const outlines = shapes.map(([, { path }]) => parsePath(path));
  const grid = fillGrid(outlines, columns, rows, unit);
  const areas = new Float64Array(shapes.length + 1);
  for (const number of grid) areas[number] += 1;
  /** How much wider than `pixels` the map is where a shape is wide; Infinity where it never is. */
  const growth = outlines.map((rings) => {
    const xs = rings.flat().map(([x]) => x);
    const wider = Math.max(1, wide / ((Math.max(...xs) - Math.min(...xs)) / unit));
    return wider * pixels <= most ? wider : Infinity;
  });
  const covered = (x, y, radius) => {
    const found = new Map();
    const [middle, level] = [x / unit - 0.5, y / unit - 0.5];
    for (let row = Math.max(0, Math.ceil(level - radius)); row <= Math.min(rows - 1, level + radius); row++) {
      for (let column = Math.max(0, Math.ceil(middle - radius)); column <= Math.min(columns - 1, middle + radius); column++) {
        const number = grid[row * columns + column];
        if (number && Math.hypot(column - middle, row - level) <= radius) found.set(number, (found.get(number) ?? 0) + 1);
      }
    }
    return [...found].map(([number, cells]) => {
      const grown = growth[number - 1], isWide = grown < Infinity;
      return [shapes[number - 1][0], cells / areas[number] / (isWide ? grown ** 2 : 1), isWide];
    });
  };
  return { covered };
}
