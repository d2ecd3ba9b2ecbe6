/** What the visit detector is measured on, and the bounds it must hold: the rows of the accuracy table. */

/** The peers whose visits are the references. */
export const PEERS = ['trackintel', 'movingpandas', 'skmob', 'infostop'] as const;
export type Peer = (typeof PEERS)[number];

/** One run of the detector over a file of fixes. */
export interface Run {
  readonly name: string;
  readonly fixes: string;
  readonly places: string;
  readonly bridge: string;
}

const geolife = (name: string, file: string, bridge: string): Run => ({
  name,
  fixes: `geolife/${file}`,
  places: 'reference/geolife.places.csv',
  bridge,
});
const garden = (name: string, file: string): Run => ({
  name,
  fixes: `garden-city/${file}`,
  places: 'garden-city/buildings.geojson',
  bridge: 'PT12H',
});

const DENSE = geolife('geolife-dense-g720', 'fixes.csv.gz', 'PT12H');
const DENSE_STRICT = geolife('geolife-dense-g15', 'fixes.csv.gz', 'PT15M');
const SPARSE = geolife('geolife-sparse-g720', 'fixes-sparse.csv.gz', 'PT12H');
const PHONES: Run = {
  name: 'emission-g720',
  fixes: 'emission/fixes.csv.gz',
  places: 'reference/emission.places.csv',
  bridge: 'PT12H',
};
const GARDEN = garden('garden-city-g720', 'fixes.csv.gz');
const GARDEN_ACCURACY = garden('garden-city-accuracy-g720', 'fixes-accuracy.csv.gz');

export const RUNS = [DENSE, DENSE_STRICT, SPARSE, PHONES, GARDEN, GARDEN_ACCURACY] as const;

/** Judged by a panel: visits that most peers find must be found, few may be found that no peer finds. */
export interface PanelRow {
  readonly kind: 'panel';
  readonly title: string;
  readonly run: Run;
  /** Folder of the references, and where a peer's own visits lie when they are measured as candidates. */
  readonly panel: string;
  readonly own: string;
  readonly gap: 'g15' | 'g720';
  readonly coreRecall: number;
  readonly unsupported: number;
  /** Median dwell error, seconds; null where the peers themselves do not agree on it. */
  readonly dwellS: number | null;
}

/** Judged by stays that people accepted as right. */
export interface AcceptedRow {
  readonly kind: 'accepted';
  readonly title: string;
  readonly run: Run;
  readonly own: string;
  readonly gap: 'g720';
  readonly f1: number;
  readonly recall: number;
  readonly dwellS: number;
}

export type Row = PanelRow | AcceptedRow;

const panel = (row: Omit<PanelRow, 'kind' | 'own'> & { readonly own?: string }): PanelRow => ({
  own: row.panel,
  ...row,
  kind: 'panel',
});

export const ROWS: readonly Row[] = [
  panel({
    title: 'GeoLife dense, 12 h bridge',
    run: DENSE,
    panel: 'geolife.fixes',
    gap: 'g720',
    coreRecall: 0.9,
    unsupported: 0.1,
    dwellS: 130,
  }),
  panel({
    title: 'GeoLife dense, 15 min bridge',
    run: DENSE_STRICT,
    panel: 'geolife.fixes',
    gap: 'g15',
    coreRecall: 0.87,
    unsupported: 0.13,
    dwellS: 150,
  }),
  panel({
    title: 'GeoLife sparse, 12 h bridge',
    run: SPARSE,
    panel: 'geolife.fixes-sparse',
    gap: 'g720',
    coreRecall: 0.82,
    unsupported: 0.08,
    dwellS: 170,
  }),
  panel({
    title: 'GeoLife sparse against the dense panel',
    run: SPARSE,
    panel: 'geolife.fixes',
    own: 'geolife.fixes-sparse',
    gap: 'g720',
    coreRecall: 0.65,
    unsupported: 0.18,
    dwellS: null,
  }),
  {
    kind: 'accepted',
    title: 'e-mission, accepted stays',
    run: PHONES,
    own: 'emission.fixes',
    gap: 'g720',
    f1: 0.9,
    recall: 0.9,
    dwellS: 200,
  },
  panel({
    title: 'Garden City polygons',
    run: GARDEN,
    panel: 'garden-city.fixes',
    gap: 'g720',
    coreRecall: 0.88,
    unsupported: 0.12,
    dwellS: null,
  }),
  panel({
    title: 'Garden City polygons, with accuracy',
    run: GARDEN_ACCURACY,
    panel: 'garden-city.fixes-accuracy',
    gap: 'g720',
    coreRecall: 0.88,
    unsupported: 0.12,
    dwellS: null,
  }),
];
