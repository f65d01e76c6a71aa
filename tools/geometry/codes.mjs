// ISO 3166-1 codes and UN M49 regions, from Unicode CLDR.
import { createRequire } from 'node:module';
import { REGION_CODES, REGION_EXCEPTIONS } from './territories.mjs';

const require = createRequire(import.meta.url);
const { codeMappings } = require('cldr-core/supplemental/codeMappings.json').supplemental;
const { territoryContainment } = require('cldr-core/supplemental/territoryContainment.json').supplemental;

function* leaves(area) {
  const parts = territoryContainment[area]?._contains;
  if (!parts) yield area;
  else for (const part of parts) yield* leaves(part);
}

/** ISO numeric code → alpha-3 of the 249 entries in force; CLDR's own entries have no number, or one from 900 up. */
export const ALPHA3_BY_NUMERIC = new Map(
  [...leaves('001')]
    .map((alpha2) => codeMappings[alpha2])
    .filter((codes) => codes && Number(codes._numeric) < 900)
    .map(({ _numeric, _alpha3 }) => [_numeric, _alpha3]),
);

const ALPHA3_BY_ALPHA2 = new Map(Object.entries(codeMappings).map(([alpha2, codes]) => [alpha2, codes._alpha3]));
ALPHA3_BY_ALPHA2.set('XK', 'XKX');

/** alpha-3 → name of its continent. */
export const REGION_BY_ALPHA3 = new Map(
  Object.entries(REGION_CODES)
    .flatMap(([name, area]) => [...leaves(area)].map((alpha2) => [ALPHA3_BY_ALPHA2.get(alpha2), name]))
    .concat(Object.entries(REGION_EXCEPTIONS)),
);
