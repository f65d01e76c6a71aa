/**
 * Types of the page's scripts, read by tsc only (`make types`): no page loads this file.
 * Each script adds its members to the global `apivideoGeo`, which the scripts call `geo`.
 */

/** ISO 3166-1 alpha-3 code of a country; "---" stands for unknown countries. */
type Code = string;
/** Plural category of CLDR ("one", "few", "other") → the sentence for such a count. */
type PluralForms = Record<string, string>;
type Box = [left: number, top: number, right: number, bottom: number];
type Measure = "count" | "share" | "per-million" | "change";
/** How values are computed and written: sums, the mean of a day, sums of seconds; ratios: a percentage, a number, seconds. */
type Kind = "sum" | "per-day" | "seconds" | "rate" | "ratio" | "time";

/** The words of a metric or a ratio. */
interface MetricWords {
  /** As in the list of choices: "Plays to the end". */
  label: string;
  kind: Kind;
  /** Within a sentence: "plays to the end". */
  many: string;
  /** With a count; of a ratio only its value. */
  counted: PluralForms;
  /** Its column in the copied CSV. */
  column: string;
  /** What it is, in a sentence; the first metric needs none. */
  meaning?: string;
  /** Of time per session: how many sessions of the whole history are not in it. */
  untimed?: string;
}

/** A metric or a ratio that the map can show. */
interface Metric extends MetricWords {
  name: string;
  /** Of a ratio: what is divided, and what it is divided by, as they are shown. */
  parts?: Metric[];
  /** Of a ratio: its classes, the same in all periods. */
  scale?: Scale;
}

/** The page's JSON, written by `client_data` of the render package. Days are indexes: 0 is the first of the history. */
interface PageData {
  lang: string;
  /** Name of the metric that the page is made with. */
  metric: string;
  words: MetricWords;
  /** Metric → address of its counts by day, or "". The first is that of the page. */
  files: Record<string, string>;
  /** Ratio → the metric that is divided, and the one it is divided by. */
  ratios: Record<string, [upper: string, lower: string]>;
  /** Smallest number to divide by from which a ratio is shown. */
  ratio_from: number;
  /** Address of the script for other metrics than the first, or "". */
  more: string;
  /** Is there any data by country? */
  known: boolean;
  /** Number of countries of the world. */
  world: number;
  total: number;
  mapped: number;
  unknown: number;
  /** The change at the end is as in `change`. */
  rows: [code: Code, count: number, people: number, fresh: number, ...change: number[]][];
  /** Now, before and, if that differs from it, the count before (see `Change`); empty without a comparison. */
  change: number[];
  /** Smallest count before, from which a change is shown. */
  change_from: number;
  /** Smallest count from which a rate per million people is shown. */
  per_from: number;
  /** Countries with a count in the history before the first day. */
  seen: Code[];
  scale: { method: string; classes: number; breaks: number[]; lows: number[] };
  /** First and last day of the history as ISO dates, or "". */
  first: string;
  last: string;
  /** Days that were never collected, days that the publisher leaves out, and days that were collected in part. */
  gaps: number[];
  left_out: number[];
  open: number[];
  /** Names of the countries without a count. */
  names: Record<Code, string>;
  /** Where each country's label is, in units of the map. */
  points: Record<Code, [x: number, y: number]>;
  /** Width and height of the map, in its units. */
  frame: [width: number, height: number];
  /** Widths of the drawn world, in CSS pixels, from which the dots have their next positions. */
  spread: number[];
  /** Countries with both a dot and a shape → longest side of the shape, in units of the map. */
  dots: Record<Code, number>;
  /** Group of countries → the area that the map shows of it. */
  groups: Record<string, Box>;
  /** Countries that have a page of their own. */
  pages: Code[];
  /** Address of the script that draws pictures, and of the one that draws curves. */
  picture: string;
  curve: string;
  /** Address of the cities, or "". */
  cities: string;
  /** On pages of countries and videos: the way to the top of the site, the breakdowns by month, what the page is about; has it a rank among all videos? */
  root: string;
  file?: string;
  name: string;
  ranked?: boolean;
  /** Whether small counts are shown as well: min_count is 1. */
  unhidden?: boolean;
  /** The countries whose days are added up, and how many people live there. */
  codes?: Code[];
  people?: number;
  /** Days that were not collected by video, and addresses of the titles and of the counts of all videos, or "". */
  lacking: number[];
  titles: string;
  ranks: string;
}

/** A breakdown by month as it is sent; numbers are packed, a text for each value in the order of the page's table. */
interface PackedTable {
  /** What the page counts in each month and the values are not parts of; null in a month that the breakdown does not have. */
  lacking?: (number | null)[];
  /** The suppressed counts; missing if the breakdown is published by day. */
  withheld?: string;
  /** How far each count is from what is expected. */
  counts?: string;
  /** The sums of the values that have no counts here. */
  others?: string;
  /** The values that the page does not name: a line, its name alone, or its index in the titles of all videos. */
  more?: (MoreLine | string | number)[];
  /** Maximum number of values by name; missing if there are no more. */
  most?: number;
}

/** `apart` is 1 for a line that is no name. */
type MoreLine = [name: string, link?: string, kind?: string, apart?: number];

/** The file of a page's breakdowns by month; `daily` are counts by day that are not those of countries. */
interface MonthFile {
  daily?: string;
  /** The ISO day on which a video was published, if it has counts by day. */
  published?: string;
  /** What the page counts in each month, if that is not the sum of its days. */
  whole?: (number | null)[];
  tables: Record<string, PackedTable>;
}

/** A breakdown by month; `base` is what its values are parts of, null in a month that it does not have. */
interface MonthTable {
  base: (number | null)[];
  counts: number[][];
  others: number[];
  withheld: number[] | null;
  more: MoreLine[];
  most: number;
}

/** A breakdown over some months: those it has, and its values with a count, highest first. */
interface MonthSums {
  covered: number[];
  values: { index: number; count: number }[];
  total: number;
  all: number;
  withheld: number;
}

interface Months {
  indexes: number[];
  /** First and last day. */
  from: number;
  to: number;
  /** Are these the days of the period? */
  exact: boolean;
}

/** What a page counts. */
interface Subject {
  history: DaySums;
  /** Its counts by day, and on which days it was collected; false in `byDay` if only its months may be shown. */
  series: number[];
  published: string | undefined;
  known: boolean[];
  byDay: boolean;
  /** What it counts in each month. */
  whole: (number | null)[];
  tables: Record<string, MonthTable>;
  ranks: number[][];
}

/** A period of what a page counts. */
interface Shown {
  subject: Subject;
  view: View;
  /** The view of its countries alone, if these are added up. */
  part: View | null;
  /** Is it the whole history? */
  all: boolean;
  months: Months;
  sums: Record<string, MonthSums>;
  count: number;
  /** Number of collected days, or of months if only these may be shown; was something collected that is not published yet? */
  collected: number;
  unpublished: boolean;
}

/** A line of a curve: the days `from` … `to`, with a point for each `step` of them. */
interface CurveLine {
  from: number;
  to: number;
  step: number;
  kindOf(day: number): "known" | "open" | "gap";
  /** The height of the days from `start` to before `end`. */
  valueOf(start: number, end: number): number;
  /** Values of the lines behind the curve, below its highest point; round counts if it is missing. */
  levels?(top: number): number[];
  written(level: number): string;
}

/** What the reader chose as the period. */
type Period = Pick<State, "period" | "from" | "to">;

/** The same, and what it is compared with. */
type Chosen = Period & Pick<State, "against">;

/** The file of counts by day, written by `render_days`: the numbers of a country are one text. */
type PackedDays = Omit<Days, "counts"> & { counts: Record<Code, string> };

/** The counts by day. */
interface Days {
  first: string;
  total: (number | null)[];
  open: number[];
  counts: Record<Code, number[]>;
  /** Of other metrics than the first: countries with a count before the first day, populations of countries that the first does not have. */
  seen?: Code[];
  people?: Record<Code, number>;
}

/** Running sums of the days: item n is the sum of the first n days. */
interface DaySums {
  days: Days;
  metric: Metric;
  sums: Record<Code, Float64Array>;
  total: Float64Array;
  /** Number of collected days. */
  known: Float64Array;
  /** Number of collected days that are over, and the last day that is. */
  complete: Float64Array;
  end: number;
  /** Days that were never collected. */
  gaps: number[];
  /** Is the last day, which is not over, not collected yet? */
  later: boolean;
  seen: Set<Code>;
  /** Of a ratio: the sums of both metrics, on the days that have both. */
  parts?: DaySums[];
}

/** A country's counts in a period, and their change. Of a ratio, `now` and `before` are its values. */
interface CountryCounts extends Change {
  code: Code;
  count: number;
  /** First seen in this period? */
  fresh: boolean;
  /** What the map shows: the count, or a ratio; NaN if there is too little to divide by. */
  value: number;
  /** Of a ratio: what is divided and what it is divided by, as sums or as means of a day, and the counts of both. */
  upper?: number;
  lower?: number;
  of?: [CountryCounts, CountryCounts];
}

interface Row extends CountryCounts {
  /** Of all plays, 0 to 1. */
  share: number;
  rank: number;
  /** Per million people; NaN where the population is not known, or the count too small to compare. */
  per: number;
}

/** What a period is compared with: the previous one, a year before, or days of the reader's own. */
type Against = "" | "year" | [from: number, to: number];

/** One of two compared periods; `enough`: at least 90 % of its days were collected. */
interface Side {
  from: number;
  to: number;
  days: number;
  collected: number;
  enough: boolean;
}

/** Two periods; `groups` are the days whose averages are compared, by weekday if `matched`; none if nothing can be compared. */
interface Comparison {
  now: Side;
  before: Side;
  against: Against;
  matched: boolean;
  groups: [these: number[], those: number[]][];
  /** Of the history: running number of its collected days that are over, and the last of these days. */
  complete: Float64Array;
  end: number;
}

/** A count on the compared days, what as many days before had at their averages, and the real count of these. */
interface Change {
  now: number;
  before: number;
  counted: number;
}

/** The totals of a period, before its rows are ranked. */
interface Totals {
  metric: Metric;
  /** Smallest count from which a rate per million people is shown. */
  few: number;
  /** Of a ratio: the value of all countries, that of unknown ones, the days that have both numbers, and by how many days these are divided. */
  all?: CountryCounts;
  apart?: CountryCounts;
  collected?: number;
  /** Is the last day, which is not over, not collected yet? */
  later?: boolean;
  days?: number;
  /** Indexes of the first and the last day, both included. */
  from: number;
  to: number;
  total: number;
  unknown: number;
  comparison: Comparison;
  change: Change | null;
  /** Days of the period that were never collected, and that the publisher leaves out. */
  gaps: number[];
  left: number[];
}

/** The figures of a period: what every part of the page shows. */
interface View extends Totals {
  /** Why a video has no change, "" for other reasons. */
  reason?: string;
  mapped: number;
  /** Countries with a count, highest first. */
  rows: Row[];
  /** All countries of the data, those without a count too. */
  byCode: Map<Code, Row>;
  /** If only the rows of a group are shown: the view of it alone, and its countries. */
  group?: View;
  members?: Set<Code>;
}

/** What the reader chose; the page's address has the parts that differ from the default. */
interface State {
  /** "all", a length ("30d") or "custom". */
  period: string;
  from: number;
  to: number;
  against: Against;
  /** Name of a metric or a ratio. */
  metric: string;
  measure: Measure;
  country: Code;
  /** Column of the table, with "-" in front for the reverse order. */
  sort: string;
  /** Part of an address that stands for a group of countries, or "". */
  group: string;
  /** Centre and zoom of the map, "540,180,2.5", or "". */
  place: string;
  /** The pressed entry of the legend, or "". */
  kind: string;
  /** Text of the search. */
  find: string;
  without: boolean;
  zeros: boolean;
  cities: boolean;
  all: boolean;
}

/** Classes of values; see `render/scale.py`. */
interface Scale {
  /** Lower limits, ascending. */
  lows: number[];
  /** Highest value. */
  top: number;
  /** Are all values integers? */
  whole: boolean;
  /** Width of a class, if all have the same. */
  step?: number;
}

interface LegendEntry {
  kind: string;
  label: string;
  note: string;
  /** Not a button. */
  apart?: boolean;
}

/** How the map is painted: a kind for each country, which is a class in the style sheet. */
interface Painting {
  kinds: Map<Code, string>;
  /** The kind of all other countries. */
  empty: string;
  classes: number;
}

interface ChangeText {
  text: string;
  tone: "" | "up" | "down";
  /** now / before, of a ratio 1 + now − before: Infinity for a new country, NaN where nothing can be compared. */
  ratio: number;
}

/** What a view is of: `share` is that of the `group` (its name) in all plays, `all` says that it has all days. */
interface Scope {
  all: boolean;
  measure: Measure;
  group: string;
  share: number;
}

/** Zoom buttons and keys: "in", "out" and "world". */
type Zooms = Record<"in" | "out" | "world", () => void>;

interface MapFinder {
  /** The country that a pointer means, or "". `by` is the type of the pointer. */
  codeAt(event: MouseEvent, by: string): Code;
  /** Other small countries within a finger's reach, those with counts first. */
  near(event: MouseEvent, code: Code): Code[];
}

interface MapPainter {
  paint(painting: Painting): void;
  /** Highlights the countries of one kind; "" = none. */
  choose(kind: string): void;
  kindOf(code: Code): string | undefined;
}

interface MapLights {
  /** Highlights a country; "" = none. */
  light(code: Code): void;
}

interface CountryMap extends MapFinder, MapPainter, MapLights {
  map: L.Map;
  svg: SVGSVGElement;
  /** Zooms to a group of countries; "" = the world. */
  frame(group: string, animate: boolean): void;
  /** Where a country's dot or label is, in the window. */
  pointOf(code: Code): DOMPoint;
  /** Scrolls the map until a country can be seen. */
  reach(code: Code): void;
}

interface CardPin {
  close(): void;
  /** Small countries that a finger may have meant as well. */
  near: Code[];
  pick(code: Code): void;
}

interface PlayActions {
  /** Called when the reader has chosen a period. */
  choose(period: string, from: number, to: number): void;
  /** Shows a preview; `calm` says that the table follows when nothing more happens. */
  preview(from: number, to: number, calm: boolean): void;
  /** Prepares the frames, so that their colours can be compared; false if that failed. */
  play(frames: [number, number][]): Promise<boolean>;
  /** Called when the playing ends at a frame. */
  rest(from: number, to: number): void;
}

interface TableActions {
  sort(column: string): void;
  zeros(shown: boolean): void;
  all(shown: boolean): void;
  find(text: string): void;
  light(code: Code): void;
}

interface KeyActions {
  /** The country that the keys are at, or "". */
  at(): Code;
  view(): View;
  go(code: Code): void;
  open(): void;
  pin(): void;
  leave(): void;
  zoom(to: keyof Zooms): void;
}

/** Elements of the pages by their id. Those with `null` are not on every page that runs the script. */
interface PageElements {
  data: HTMLElement;
  said: HTMLElement;
  full: HTMLElement;
  legend: HTMLElement;
  card: HTMLElement;
  frame: HTMLElement;
  zoom: HTMLElement;
  strip: HTMLElement;
  controls: HTMLElement;
  group: HTMLSelectElement | null;
  "group-page": HTMLElement | null;
  metric: HTMLSelectElement | null;
  from: HTMLInputElement;
  to: HTMLInputElement;
  custom: HTMLElement;
  against: HTMLSelectElement | null;
  own: HTMLElement;
  "own-from": HTMLInputElement;
  "own-to": HTMLInputElement;
  "against-note": HTMLElement;
  "videos-note": HTMLElement | null;
  month: HTMLSelectElement | null;
  play: HTMLElement;
  embed: HTMLElement;
  near: HTMLElement;
  whole: HTMLAnchorElement;
  find: HTMLInputElement;
  list: HTMLTableElement;
  copy: HTMLElement;
  zeros: HTMLElement;
  "curve-note": HTMLElement;
  "period-note": HTMLElement;
  "map-note": HTMLElement;
  "embed-note": HTMLElement;
  "none-found": HTMLElement;
  counted: HTMLElement;
  "share-note": HTMLElement | null;
  nothing: HTMLElement | null;
  "picture-said": HTMLElement;
  pictures: HTMLElement | null;
  countries: HTMLTableElement | null;
  "all-rows": HTMLElement | null;
  "change-note": HTMLElement | null;
  without: HTMLElement | null;
  "off-the-map": HTMLElement | null;
  funnel: HTMLElement | null;
  "funnel-days": HTMLElement | null;
  periods: HTMLElement | null;
  leader: HTMLElement | null;
  map: HTMLElement;
  fullscreen: HTMLElement;
  cities: HTMLElement | null;
  updated: HTMLElement | null;
  events: HTMLDetailsElement | null;
  snippet: HTMLTextAreaElement | null;
  choices: HTMLElement;
  videos: HTMLElement;
  choosing: HTMLDetailsElement;
  "videos-title": HTMLElement;
  chosen: HTMLElement;
  chart: HTMLElement;
  notes: HTMLElement;
  sums: HTMLTableElement;
  "sums-note": HTMLElement | null;
  "sums-title": HTMLElement;
  weeks: HTMLTableElement;
  "save-png": HTMLElement | null;
  "save-svg": HTMLElement | null;
  "save-square": HTMLElement | null;
  "copy-picture": HTMLElement | null;
}

interface Formats {
  number(value: number): string;
  share(part: number): string;
  limit(value: number, metric: { kind: Kind }): string;
  value(value: number, metric: { kind: Kind }): string;
  duration(seconds: number): string;
  percentage(value: number): string;
  about(part: number): string;
  rate(value: number): string;
  /** A value per million people. */
  per(value: number, metric: { kind: Kind }): string;
  change(now: number, before: number): string;
  quantity(count: number, metric?: MetricWords): string;
  /** ISO date of a day. */
  iso(index: number): string;
  /** Index of an ISO date; NaN for any other text. */
  indexOf(iso: string): number;
  day(index: number): string;
  dayOfYear(index: number): string;
  yearUntil(index: number): number;
  monthUntil(index: number): number;
  months(from: number, to: number): string;
  days(from: number, to: number): string;
  span(from: number, to: number): string;
  runs(indexes: number[]): string;
}

/** A note or publication: ISO date, date in words, sentence, link, "note" or "published". */
type EventRow = [day: string, when: string, words: string, link: string, kind: string];

/** A city of the front page's map: country, name, count, and its place in units of the map. */
type City = [code: Code, name: string, count: number, x: number, y: number];

/** The JSON of the page that compares, written by `make_compare`. Days are indexes: 0 is the first of the history. */
interface CompareData {
  /** Keys of the countries that are shown first. */
  leading: string[];
  /** The metric that is shown first; how the others, and the ratios, are called; ratio → its two metrics. */
  metric: string;
  metrics: Record<string, MetricWords>;
  ratios: Record<string, [upper: string, lower: string]>;
  ratio_from: number;
  /** Of each collection and video, in the order of the items: the hash in the name of its file by day, "" if it has none. */
  series: string[];
  /** Metric or ratio → address of its weekly counts. */
  weeks: Record<string, string>;
  /** Address of the script that draws pictures. */
  picture: string;
}

/**
 * Weekly counts of a metric or ratio, written by `render_weeks`: of each week by country, and by video (null: not collected). Weeks are
 * indexes: 0 is that of the first day.
 */
interface WeekCounts {
  /** Number of collected days. */
  days: (number[] | null)[];
  /** Sums of everything: one list of a metric, two of a ratio. */
  totals: (number[][] | null)[];
  /** The same of each item; null if it is not known. */
  counts: (number[][] | null)[];
  /** Of a metric: what each item has on days that are not over; missing if there are none. */
  open?: number[];
}

/** The sums of an item: of a metric one, of a ratio both. */
interface ItemSums {
  own: number[];
  /** The sum of everything on the same days; 0 of a ratio. */
  total: number;
  /** Number of collected days that are over, or of a ratio that have both. */
  days: number;
  /** The mean of such a day, or the ratio; NaN with too few. */
  value: number;
  /** Number of days to divide both sums of a ratio by, if they are shown as means. */
  by: number;
}

/** The file of the first metric. */
interface WeekData extends WeekCounts {
  /** The first Monday, 0 or less. */
  offset: number;
  /** Number of weeks that are over. */
  over: number;
  names: string[];
  /** Each first of a month: its distance from the first Monday in weeks, its name without and with the year. */
  months: [at: number, brief: string, long: string][];
  /** `codes`: the countries of a group, with spaces between them. */
  items: [key: string, kind: string, name: string, note: string, page: string, codes?: string][];
}

/** The JSON of the page of small maps, written by `make_small_maps`. */
interface SmallMapsData {
  /** Keys of the videos that are shown first. */
  leading: string[];
  method: string;
  classes: number;
  breaks: number[];
  /** Address of the videos that can be chosen. */
  file: string;
}

/** The file of the videos that can be chosen, written by `render_video_maps`; `names` are those of the countries. */
interface VideoMaps {
  names: Record<Code, string>;
  items: [key: string, name: string, note: string, page: string, count: number, codes: string, counts: number[]][];
}

interface VideoMap extends ChoiceItem {
  page: string;
  count: number;
  counts: Map<Code, number>;
}

/** Something that a reader can choose by its name. */
interface ChoiceItem {
  key: string;
  name: string;
  /** What tells it apart from others of that name. */
  note: string;
}

/** A country, a group, a collection or a video; `at` is its index in the weekly counts. */
interface WeekItem extends ChoiceItem {
  kind: string;
  page: string;
  at: number;
  /** Of a group: its countries. */
  codes: string[];
  /** Of a collection or a video: address of its counts by day, "" if there is none. */
  file: string;
}

interface CompareState {
  /** Keys of the items, in the order of their lines. */
  keys: string[];
  against: Against;
  /** "all", a length ("30d"), a month or two days. */
  period: string;
  from: number;
  to: number;
  /** In percent of the first week? */
  index: boolean;
  metric: string;
}

/** A line has a value for each week, NaN for a gap; `slot` is its colour, 0 to 4. */
interface ChartLine {
  slot: number;
  name: string;
  values: number[];
}

interface ChartTick {
  /** Distance from the first point, in weeks. */
  at: number;
  text: string;
}

interface Chart {
  lines: ChartLine[];
  weeks: number;
  ticks: ChartTick[];
  /** The chart in words. */
  label: string;
  /** Are the values a time? */
  seconds: boolean;
  /** Writes a round value. */
  write(value: number): string;
}

/** A shape of a picture, in units of the map or of the chart. */
interface PictureShape {
  d: string;
  fill?: string;
  stroke?: string;
  width?: number;
  opacity?: number;
  round?: boolean;
  dash?: number[];
}

interface PictureText {
  x: number;
  y: number;
  text: string;
  size: number;
  colour: string;
  bold?: boolean;
  right: boolean;
  rtl: boolean;
  middle?: boolean;
}

/** A chart to be drawn as a picture, made larger by `scale`. */
interface ChartPicture {
  heading: string;
  facts: string[];
  words: string;
  shapes: PictureShape[];
  labels: Omit<PictureText, "right" | "rtl">[];
  width: number;
  height: number;
  scale: number;
}

/** Everything in a picture with its position. */
interface Scene {
  width: number;
  height: number;
  background: string;
  shapes: PictureShape[];
  /** The drawn part of the map or chart: left, top, width, height. */
  box: number[];
  /** Pixels in one of its units. */
  scale: number;
  drawn: { x: number; y: number; width: number; height: number };
  swatches: { x: number; y: number; size: number; colour: string; edge: string }[];
  texts: PictureText[];
  heading: string;
  words: string;
}

/** The one global of a page. Each member is added by the script named above it. */
interface ApivideoGeo {
  // start.js
  byId<Id extends keyof PageElements>(id: Id): PageElements[Id];
  data: PageData;
  say(text: string): void;
  make<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, text?: string | null, name?: string): HTMLElementTagNameMap[Tag];
  button(label: string, name?: string): HTMLButtonElement;
  closest(event: Event, selector: string): HTMLElement | null;
  load(address: string, name: "days"): Promise<PackedDays>;
  load(address: string, name: "cities"): Promise<City[]>;
  load(address: string, name: "weeks"): Promise<WeekData>;
  load(address: string, name: "videos"): Promise<VideoMaps>;
  load(address: string, name: "months"): Promise<MonthFile>;
  load(address: string, name: "ranks"): Promise<string>;
  load(address: string, name: "titles"): Promise<MoreLine[]>;
  load(address: string): Promise<void>;
  pageOf(code: Code): string;
  still(): boolean;
  // called by the loaded files of days, of cities, of weeks, of breakdowns by month and of all videos
  months(file: MonthFile): void;
  ranks(counts: string): void;
  titles(lines: MoreLine[]): void;
  days(days: PackedDays): void;
  cities(cities: City[]): void;
  weeks(weeks: WeekData): void;
  videos(videos: VideoMaps): void;

  // written by the build, after start.js
  translations: { language: string; direction: string; messages: Record<string, string | PluralForms> };
  wording: { headline: Record<"countries" | "most" | "countries_of" | "most_of", PluralForms> & { somewhere: string }; articles: Code[]; names: Record<Code, string> };
  /** Group → its countries, or the groups that it consists of, with spaces between them. */
  groups: Record<string, string>;

  // words.js
  fill(text: string, values: Record<string, string>): string;
  form(forms: PluralForms, count: number): string;
  _(message: string, values?: Record<string, string>): string;
  ngettext(one: string, many: string, count: number, values?: Record<string, string>): string;
  joined(parts: string[]): string;
  called(code: Code): string;
  named<Named extends HTMLElement>(element: Named): Named;
  sentence(text: string): string;

  // formats.js
  formats: Formats;

  // classes.js
  makeScale(values: number[], method: string, classes: number, custom?: number[]): Scale;
  classOf(scale: Scale, value: number): number;
  ranges(scale: Scale, number: (value: number) => string): string[];
  rounded(above: number, upto: number, near: number, whole: boolean): { tier: number; limit: number };

  // compare.js
  compare: {
    of(complete: Float64Array, end: number, period: [number, number] | null, against: Against): Comparison;
    beforeOf(period: [number, number], against: Against): [number, number];
    change(comparison: Pick<Comparison, "groups">, counts: (number | null)[]): Change;
    /** `published`: the index of a day, which can be outside the history. */
    publishedSince(published: number, comparison: Pick<Comparison, "before">): boolean;
    nearest(comparison: Comparison): { period: [number, number]; against: Against } | null;
  };

  // picture.js
  draw: Record<"png" | "square" | "svg", () => Promise<Blob | null>> & {
    sheet(chart: ChartPicture): Scene;
    paint(kind: "png" | "svg", scene: Scene): Promise<Blob | null>;
    download(blob: Blob, name: string): void;
  };

  // figures.js; metrics.js adds metrics
  once<T>(name: string, load: () => Promise<T>): Promise<T>;
  metrics: Record<string, Metric>;
  wholeView(): View;
  numbers(text: string): number[];
  unpacked(days: PackedDays): Days;
  running(counts: (number | null)[]): Float64Array;
  addUp(days: Days, metric?: Metric): DaySums;
  /** Loads a metric or a ratio; `whole` is the view of all its days. */
  history(name: string): Promise<DaySums & { whole: View }>;
  /** The view of all days; its last 30 are compared. */
  wholeOf(history: DaySums, against?: Against): View;
  /** What is compared is `period`, by default all its days; null: the last 30 days. */
  viewOf(history: DaySums, from: number, to: number, against?: Against, period?: [number, number] | null): View;
  finish(totals: Totals, counts: CountryCounts[]): View;
  ofCountries(view: View, codes: Code[]): View;
  compared(view: Pick<View, "comparison">): string;
  changeWords(view: Pick<View, "comparison">, all: boolean, change: string): string;
  toneOf(change: Pick<Change, "now" | "before">): "" | "up" | "down";
  untimed(words: MetricWords, all: boolean): string[];
  changeOf(view: View, row: (Change & { fresh?: boolean }) | null | undefined): ChangeText;
  valueBy(measure: Measure, view: View): (row: Row) => number;
  scaleOf(views: View[], measure: Measure, without: boolean): Scale;
  leaderOf(view: View, measure: Measure): Code;
  picture(view: View, measure: Measure, without: boolean, scale?: Scale | null): Painting & { legend: LegendEntry[] };
  offTheMap(view: View): string;
  sparkPath(counts: number[], totals: (number | null)[], from: number, to: number, lowers?: number[]): string;
  sparkOf(history: DaySums, code: Code, from: number, to: number): string;

  // groups.js
  membersOf(slug: string): Code[];
  among(view: View, slug: string): View;
  groupName(slug: string): string;

  // curve.js
  curve: { show(metric: Metric, history: DaySums, group: string): void; byDay(metric: Metric): string };

  // ratios.js
  ratios: {
    addUp(metric: Metric, upper: Days, lower: Days): DaySums;
    viewOf(history: DaySums, from: number, to: number, against: Against, period: [number, number] | null): View;
    among(view: View, rows: Row[]): View;
    interval(row: CountryCounts, metric: Metric): [low: number, high: number] | null;
    value(row: CountryCounts, metric: Metric): string;
    none(metric: Metric): string;
    both(row: CountryCounts, metric: Metric): string;
    legend(metric: Metric): { kind: string; label: string }[];
    note(view: View): string;
    difference(change: number, metric: { kind: Kind }): string;
  };

  // labels.js
  labels: {
    show(metric: Metric): void;
    headline(view: View, group: string): string;
    /** Key, value, note, tone and label of each; `words` write a change. */
    figures(view: View, words: (difference: string) => string): [key: string, value: string, note: string, tone?: string, label?: string][];
  };

  // combo.js
  combo: {
    /** Makes the field and the list work. `keys` are those that are chosen; `choose` gets others; `content` is what a chosen one shows. */
    start(options: {
      items: ChoiceItem[];
      most: number;
      keys(): string[];
      choose(keys: string[]): void;
      content(item: ChoiceItem, slot: number): (Node | string)[];
    }): { show(): void };
  };

  // lines.js
  lines: {
    levels(top: number): number[];
    spread(heights: number[], gap: number, lowest: number, highest: number): number[];
    draw(chart: Chart, width: number, height: number): SVGSVGElement;
  };

  // funnel.js
  funnel: {
    load(): Promise<void>;
    count(from: number, to: number, codes?: Code[]): { steps: { metric: Metric; number: number; rate: number; note: string }[]; days: number; lacking: boolean };
    show(section: Element, from: number, to: number, codes?: Code[]): boolean;
    list(code: Code, from: number, to: number): HTMLElement;
  };

  // line.js
  line: {
    cut(start: number, end: number, step: number): [from: number, to: number][];
    draw(curve: Element, line: CurveLine): void;
    dates(curve: Element, first: string, last: string): void;
  };

  // periods.js
  periods: {
    read(text: string): Partial<Period>;
    readAgainst(text: string): Against;
    write(state: Period): string;
    writeAgainst(against: Against): string;
    pair(from: HTMLInputElement, to: HTMLInputElement, choose: (from: number, to: number) => void): (from: number, to: number) => void;
    daysOf(period: string): { from: number; to: number };
    start(choose: (period: string, from?: number, to?: number) => void): { show(state: Period): void } | null;
    words(view: Pick<View, "from" | "to" | "gaps" | "left" | "later">): string;
    /** Paths over the curve, of the kind "noted", "published" or "stem": their days, and how many events each of them has. */
    marks(): { path: SVGPathElement; kind: string; days: number[]; counts: number[] }[];
    /** Returns the numbers of notes and publications in words. */
    events(from: number, to: number): string[];
    last: number;
    lastComplete: number;
  };

  // breakdowns.js
  breakdowns: {
    calendar: { from: number; to: number }[];
    monthsOf(from: number, to: number): Months;
    words(indexes: number[]): string;
    unpack(table: PackedTable, whole: (number | null)[], titles: MoreLine[]): MonthTable;
    sum(table: MonthTable, months: number[]): MonthSums;
    rows(table: MonthTable, sums: MonthSums, rows: HTMLTableRowElement[], withShares: boolean): HTMLTableRowElement[];
    note(table: MonthTable, sums: MonthSums, months: number[], whole: (number | null)[]): string;
  };

  // state.js
  state: {
    read(search: string): State;
    fit(state: State): State;
    remember(state: State, step: boolean): void;
    carried(state: State): string[];
    daysOf(period: string): { from: number; to: number };
    last: number;
    lastComplete: number;
  };

  // legend.js
  legend: { start(highlight: (kind: string) => void, choose: (kind: string) => void): void; render(entries: LegendEntry[], classes: number, kind: string): void };

  // table.js, embed.js or detail.js
  nameOf(code: Code): string;

  // table.js
  flagOf(code: Code): string;
  table: {
    start(actions: TableActions): void;
    render(view: View, state: Pick<State, "sort" | "zeros" | "all" | "find">, history: DaySums | null): void;
    light(code: Code): void;
    csv(): string;
    sparkOf(code: Code): Element | null;
  };

  // card.js
  card: {
    show(code: Code, view: View, pin: CardPin | null): void;
    hide(): void;
    move(x: number, y: number): void;
    open(): void;
    focus(): void;
    spoken(code: Code, view: View, measure: Measure): string;
    element: HTMLElement;
  };

  // keys.js
  keys: { start(container: HTMLElement, actions: KeyActions): void; neighbour(code: Code, way: [number, number]): Code };

  // map.js
  map: {
    start(map: L.Map, overlay: L.SVGOverlay, deepest: number): CountryMap;
    zoomButtons(map: L.Map, zooms: Zooms): void;
    painter(svg: SVGSVGElement): MapPainter;
    lights(svg: SVGSVGElement): MapLights;
    finder(svg: SVGSVGElement): MapFinder;
    spreader(svg: SVGSVGElement): (width: number) => void;
    offer(codes: Code[], pick: (code: Code) => void): HTMLElement;
  };

  // place.js
  place: { start(leaflet: L.Map, moved: (place: string) => void): { show(place: string): void; leave(): void } };

  // cities.js
  cityLayer: { start(button: HTMLElement, leaflet: L.Map, svg: SVGSVGElement): { show(on: boolean): Promise<boolean> } };

  // brush.js
  brush: {
    start(days: number, moved: (from: number, to: number, done: boolean) => void): { set(from: number, to: number): void };
  };

  // against.js
  against: {
    start(choose: (chosen: Partial<State> & { against: Against }) => void): { show(view: Pick<View, "comparison">, state: Pick<State, "against">, known?: boolean): void } | null;
  };

  // by-video.js
  /** A view that compares the days that were collected by video; `counts` are those of a video by day, `published` its ISO day. */
  byVideo(view: View, all: boolean, counts: number[], published?: string): View;

  // timeline.js
  timeline: {
    start(actions: PlayActions): { show(state: State): void; halt(): void } | null;
    note(view: View, all: boolean): void;
  };

  // prose.js
  prose: {
    within(code: Code, name?: string): string;
    headline(view: View, scope: Scope): string;
    lead(view: View, scope: Scope): string;
    description(view: View, scope: Scope, words: string): string;
    balance(view: View): string;
    period(days: { from: number; to: number }): string;
  };

  // summary.js
  summary: { show(view: View, state: State, all: boolean, calm: boolean): void };
  showSnippet(): void;
  measureWords(): string;

  // page.js or city-map.js. Called by the script that folium writes.
  attach(leaflet: L.Map, overlay: L.SVGOverlay, deepest: number): void;
  /** What is shown now, for the pictures. */
  shown: { view: View; state: State };
}

/**
 * A kind of things in the search's index, in columns with a value for each: what differs of its path ("": it is only in the list), its
 * name, its count or that in words, the index of its place, other names, its alpha-2. A column without values is left out.
 */
interface SearchKind {
  kind: string;
  /** With "*" in place of the part. */
  path: string;
  list?: string;
  /** Spaces between them, or nothing if all have `size` characters; empty ones at the end are missing. */
  parts: string;
  size?: number;
  /** Line breaks between them. */
  names: string;
  /** A number is how much less it is than the one before. */
  amounts?: (number | string)[];
  places?: string[];
  at?: number[];
  /** Line breaks between them, "|" between the names of one; empty lines at the end are missing. */
  also?: string;
  /** Spaces between them. */
  regions?: string;
}

/** Written by the Python module `search` in front of search.js: what can be found, kind by kind, and the words of the box. */
interface SearchIndex {
  kinds: SearchKind[];
  /** Path of the box's style from the top of the site. */
  style: string;
  label: string;
  hint: string;
  close: string;
  results: string;
  nothing: string;
  /** "%(count)s plays" */
  counted: PluralForms;
  found: PluralForms;
  first: PluralForms;
}
interface Window {
  apivideoGeoSearch: SearchIndex;
  /** Written by the build in front of pick.js: its sentences, and the path of its style. */
  apivideoGeoPick: Record<"label" | "hint" | "ticked" | "full" | "go" | "close" | "compare" | "style", string>;
  /** fold.js: a text without accents and capitals. */
  apivideoGeoFold(text: string): string;
  /** Written by the Python module `notes`: all notes and publications, newest first. */
  apivideoGeoEvents?: EventRow[];
}
