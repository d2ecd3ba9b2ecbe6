/** What producers do wrong: records sent twice, out of order, with made-up times; and values nobody can read. */
import type { FeedRecord } from '../../../src/app/feed/records.ts';
import type { RawFix } from '../../../src/model/raw.ts';
import { MINUTE_MS, eventTime } from '../../../src/model/time.ts';
import { partitionOf } from '../../../src/wire/murmur2.ts';
import { framed, framedEncoder, schemaIdOf, unframed } from '../../../src/wire/framed.ts';
import { Chance } from '../simulator/chance.ts';
import { inputOf } from '../stream/stream.ts';
import { INPUT_PARTITIONS } from './stand.ts';

/** Records this near to each other may change places: well within the accepted lateness. */
const NEAR_MS = 3 * MINUTE_MS;
const EVERY = 25;

/** Runs of neighbours, none longer than `NEAR_MS`. */
const neighbours = (events: readonly FeedRecord[]): readonly FeedRecord[][] => {
  const times = inputOf(events, INPUT_PARTITIONS).events.map(({ at }) => at);
  const runs: FeedRecord[][] = [];
  let since = Number.NEGATIVE_INFINITY;
  events.forEach((record, i) => {
    const time = times[i] ?? 0;
    if (time - since > NEAR_MS) {
      runs.push([]);
      since = time;
    }
    runs.at(-1)?.push(record);
  });
  return runs;
};

const fixOf = (record: FeedRecord): RawFix => {
  const [fix] = inputOf([record], INPUT_PARTITIONS).events;
  if (fix?.kind !== 'fix') throw new Error('no position');
  return fix;
};

const at = (record: FeedRecord, timeMs: number): FeedRecord => {
  const encode = framedEncoder('raw.gps', schemaIdOf(record.value));
  return { ...record, value: encode({ ...fixOf(record), at: eventTime(timeMs) }) };
};

/**
 * The records with their positions in disorder: neighbours swapped, some sent twice, some with times of 1970 and
 * 2099. All of it must come to what the re-computation makes of the same list.
 */
export const inDisorder = (records: readonly FeedRecord[], seed: number): readonly FeedRecord[] => {
  const chance = new Chance(seed);
  const isEvent = ({ topic }: FeedRecord): boolean => topic.startsWith('raw.');
  const isFix = ({ topic }: FeedRecord): boolean => topic === 'raw.gps';
  const events = records.filter(isEvent);
  const shuffled: FeedRecord[] = [];
  for (const run of neighbours(events)) {
    for (const record of chance.shuffled(run)) {
      shuffled.push(record);
      if (!isFix(record)) continue;
      if (chance.int(EVERY) === 0) shuffled.push(record);
      if (chance.int(EVERY) === 0) shuffled.push(at(record, Date.UTC(chance.of([1970, 2099]), 5, 1)));
    }
  }
  return [...records.filter((record) => !isEvent(record)), ...shuffled];
};

/** A record as it is sent, and what must become of it. */
export interface Unreadable {
  readonly record: FeedRecord;
  readonly reason: string;
}

/** An id that no registry has given. */
const NO_SUCH_ID = 2_000_000_000;

/** One broken record of each kind; `ids` are those of the registry. */
export const unreadable = (
  records: readonly FeedRecord[],
  ids: (topic: string) => number,
): readonly Unreadable[] => {
  const of = (topic: string, partition: number): FeedRecord => {
    const found = records.find((record) => record.topic === topic && record.partition === partition);
    if (found === undefined) throw new Error(`no record in ${topic}-${String(partition)}`);
    return { ...found, value: framed(ids(topic), unframed(found.value)) };
  };
  const broken = (record: FeedRecord, change: (value: Buffer) => Buffer, reason: string): Unreadable => ({
    record: { ...record, value: change(record.value) },
    reason,
  });
  const gps = of('raw.gps', 0);
  const other = of('raw.gps', 2);
  const device = of('raw.device', 1);
  const consent = of('privacy.consent', 3);
  return [
    broken(gps, (value) => value.subarray(0, 12), 'undecodable'),
    broken(gps, (value) => Buffer.concat([value, Buffer.from([1])]), 'undecodable'),
    broken(gps, () => Buffer.from([7, 1, 2, 3, 4, 5, 6, 7]), 'undecodable'),
    broken(gps, () => Buffer.alloc(0), 'undecodable'),
    broken(gps, (value) => framed(NO_SUCH_ID, unframed(value)), 'unknown_schema'),
    broken({ ...gps, value: device.value }, (value) => value, 'unknown_schema'),
    broken({ ...gps, key: other.key }, (value) => value, 'key_mismatch'),
    broken({ ...other, partition: 1 }, (value) => value, 'wrong_partition'),
    // Whoever's choice cannot be read is refused from then on, so this is nobody's who sends anything.
    broken(
      { ...consent, key: strangerIn(consent.partition) },
      (value) => value.subarray(0, 9),
      'undecodable',
    ),
    // A block of an array that says it holds three hundred million items.
    broken(device, (value) => Buffer.concat([value.subarray(0, 5), BOMB]), 'undecodable'),
  ];
};

const strangerIn = (partition: number): Buffer => {
  for (let i = 0; ; i += 1) {
    const key = Buffer.from(`stranger-${String(i)}`);
    if (partitionOf(key, INPUT_PARTITIONS) === partition) return key;
  }
};

const BOMB = Buffer.from([0x80, 0x8c, 0x8d, 0x9e, 0x02, 0x00]);
