/** The pure re-computation: what the embedded engine makes of the same input with the same salts, without a log or a process. */
import { ImportedVault, readImported } from '../../../src/adapters/vault/imported.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import type { FeedRecord } from '../../../src/app/feed/records.ts';
import { importFolder } from '../../../src/app/run/vault.ts';
import type { Config } from '../../../src/config/config.ts';
import type { RawEvent, RawRight } from '../../../src/model/raw.ts';
import type { PlaceTable } from '../../../src/model/table.ts';
import { eventTime } from '../../../src/model/time.ts';
import { avroCodec } from '../../../src/wire/avro.ts';
import { Canaries } from '../../e2e/canaries.ts';
import { Run } from '../drive.ts';
import type { FedInput } from '../stream/stream.ts';
import { inputOf, textOf } from '../stream/stream.ts';

export const PLACE_TABLES: readonly PlaceTable[] = ['visits', 'dwell', 'transitions', 'footfall'];

export interface Expected {
  /** Rows by table and sanitized locations, sorted, as text. */
  readonly outputs: Readonly<Record<string, readonly string[]>>;
  /** `reason topic partition offset` of what must be set aside; sorted. */
  readonly deadLetters: readonly string[];
  /** Raw identifiers and positions, to be found nowhere outside the inputs. */
  readonly canaries: Canaries;
}

export interface Recomputation {
  readonly config: Config;
  readonly input: FedInput;
  /** Rights and events in the order in which they were acted upon; all rights first without it. */
  readonly order?: readonly (RawRight | RawEvent)[];
  readonly deadLetters?: readonly string[];
}

export const recompute = async ({
  config,
  input,
  order,
  deadLetters = [],
}: Recomputation): Promise<Expected> => {
  const imported = await readImported(importFolder(config));
  if (imported === null) throw new Error('no imported salts');
  const vault = new ImportedVault(imported);
  const wallBound = eventTime(systemClock.now() + config.policy.plausibility.skewMs);
  const run = new Run({ policy: config.policy, stores: input.stores, vault, wallBound });
  let waiting: RawEvent[] = [];
  for (const one of order ?? [...input.rights, ...input.events]) {
    if (one.kind !== 'consent' && one.kind !== 'erasure') {
      waiting.push(one);
      continue;
    }
    await run.batches(waiting, 1_000);
    waiting = [];
    run.right(one);
  }
  await run.batches(waiting, 1_000);
  run.engine.finish();
  const { encode } = avroCodec('location.sanitized');
  const locations = run.locations.map((record) => encode(record).toString('hex'));
  const outputs: Record<string, readonly string[]> = { 'location.sanitized': locations.toSorted() };
  for (const table of PLACE_TABLES) outputs[`release.${table}`] = run.rows(table).map(textOf).toSorted();
  return { outputs, deadLetters: deadLetters.toSorted(), canaries: canariesOf(input) };
};

const canariesOf = ({ rights, events }: FedInput): Canaries => {
  const canaries = new Canaries();
  const ids = new Map<string, string>();
  for (const one of [...rights, ...events]) {
    if (one.deviceId !== null) ids.set(one.deviceId.reveal(), 'device');
    if (one.memberId !== null) ids.set(one.memberId.reveal(), 'member');
    if (one.kind === 'access' && one.cookieId !== null) ids.set(one.cookieId.reveal(), 'cookie');
    if (one.kind === 'access' && one.ip !== null) ids.set(one.ip, 'ip');
    if (one.kind !== 'fix') continue;
    canaries.coordinate('latitude', String(one.position.lat));
    canaries.coordinate('longitude', String(one.position.lng));
  }
  for (const [id, kind] of ids) canaries.identifier(kind, id);
  return canaries;
};

/** The same, of records as they were fed. */
export const recomputeRecords = (
  config: Config,
  records: readonly FeedRecord[],
  partitions: number,
): Promise<Expected> => recompute({ config, input: inputOf(records, partitions) });
