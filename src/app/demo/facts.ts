/** What the report says of the run itself, taken from its manifest. */
import type { CityStore } from '../../../examples/city/places.ts';
import type { Config } from '../../config/config.ts';
import type { SanitizedLocation } from '../../model/sanitized.ts';
import type { TableName } from '../../model/table.ts';
import { DROP_REASONS, QUARANTINE_REASONS, UNCOUNTED_REASONS } from '../../model/reasons.ts';
import type { EventTime } from '../../model/time.ts';
import { eventTime } from '../../model/time.ts';
import type { ReleasedTables } from '../../ports/releases.ts';
import type { BeforeAfter, EventCounts, Field, RunFacts } from '../../query/report-data.ts';
import { Zone } from '../../time/zone.ts';
import type { RunManifest } from '../run/manifest.ts';
import type { PickedFix } from './one-fix.ts';

export interface FactsOf {
  readonly manifest: RunManifest;
  readonly config: Config;
  readonly stores: readonly CityStore[];
  readonly madeAt: EventTime;
  readonly folder: string;
  readonly beforeAfter: BeforeAfter | null;
  readonly span: { readonly fromMs: number; readonly toMs: number };
}

export const factsOf = (about: FactsOf): RunFacts => {
  const { manifest, config, folder } = about;
  const zone = new Zone(config.policy.zone);
  return {
    madeAt: zone.iso(about.madeAt),
    version: manifest.codeVersion,
    input: 'one simulated day of a city around real stores',
    simulated: true,
    span: { from: zone.iso(eventTime(about.span.fromMs)), to: zone.iso(eventTime(about.span.toMs)) },
    events: eventsOf(manifest),
    rows: Object.entries(manifest.released).map(([table, rows]) => ({
      table: table as TableName,
      released: rows.RELEASED,
      withheld: rows.WITHHELD,
    })),
    policy: config.policy,
    policyHash: manifest.policyHash,
    stores: about.stores
      .filter((store) => !store.sensitive && !store.closed)
      .map((store) => ({
        id: store.storeId,
        name: store.name,
        category: store.category,
        lat: store.lat,
        lng: store.lng,
      })),
    files: [
      { path: `${folder}/tables`, holds: 'released tables, Parquet' },
      { path: `${folder}/ledger.jsonl`, holds: 'the ledger: every release, every salt born and destroyed' },
      { path: `${folder}/location.sanitized.jsonl`, holds: 'sanitized locations (restricted)' },
      { path: `${folder}/dead-letter.jsonl`, holds: 'what could not be read: where and why, no content' },
    ],
    next: NEXT(folder),
    beforeAfter: about.beforeAfter,
  };
};

/** What a newcomer may try after the demo. */
export const NEXT = (folder: string) => [
  {
    command: `npx oboro ledger verify ${folder}/ledger.jsonl`,
    does: 'prove that nothing was released twice',
  },
  { command: 'npx oboro explain --config config/demo.yaml', does: 'read what each stage does, in sentences' },
  {
    command: 'npx oboro run --input DIR --out OUT',
    does: 'your own files; every subject needs a consent record (oboro fixtures consent makes some for tests)',
  },
];

const eventsOf = ({ counts }: RunManifest): EventCounts => {
  const wire = counts['wire'] ?? {};
  const doors = counts['doors'] ?? {};
  const only = (stage: Readonly<Record<string, number>>, reasons: object) =>
    Object.fromEntries(Object.entries(stage).filter(([reason]) => reason in reasons));
  return {
    read: Object.values(wire).reduce((sum, n) => sum + n, 0),
    kept: doors['keep'] ?? 0,
    dropped: only(doors, DROP_REASONS),
    quarantined: only(wire, QUARANTINE_REASONS),
    uncounted: only(counts['contributions'] ?? {}, UNCOUNTED_REASONS),
  };
};

/** The before/after panel: a simulated fix, its sanitized record, and the row its visit may be in. */
export const beforeAfterOf = async (
  { fix, visit }: PickedFix,
  left: SanitizedLocation | null,
  tables: ReleasedTables,
  zone: Zone,
): Promise<BeforeAfter> => ({
  raw: [
    field('memberId', fix.memberId),
    field('deviceId', fix.deviceId),
    field('at', zone.iso(eventTime(fix.atMs))),
    field('lat', fix.lat.toFixed(6)),
    field('lng', fix.lng.toFixed(6)),
    field('accuracyM', String(fix.accuracyM)),
  ],
  left: left === null ? [] : leftOf(left, zone),
  released: await releasedSentence(visit.storeId, visit.endMs, tables, zone),
});

const leftOf = (record: SanitizedLocation, zone: Zone): readonly Field[] => [
  field('pseudonym', record.pseudonym),
  field('cell', record.cell),
  field('bucketStart', zone.iso(record.bucketStart)),
  field('bucketS', String(record.bucketS)),
  field('expiresAt', zone.iso(record.expiresAt)),
];

const field = (name: string, value: string): Field => ({ name, value });

const releasedSentence = async (
  storeId: string,
  endMs: number,
  tables: ReleasedTables,
  zone: Zone,
): Promise<string | null> => {
  const end = zone.iso(eventTime(endMs));
  const [row] = await tables.query(
    `SELECT window_kind, window_start, window_end, visitors FROM visits
     WHERE unit_kind = 'store' AND unit_id = '${storeId.replaceAll("'", "''")}' AND status = 'RELEASED'
       AND window_start <= '${end}' AND window_end > '${end}'
     ORDER BY CASE window_kind WHEN 'hour' THEN 0 WHEN 'daypart' THEN 1 ELSE 2 END LIMIT 1`,
  );
  if (row === undefined) return null;
  const time = (value: unknown): string => String(value).slice(11, 16);
  const from = time(row['window_start']);
  const to = time(row['window_end']);
  return `Visits to this store that ended between ${from} and ${to} are published together, in one row: about ${String(row['visitors'])} visitors.`;
};
