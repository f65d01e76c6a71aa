// Where the dots of small territories stand: at their place, or as near to it as their neighbours leave room.
import { forceCollide, forceSimulation, forceX, forceY } from 'd3-force';

const ROUNDS = 600;
const HOME = 0.04; // how strongly a dot is drawn back to its place
const KEEP_OFF = 3; // pixels: dots stay so far off the middle of a country
const EDGE = 7; // pixels between the middle of a dot and the edge of the map

/**
 * Maps of so many pixels, the last ones zoomed into: `apart` is half of what must lie between two middles. On narrow
 * maps dots are drawn as a core in a halo, and only the cores keep clear of each other.
 */
export const LAYOUTS = [
  { width: 360, apart: 3.1, keepOff: false },
  { width: 600, apart: 5.4, keepOff: true },
  { width: 840, apart: 6.6, keepOff: true },
  { width: 1130, apart: 6.6, keepOff: true },
  { width: 2400, apart: 6.6, keepOff: false },
  { width: 6000, apart: 6.6, keepOff: false },
];

/** Keeps nodes inside the map. */
function forceInside(width, height, margin) {
  let nodes = [];
  const force = () => {
    for (const node of nodes) {
      node.x = Math.max(margin, Math.min(width - margin, node.x));
      node.y = Math.max(margin, Math.min(height - margin, node.y));
    }
  };
  force.initialize = (given) => { nodes = given; };
  return force;
}

/** Moves the dots of `shapes` ([code, shape]) apart on one of the LAYOUTS ⇒ code → whole units [right, down]. */
function spreadOn({ width: pixels, apart, keepOff }, shapes, width, height) {
  const unit = width / pixels;
  const dots = shapes.filter(([, { dot }]) => dot)
    .map(([code, { dot: [x, y] }]) => ({ code, x, y, home: [x, y], radius: apart * unit }));
  const lands = keepOff ? shapes.filter(([, { dot }]) => !dot)
    .map(([, { label: [x, y], size }]) => ({ fx: x, fy: y, x, y, home: [x, y], radius: Math.min(size * 0.35, KEEP_OFF * unit) })) : [];
  forceSimulation([...dots, ...lands]).stop().alphaDecay(0).velocityDecay(0.6)
    .force('x', forceX(({ home }) => home[0]).strength(HOME))
    .force('y', forceY(({ home }) => home[1]).strength(HOME))
    .force('apart', forceCollide(({ radius }) => radius).strength(0.7).iterations(8))
    .force('inside', forceInside(width, height, EDGE * unit))
    .tick(ROUNDS);
  return new Map(dots.map(({ code, x, y, home }) => [code, [Math.round(x - home[0]), Math.round(y - home[1])]]));
}

/** [code, shape] of the whole world ⇒ the same, those with a dot with `spread`: [right, down] for each of LAYOUTS. */
export function spreadDots(shapes, width, height) {
  const layouts = LAYOUTS.map((layout) => spreadOn(layout, shapes, width, height));
  return shapes.map(([code, shape]) => [code, shape.dot ? { ...shape, spread: layouts.map((moved) => moved.get(code)) } : shape]);
}
