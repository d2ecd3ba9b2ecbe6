/** Encodes what leaves the stages: framed with the ids that the registry has for our own schemas. */
import { OboroError } from '../../model/errors.ts';
import { subjectOf } from '../../model/identity.ts';
import type { AnyRow, PlaceTable } from '../../model/table.ts';
import type { EpochStart, EventTime } from '../../model/time.ts';
import type { Outgoing } from '../../ports/log.ts';
import type { SchemaRegistry } from '../../ports/registry.ts';
import type { Released, WindowRows } from '../../release/released.ts';
import type { GateOutputCodec, GatePosition, SanitizeOutputCodec } from '../../runtime/stream/codecs.ts';
import { TOPICS } from '../../runtime/stream/topics.ts';
import { avroCodec } from '../../wire/avro.ts';
import { framed, framedEncoder, schemaIdOf, unframed } from '../../wire/framed.ts';
import { releaseRowCodec } from '../../wire/release-rows.ts';

const PLACE_TABLES: readonly PlaceTable[] = [
  'visits',
  'dwell',
  'transitions',
  'terminals',
  'demographics',
  'footfall',
];

export const sanitizeOutput = async (registry: SchemaRegistry): Promise<SanitizeOutputCodec> => {
  const location = framedEncoder('location.sanitized', await registry.idOf('location.sanitized'));
  const consent = framedEncoder('privacy.consent', await registry.idOf('privacy.consent'));
  const letter = framedEncoder('dead-letter', await registry.idOf('dead-letter'));
  return {
    location: (record, partition) => ({
      topic: 'location.sanitized',
      partition,
      key: Buffer.from(record.pseudonym, 'latin1'),
      value: location(record),
    }),
    consent: (record, partition) => ({
      topic: 'privacy.consent',
      partition,
      key: Buffer.from((subjectOf(record) ?? record.deviceId).reveal()),
      value: consent(record),
    }),
    deadLetter: ({ reason, place, record: { key, value, offset, unreadable }, atMs }, partition) => ({
      topic: 'dead-letter',
      partition,
      key: null,
      value: letter({
        reason,
        topic: place.topic,
        partition: place.partition,
        offset,
        schemaId: namedId(value),
        byteCount: unreadable?.byteCount ?? (key?.length ?? 0) + (value?.length ?? 0),
        atMs,
        sealedPayload: null,
      }),
    }),
  };
};

const namedId = (value: Buffer | null): number | null => {
  const id = value === null ? -1 : schemaIdOf(value);
  return id < 0 ? null : id;
};

export interface GateOutputOptions {
  readonly registry: SchemaRegistry;
  /** A time as rows write it. */
  readonly iso: (at: EventTime) => string;
}

type RowEncoder = (row: AnyRow) => Buffer;

/** Encoders of all tables' rows. */
const rowEncoders = async ({
  registry,
  iso,
}: GateOutputOptions): Promise<ReadonlyMap<PlaceTable, RowEncoder>> => {
  const encoders = new Map<PlaceTable, RowEncoder>();
  for (const table of PLACE_TABLES) {
    const id = await registry.idOf(`release.${table}`);
    const { encode } = releaseRowCodec(table, iso);
    encoders.set(table, (row) => framed(id, encode(row)));
  }
  return encoders;
};

export const gateOutput = async (
  options: GateOutputOptions,
): Promise<GateOutputCodec<Released<WindowRows>>> => {
  const encoders = await rowEncoders(options);
  const ledger = framedEncoder(TOPICS.ledger, await options.registry.idOf(TOPICS.ledger));
  const { decode } = avroCodec(TOPICS.ledger);
  return {
    rows: ({ value: { table, rows } }, partition) => {
      const encode = encoders.get(table);
      if (encode === undefined) throw new OboroError('BUG', `no encoder of ${table}`);
      return rows.map((row) => ({
        topic: `release.${table}`,
        partition,
        key: Buffer.from(row.unit_id),
        value: encode(row),
      }));
    },
    ledger: (line, partition) => ({ topic: TOPICS.ledger, partition, key: null, value: ledger(line) }),
    ledgerLine: (value) => {
      const line = schemaIdOf(value) < 0 ? null : decode(unframed(value));
      if (line?.kind === 'keep') return line.value;
      throw new OboroError('LEDGER_BROKEN', 'a line of release.ledger cannot be read');
    },
    position: positionRecord,
    readPosition,
  };
};

const POSITION_KEY = Buffer.from('position');

const positionRecord = (position: GatePosition, partition: number): Outgoing => ({
  topic: TOPICS.gate,
  partition,
  key: POSITION_KEY,
  value: Buffer.from(JSON.stringify(position)),
});

type Written = Omit<GatePosition, 'over'> & { readonly over: EpochStart | null };

const readPosition = (value: Buffer): GatePosition => {
  try {
    const { restart, marks, over } = JSON.parse(value.toString('utf8')) as Written;
    // JSON has no −∞: nothing is over yet.
    return { restart, marks, over: over ?? (Number.NEGATIVE_INFINITY as EpochStart) };
  } catch {
    throw new OboroError('STATE_CORRUPT', 'a value of oboro.gate cannot be read');
  }
};
