/** Builders of report data: the default policy, an empty run, and a made-up week in two wards of Tokyo. */
import { cellToParent, latLngToCell } from 'h3-js';
import type { Policy } from '../../../src/model/policy.ts';
import type {
  HourSum,
  ListedStore,
  MapCell,
  ReportData,
  RunFacts,
  StoreSum,
} from '../../../src/query/report-data.ts';

const MINUTE_MS = 60_000;

export const aPolicy = (gate: Partial<Policy['gate']> = {}): Policy => ({
  version: 3,
  zone: 'Asia/Tokyo',
  dayStartHour: 4,
  daypartHours: [10, 14, 18, 22],
  latenessMs: 5 * MINUTE_MS,
  consent: {
    acceptedVersions: {
      nearbyShops: [3],
      usageStatistics: [3],
      fraudPrevention: [3],
      serviceImprovement: [3],
      thirdPartyTracking: [3],
    },
  },
  plausibility: { accuracyMaxM: 200, skewMs: 5 * MINUTE_MS, maxEventAgeMs: 72 * 60 * MINUTE_MS },
  snap: {
    resolution: 9,
    sparseResolution: 8,
    denseStores: 3,
    nightResolution: 7,
    nightFromHour: 22,
    nightToHour: 5,
    catchmentM: 300,
    bucketMs: 5 * MINUTE_MS,
    expiresMs: 120 * MINUTE_MS,
  },
  visits: { minDwellMs: 5 * MINUTE_MS, bridgeMs: 30 * MINUTE_MS, sessionGapMs: 30 * MINUTE_MS },
  bounds: { perTable: 12, visitsPerWindow: 3, dwellMaxMs: 240 * MINUTE_MS },
  shadow: null,
  gate: {
    tier: 'perturbed',
    k: 10,
    kBreakdown: 20,
    destinationStores: 2,
    drawMax: 5,
    rounding: 5,
    unlinkedRaiseK: false,
    graceShortMs: 30 * MINUTE_MS,
    graceDayMs: 120 * MINUTE_MS,
    dwellEdgesMs: [10, 20, 60, 120, 240].map((minutes) => minutes * MINUTE_MS),
    homogeneityShare: 0.9,
    storeDays: 0,
    dp: { epsilon: 2, shares: { visits: 1, dwell: 0.5, transitions: 0.3 } },
    ...gate,
  },
});

export const aRun = (facts: Partial<RunFacts> = {}): RunFacts => ({
  madeAt: '2026-03-04T09:15:00+09:00',
  version: '0.1.0',
  input: 'Sample city, 3 days, 5,000 members',
  simulated: true,
  span: { from: '2026-03-01T04:00:12+09:00', to: '2026-03-04T03:59:48+09:00' },
  events: { read: 0, kept: 0, dropped: {}, quarantined: {}, uncounted: {} },
  rows: [],
  policy: aPolicy(),
  policyHash: 'sha256:5c0e3a7f91b2',
  stores: [],
  files: [],
  next: [],
  beforeAfter: null,
  ...facts,
});

export const anEmptyReport = (facts: Partial<RunFacts> = {}): ReportData => ({
  run: aRun(facts),
  days: [],
  totals: { visits: 0, visitorWindows: 0, passing: 0 },
  storeDays: { listed: 0, shown: 0, storesShown: 0 },
  hours: Array.from({ length: 24 }, (_, index) => ({ hour: (index + 4) % 24, visitors: null, rows: 0 })),
  rungs: [],
  dwell: [],
  topStores: [],
  transitions: [],
  map: { resolution: 8, cells: [], widerVisits: 0, widerPassing: 0 },
});

/** The same numbers each time: the golden ratio's multiples, which spread evenly over 0…1. */
const spread = (index: number, turn = 0.618_033_988_75): number => (index * turn) % 1;

const CATEGORIES = ['cafe', 'convenience', 'drugstore', 'restaurant', 'fashion', 'books', '惣菜'];
const NAMES = [
  '珈琲館サンプル',
  'コンビニ見本',
  '見本薬局',
  '定食みほん',
  'Sample & Sons',
  'みほん書店',
  '見本惣菜店',
];
const TOWNS = [
  '渋谷',
  '恵比寿',
  '代官山',
  '中目黒',
  '自由が丘',
  '学芸大学',
  '原宿',
  '広尾',
  '祐天寺',
  '都立大学',
];

export const storesOfTwoWards = (n = 150): readonly ListedStore[] =>
  Array.from({ length: n }, (_, index) => {
    const kind = index % CATEGORIES.length;
    // A narrow band from Harajuku down to Jiyugaoka, densest near Shibuya station.
    const along = spread(index) ** 1.25;
    const aside = (spread(index, 0.754_877_666) - 0.5) * (1 - 0.35 * along);
    return {
      id: `s${String(index + 1).padStart(3, '0')}`,
      name: `${NAMES[kind] ?? ''} ${TOWNS[index % TOWNS.length] ?? ''}${String(index + 1)}号店`,
      category: CATEGORIES[kind] ?? '',
      lat: 35.672 - along * 0.066,
      lng: 139.703 - along * 0.022 + aside * 0.052,
    };
  });

const by5 = (value: number): number => Math.round(value / 5) * 5;

const cellsOf = (stores: readonly ListedStore[]): readonly MapCell[] => {
  const counts = new Map<string, number>();
  for (const { lat, lng } of stores) {
    const cell = cellToParent(latLngToCell(lat, lng, 9), 8);
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  return [...counts].sort().map(([cell, n], index) => ({
    cell,
    stores: n,
    visits: n < 2 ? null : by5(n * n * 22 + 40 * spread(index)),
    passing: spread(index, 0.41) < 0.18 ? null : by5(60 + n * 90 * spread(index, 0.41)),
  }));
};

const hourSum = (hour: number): HourSum => {
  if (hour < 7) return { hour, visitors: null, rows: 0 };
  const noon = Math.exp(-((hour - 12.5) ** 2) / 5);
  const evening = Math.exp(-((hour - 18.5) ** 2) / 8);
  return {
    hour,
    visitors: by5(60 + 900 * noon + 1_240 * evening),
    rows: Math.round(4 + 40 * (noon + evening)),
  };
};

const topStores = (stores: readonly ListedStore[]): readonly StoreSum[] =>
  stores.slice(0, 15).map(({ id, name, category }, index) => ({
    id,
    name,
    category,
    visits: by5(640 / (index + 1.6) + 90),
    visitors: by5(560 / (index + 1.6) + 80),
    hoursCovered: 72 - index * 3,
  }));

/** A made-up run of three days over two wards. */
export const aReport = (): ReportData => {
  const stores = storesOfTwoWards();
  return {
    ...anEmptyReport(),
    run: aRun({
      stores,
      events: {
        read: 1_284_310,
        kept: 1_102_877,
        dropped: {
          no_consent: 96_412,
          too_inaccurate: 41_880,
          sensitive_place: 18_233,
          duplicate: 12_044,
          late: 8_310,
          mocked: 1_204,
        },
        quarantined: { undecodable: 61, invalid_field: 3_289 },
        uncounted: { over_bound: 1_822, no_rung: 14 },
      },
      rows: [
        { table: 'visits', released: 1_204, withheld: 118 },
        { table: 'dwell', released: 2_310, withheld: 0 },
        { table: 'transitions', released: 640, withheld: 0 },
        { table: 'footfall', released: 410, withheld: 0 },
      ],
      files: [
        { path: 'out/tables/', holds: 'the released tables as Parquet, one file per closed window' },
        { path: 'out/location.sanitized.jsonl', holds: 'restricted: cells for shops nearby' },
        { path: 'out/ledger.jsonl', holds: 'what was released under which parameters' },
        { path: 'out/manifest.json', holds: 'parameters, versions and hashes' },
      ],
      next: [
        {
          command: 'npx oboro ledger verify out/ledger.jsonl',
          does: 'Check that no row was released twice.',
        },
        { command: 'npx oboro explain', does: 'Read what each stage does with these parameters.' },
        { command: 'npx oboro run --input my-data/ --out out-mine/', does: 'Run it on your own files.' },
      ],
      beforeAfter: {
        raw: [
          { name: 'deviceId', value: 'd-7f3a90c2' },
          { name: 'memberId', value: 'm-0042117' },
          { name: 'atMs', value: '2026-03-02 12:31:08 +09:00' },
          { name: 'lat, lng', value: '35.6594821, 139.7005533' },
          { name: 'accuracyM', value: '14.2' },
        ],
        left: [
          { name: 'pseudonym', value: '9b1d5c0f2e7748a1b6c3d4e5f6071829' },
          { name: 'cell', value: '892f5aad923ffff (r9)' },
          { name: 'bucketStartMs', value: '2026-03-02 12:30 +09:00' },
          { name: 'expiresAtMs', value: '2026-03-02 14:30 +09:00' },
        ],
        released: '45 visitors of 珈琲館サンプル 渋谷1号店 between 12:00 and 13:00.',
      },
    }),
    days: ['2026-03-01', '2026-03-02', '2026-03-03'],
    totals: { visits: 24_310, visitorWindows: 21_865, passing: 38_940 },
    storeDays: { listed: 450, shown: 332, storesShown: 121 },
    hours: Array.from({ length: 24 }, (_, index) => hourSum((index + 4) % 24)),
    rungs: [
      { unitKind: 'store', resolution: 9, windowKind: 'hour', rows: 702, visitors: 13_220, visits: 14_010 },
      { unitKind: 'store', resolution: 9, windowKind: 'daypart', rows: 288, visitors: 4_310, visits: 4_840 },
      { unitKind: 'store', resolution: 9, windowKind: 'day', rows: 101, visitors: 1_640, visits: 2_060 },
      { unitKind: 'cell', resolution: 8, windowKind: 'day', rows: 74, visitors: 1_415, visits: 1_790 },
      { unitKind: 'cell', resolution: 7, windowKind: 'day', rows: 36, visitors: 1_060, visits: 1_355 },
      { unitKind: 'region', resolution: 5, windowKind: 'day', rows: 3, visitors: 220, visits: 255 },
    ],
    dwell: [
      { fromS: 300, toS: 600, visitors: 5_410 },
      { fromS: 600, toS: 1_200, visitors: 4_980 },
      { fromS: 1_200, toS: 3_600, visitors: 3_905 },
      { fromS: 3_600, toS: 7_200, visitors: 1_210 },
      { fromS: 7_200, toS: 14_400, visitors: 320 },
      { fromS: 300, toS: 1_200, visitors: 2_455 },
      { fromS: 1_200, toS: null, visitors: 1_830 },
    ],
    topStores: topStores(stores),
    transitions: [
      { from: 'cafe', to: null, visitors: 2_140 },
      { from: null, to: null, visitors: 1_395 },
      { from: 'convenience', to: 'cafe', visitors: 615 },
      { from: 'cafe', to: 'convenience', visitors: 580 },
      { from: 'restaurant', to: 'cafe', visitors: 430 },
      { from: 'fashion', to: 'cafe', visitors: 325 },
      { from: 'drugstore', to: 'convenience', visitors: 210 },
      { from: '惣菜', to: 'convenience', visitors: 145 },
      { from: 'books', to: 'cafe', visitors: 90 },
    ],
    map: { resolution: 8, cells: cellsOf(stores), widerVisits: 1_610, widerPassing: 2_205 },
  };
};
