// Positions of the dots of small territories: as near to the territory as other dots and the land of others allow.
import { forceCollide, forceSimulation, forceX, forceY } from 'd3-force';
import { drawLand } from './land.mjs';

const ROUNDS = 600;
const HOME = 0.04; // how strongly a dot is drawn back to its place
const EDGE = 7; // pixels between the middle of a dot and the edge of the map
const WIDE = 24; // pixels: a country this wide must keep its land to itself
const FARTHEST = 20; // pixels a dot may stand off its place, where it must not cover others
const SEARCHES = 8;
// Cost of a position: squares of
const OFF = 1; // each pixel off the own place
const OVERLAP = 100; // each pixel that two dots are too near
const COVER = 300000; // the share that is covered of a wide country, where it first is so wide
const COVER_NARROW = 250; // the share of any other

/**
 * Widths of maps in pixels, the last ones zoomed; each is used up to the next. `apart` is half of the minimum distance
 * between two centres, `core` the radius of the visible core of a dot, which covers the land under it.
 */
export const LAYOUTS = [
  { width: 360, apart: 3.1, core: 2.5 },
  { width: 600, apart: 4.9, core: 4 },
  { width: 840, apart: 5.3, core: 4 },
  { width: 1130, apart: 5.3, core: 4 },
  { width: 2400, apart: 6.6, core: 4 },
  { width: 6000, apart: 6.6, core: 4 },
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

/** Dots of `shapes` ([code, shape]) at the places that forces between them lead to: apart, and near their own. */
function pushApart({ apart }, shapes, unit, width, height) {
  const dots = shapes.filter(([, { dot }]) => dot)
    .map(([code, { dot: [x, y] }]) => ({ code, x, y, home: [x, y], radius: apart * unit }));
  forceSimulation(dots).stop().alphaDecay(0).velocityDecay(0.6)
    .force('x', forceX(({ home }) => home[0]).strength(HOME))
    .force('y', forceY(({ home }) => home[1]).strength(HOME))
    .force('apart', forceCollide(({ radius }) => radius).strength(0.7).iterations(8))
    .force('inside', forceInside(width, height, EDGE * unit))
    .tick(ROUNDS);
  return dots;
}

/** Places around a point, a pixel apart, nearest first. */
function* placesAround([x, y], unit) {
  yield [x, y];
  for (let away = 1; away <= FARTHEST; away++) {
    const steps = Math.ceil(2 * Math.PI * away);
    for (let step = 0; step < steps; step++) {
      const angle = (2 * Math.PI * step) / steps;
      yield [x + away * unit * Math.cos(angle), y + away * unit * Math.sin(angle)];
    }
  }
}

/** Moves each dot to the cheapest position near its own, repeatedly, until none moves. */
function keepOffLand({ apart, core }, dots, unit, land, width, height) {
  const tooNear = (dot, x, y) => dots.reduce((sum, other) => {
    const near = other === dot ? 0 : Math.max(0, 2 * apart - Math.hypot(other.x - x, other.y - y) / unit);
    return sum + near * near;
  }, 0);
  const cost = (dot, x, y) => {
    const off = Math.hypot(x - dot.home[0], y - dot.home[1]) / unit;
    let sum = OFF * off * off + OVERLAP * tooNear(dot, x, y);
    for (const [code, share, wide] of land.covered(x, y, core)) {
      if (code !== dot.code) sum += share * share * (wide ? COVER : COVER_NARROW);
    }
    return sum;
  };
  const inside = (x, y) => Math.min(x, y, width - x, height - y) >= EDGE * unit;
  for (let search = 0, moved = true; moved && search < SEARCHES; search++) {
    moved = false;
    for (const dot of dots) {
      let least = cost(dot, dot.x, dot.y) - 0.01;
      for (const [x, y] of placesAround(dot.home, unit)) {
        const each = inside(x, y) ? cost(dot, x, y) : Infinity;
        if (each < least) { least = each; [dot.x, dot.y] = [x, y]; moved = true; }
      }
    }
  }
}

/** [code, shape] of the whole world ⇒ the same, those with a dot with `spread`: [right, down] for each of LAYOUTS. */
export function spreadDots(shapes, width, height) {
  const layouts = LAYOUTS.map((layout, place) => {
    const unit = width / layout.width;
    const dots = pushApart(layout, shapes, unit, width, height);
    const upTo = LAYOUTS[place + 1]?.width ?? layout.width;
    const land = drawLand(shapes, width, height, layout.width, WIDE, upTo);
    keepOffLand(layout, dots, unit, land, width, height);
    return new Map(dots.map(({ code, x, y, home }) => [code, [Math.round(x - home[0]), Math.round(y - home[1])]]));
  });
  return shapes.map(([code, shape]) => [code, shape.dot ? { ...shape, spread: layouts.map((moved) => moved.get(code)) } : shape]);
}
