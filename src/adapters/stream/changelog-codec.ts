/** Values of `oboro.state`: where a task stands in the clear, operations and states sealed under their epoch's state key. */
import { deserialize, serialize } from 'node:v8';
import type { KeyOf } from '../../flow/keys.ts';
import { OboroError } from '../../model/errors.ts';
import type { SaltName } from '../../model/identity.ts';
import type { EventTime, Watermark } from '../../model/time.ts';
import { epochStart, eventTime, watermark } from '../../model/time.ts';
import type { Randomness } from '../../ports/clock.ts';
import type { Place, Position } from '../../ports/log.ts';
import { avroCodec } from '../../wire/avro.ts';
import type { AvroValues } from '../../wire/avro.ts';
import { seal, unseal } from '../state/seal.ts';
import { OperationBytes } from './operation-bytes.ts';
import type { NumberedOperation } from './read-operations.ts';
import { readOperations } from './read-operations.ts';

type StateValue = AvroValues['oboro.state'];

interface Header {
  readonly kind: 'delta' | 'snapshot';
  readonly sequence: number;
  readonly partitions: number;
  readonly rules: string;
  readonly positions: readonly Position[];
  readonly clocks: readonly { readonly topic: string; readonly clock: EventTime }[];
  readonly now: Watermark;
  readonly marked: Watermark;
}

interface Read {
  readonly header: Header;
  readonly isChunk: boolean;
  readonly salts: readonly SaltName[];
  readonly bytes: Buffer;
}

/** States of one fold in one epoch; the states themselves are the fold's own. */
interface Part<R> {
  readonly node: string;
  readonly salt: SaltName;
  readonly records: readonly R[];
}

export type ReadOperation = { readonly kind: 'advance'; readonly now: Watermark } | NumberedOperation;

export interface ChangelogMeans {
  readonly place: Place;
  /** Two deployments on the same topics cannot open each other's states, and so stop before they write. */
  readonly deployment: string;
  readonly keyOf: KeyOf;
  readonly randomness: Randomness;
}

/** States sealed together, as far as they fit. */
const RECORDS_PER_CHUNK = 1_000;
/** A value may have a megabyte; this leaves room for what stands around it. */
const MAX_CHUNK_BYTES = 768 * 1_024;
/** Changes with every change of the shape of a state or an operation. */
const FORMAT = 4;

const avro = avroCodec('oboro.state');

/**
 * `R` is the state of one key as the runtime has it.
 *
 * @guarantee G-04
 * @guarantee G-08
 */
export class SealedChangelog<R> {
  readonly #means: ChangelogMeans;

  constructor(means: ChangelogMeans) {
    this.#means = means;
  }

  writer(): OperationBytes {
    return new OperationBytes();
  }

  /** One value or several, in the order of their operations. */
  delta(header: Header, operations: OperationBytes): readonly Buffer[] {
    return operations.groups.map(({ advances, parts }) => {
      const sealed = parts.flatMap(({ salt, plain }) => this.#seal(salt, plain, header));
      return encode(avroHeader(header), advances, sealed);
    });
  }

  /** The state of an epoch that was closed meanwhile is of no use to anybody, and left out. */
  snapshot(header: Header, parts: readonly Part<R>[]): readonly Buffer[] {
    const start = encode(avroHeader(header), [], []);
    const chunks = parts.flatMap((part) =>
      slices(part).flatMap((plain) => {
        const sealed = this.#seal(part.salt, plain, header);
        return sealed.length === 0 ? [] : [encode({ ...avroHeader(header), kind: 'chunk' }, [], sealed)];
      }),
    );
    return [start, ...chunks];
  }

  read(bytes: Buffer): Read {
    const state = decode(bytes);
    const { partition } = this.#means.place;
    const header: Header = {
      kind: state.kind === 'delta' ? 'delta' : 'snapshot',
      sequence: state.sequence,
      partitions: state.partitions,
      rules: state.rules,
      positions: state.positions.map(({ topic, offset }) => ({ topic, partition, offset })),
      clocks: state.clocks.map(({ topic, clockMs }) => ({ topic, clock: eventTime(clockMs) })),
      now: watermark(state.watermarkMs),
      marked: watermark(state.markedMs),
    };
    return { header, isChunk: state.kind === 'chunk', salts: state.parts.map(saltOf), bytes };
  }

  operations({ bytes, header }: Read): readonly ReadOperation[] {
    const state = decode(bytes);
    const advances = state.advances.map(({ index, watermarkMs }) => ({
      kind: 'advance' as const,
      index,
      now: watermark(watermarkMs),
    }));
    const sealed = state.parts.flatMap((part) => {
      const plain = this.#open(part, header);
      return plain === null ? [] : readOperations(plain, saltOf(part));
    });
    return [...advances, ...sealed].sort((a, b) => a.index - b.index);
  }

  parts({ bytes, header }: Read): readonly Part<R>[] {
    return decode(bytes).parts.flatMap((part) => {
      const plain = this.#open(part, header);
      return plain === null ? [] : [{ ...(deserialize(plain) as Slice<R>), salt: saltOf(part) }];
    });
  }

  #seal(salt: SaltName, plain: Buffer, header: Header): StateValue['parts'] {
    const { keyOf, randomness } = this.#means;
    const key = keyOf(salt, 'state');
    if (key === null) return [];
    const sealed = seal(key, plain, randomness, this.#bound(salt, header));
    const { audience, epoch } = salt;
    return [
      { audience, epoch, nonce: sealed.subarray(0, NONCE_BYTES), sealed: sealed.subarray(NONCE_BYTES) },
    ];
  }

  #open(part: StateValue['parts'][number], header: Header): Buffer | null {
    const salt = saltOf(part);
    const key = this.#means.keyOf(salt, 'state');
    if (key === null) return null;
    return unseal(key, Buffer.concat([part.nonce, part.sealed]), this.#bound(salt, header));
  }

  /** A part opens only where it was sealed: same deployment, partition, epoch, kind and commit. */
  #bound({ audience, epoch }: SaltName, { kind, sequence }: Header): string {
    const { place, deployment } = this.#means;
    const { topic, partition } = place;
    return [FORMAT, deployment, topic, partition, audience, epoch, kind, sequence].join('|');
  }
}

const NONCE_BYTES = 12;

type Slice<R> = Omit<Part<R>, 'salt'>;

/** The states of a part, serialized in pieces that fit into values. */
const slices = <R>({ node, records }: Part<R>): readonly Buffer[] => {
  const found: Buffer[] = [];
  for (let i = 0; i < records.length; i += RECORDS_PER_CHUNK) {
    found.push(...halved({ node, records: records.slice(i, i + RECORDS_PER_CHUNK) }));
  }
  return found;
};

/** States differ in size a thousandfold: what is too large together is taken in halves. */
const halved = <R>(slice: Slice<R>): readonly Buffer[] => {
  const bytes = serialize(slice);
  const { node, records } = slice;
  if (bytes.length <= MAX_CHUNK_BYTES || records.length === 1) return [bytes];
  const half = records.length >> 1;
  return [
    ...halved({ node, records: records.slice(0, half) }),
    ...halved({ node, records: records.slice(half) }),
  ];
};

const saltOf = ({ audience, epoch }: StateValue['parts'][number]): SaltName => ({
  audience,
  epoch: epochStart(epoch),
});

type AvroHeader = Omit<StateValue, 'advances' | 'parts'>;

const avroHeader = ({ positions, clocks, now, marked, ...header }: Header): AvroHeader => ({
  kind: header.kind,
  sequence: header.sequence,
  partitions: header.partitions,
  rules: header.rules,
  positions: positions.map(({ topic, offset }) => ({ topic, offset })),
  clocks: clocks.map(({ topic, clock }) => ({ topic, clockMs: clock })),
  watermarkMs: now,
  markedMs: marked,
});

const encode = (header: AvroHeader, advances: StateValue['advances'], parts: StateValue['parts']): Buffer =>
  Buffer.concat([Buffer.from([FORMAT]), avro.encode({ ...header, advances, parts })]);

const decode = (bytes: Buffer): StateValue => {
  const outcome = bytes[0] === FORMAT ? avro.decode(bytes.subarray(1)) : null;
  if (outcome?.kind === 'keep') return outcome.value;
  throw new OboroError('STATE_CORRUPT', 'a value of oboro.state cannot be read', {
    hint: 'It was written by another version of oboro, or by somebody else. See docs/operations.md.',
  });
};
