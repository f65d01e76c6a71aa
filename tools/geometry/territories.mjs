// What is drawn where: the tables of the border policy. ISO 3166 decides; Natural Earth only gives the lines.
// Boxes are [west, south, east, north] in degrees; a polygon goes by the centre of its outline.

/** Polygons of the 50 m atlas that belong to another ISO 3166-1 entry than the one they are filed under. */
export const SPLITS = [
  { from: 'FRA', to: 'GUF', box: [-56, 1, -50, 7], why: 'French Guiana' },
  { from: 'FRA', to: 'GLP', box: [-62.2, 15.6, -60.8, 16.7], why: 'Guadeloupe' },
  { from: 'FRA', to: 'MTQ', box: [-61.5, 14.2, -60.6, 15.1], why: 'Martinique' },
  { from: 'FRA', to: 'MYT', box: [44.5, -13.5, 46, -12], why: 'Mayotte' },
  { from: 'FRA', to: 'REU', box: [55, -22, 56.5, -20.5], why: 'Réunion' },
  { from: 'NOR', to: 'SJM', box: [-10, 70.5, -7, 72], why: 'Jan Mayen' },
  { from: 'NOR', to: 'SJM', box: [9, 74, 36, 82], why: 'Svalbard and Bjørnøya' },
  { from: 'NLD', to: 'BES', box: [-69, 11.5, -62, 18.5], why: 'Bonaire, Sint Eustatius and Saba' },
  { from: 'NZL', to: 'TKL', box: [-174, -11, -170, -7], why: 'Tokelau' },
  { from: 'Indian Ocean Ter.', to: 'CXR', box: [105, -11.5, 106.5, -9.5], why: 'Christmas Island' },
  { from: 'Indian Ocean Ter.', to: 'CCK', box: [96, -13, 97.5, -11], why: 'Cocos (Keeling) Islands' },
  { from: 'RUS', to: 'UKR', box: [32, 44, 37, 46.5], why: 'Crimea is UA-43 and Sevastopol UA-40 in ISO 3166-2' },
];

/**
 * Borders the atlas draws elsewhere: the polygon of `from` is cut in two along a straight line between the points of
 * its outline nearest to two places; the half with `holding` in it goes to `to`.
 */
export const CUTS = [
  {
    from: 'MAR', to: 'ESH', between: [[-13.174, 27.655], [-8.818, 27.657]], holding: [-14.5, 24.5],
    why: 'Western Sahara begins at 27°40′ N in ISO 3166-2; the atlas draws the wall of sand in its midst',
  },
];

/** Areas Natural Earth draws apart that are no ISO 3166-1 entry: the entry that controls them. */
export const HELD_BY = {
  Kosovo: { to: 'XKX', why: 'user-assigned code, as the European Union and the GeoIP databases use it' },
  Somaliland: { to: 'SOM', why: 'ISO 3166-2:SO lists its regions' },
  'N. Cyprus': { to: 'CYP', why: 'ISO 3166-2:CY lists its districts' },
  'Siachen Glacier': { to: 'IND', why: 'controlled by India since 1984' },
};

/** Codes the 50 m atlas lacks: outlines from the 10 m atlas (by ISO numeric code, or by place within another entry). */
export const FROM_10M = [
  { code: 'GIB', numeric: '292' },
  { code: 'TUV', numeric: '798' },
  { code: 'UMI', numeric: '581' },
];

/** Shapes of the atlas that are left out: at the edge of the projection Antarctica is a smear as wide as the map. */
export const NOT_DRAWN = { ATA: 'it keeps a dot' };

/** Only a dot. */
export const DOT_ONLY = {
  ATA: { at: [-58.9, -62.2], why: 'King George Island, where most of the stations are' },
  BVT: { at: [3.36, -54.42], why: 'Bouvet Island is in neither atlas' },
};

/** Where the dot of a scattered territory goes, when its biggest island is not the place one looks for. */
export const DOT_AT = {
  KIR: [173.0, 1.4], // Tarawa; Kiritimati is bigger, and at the other end of the map
  MHL: [171.2, 7.1], // Majuro
  MDV: [73.5, 4.2], // Malé
  UMI: [166.63, 19.29], // Wake Island
  FSM: [158.2, 6.9], // Pohnpei
};

/** Continents as zoom presets: a frame that shows most of it, not every overseas island. */
export const REGION_FRAMES = {
  Africa: [-19, -36, 53, 38],
  Asia: [26, -11, 148, 56],
  Europe: [-25, 34, 46, 72],
  'North America': [-168, 6, -12, 84],
  'South America': [-82, -57, -33, 14],
  Oceania: [111, -48, 190, 20],
};

/** UN M49 areas as CLDR numbers them; Antarctica is 010 in M49, which CLDR files under Oceania. */
export const REGION_CODES = {
  Africa: '002',
  Asia: '142',
  Europe: '150',
  'North America': '003',
  'South America': '005',
  Oceania: '009',
};
export const REGION_EXCEPTIONS = { ATA: 'Antarctica' };
