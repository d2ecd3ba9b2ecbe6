/** Values of `oboro.contributions`: contributions sealed under their epoch's state key, controls in the clear. */
import type { KeyOf } from '../../flow/keys.ts';
import type { Contribution, Mark, Retraction } from '../../model/contribution.ts';
import type { Control } from '../../model/control.ts';
import { OboroError } from '../../model/errors.ts';
import type { EpochStart } from '../../model/time.ts';
import { epochStart } from '../../model/time.ts';
import type { Randomness } from '../../ports/clock.ts';
import type { Place } from '../../ports/log.ts';
import { avroCodec } from '../../wire/avro.ts';
import { seal, unseal } from '../state/seal.ts';

type Message = Contribution | Retraction;

const SEALED = 1;
const MARK = 2;
const CONTROL = 3;
const HEADER_BYTES = 9;
const LENGTH_BYTES = 4;

const avro = avroCodec('oboro.contributions');

export interface ContributionMeans {
  readonly keyOf: KeyOf;
  readonly randomness: Randomness;
}

/** @guarantee G-04 */
export class SealedContributions {
  readonly #means: ContributionMeans;

  constructor(means: ContributionMeans) {
    this.#means = means;
  }

  seal(at: Place, epoch: EpochStart, messages: readonly Message[]): Buffer {
    const key = this.#means.keyOf({ audience: 'statistics', epoch }, 'state');
    if (key === null) throw goneOn();
    const plain = Buffer.concat(
      messages.flatMap((message) => {
        const bytes = avro.encode(message);
        const length = Buffer.allocUnsafe(LENGTH_BYTES);
        length.writeUInt32LE(bytes.length);
        return [length, bytes];
      }),
    );
    const header = Buffer.allocUnsafe(HEADER_BYTES);
    header.writeUInt8(SEALED);
    header.writeDoubleLE(epoch, 1);
    return Buffer.concat([header, seal(key, plain, this.#means.randomness, boundOf(at, epoch))]);
  }

  readonly control = (message: Control): Buffer =>
    message.kind === 'mark'
      ? Buffer.concat([Buffer.from([MARK]), avro.encode(message)])
      : Buffer.concat([Buffer.from([CONTROL]), Buffer.from(JSON.stringify(message))]);

  read(value: Buffer): Control | { readonly kind: 'sealed'; readonly epoch: EpochStart } {
    if (value[0] === SEALED && value.length > HEADER_BYTES) {
      return { kind: 'sealed', epoch: epochStart(value.readDoubleLE(1)) };
    }
    if (value[0] === MARK) {
      const mark = avro.decode(value.subarray(1));
      if (mark.kind === 'keep' && mark.value.kind === 'mark') return mark.value;
    }
    if (value[0] === CONTROL) return controlOf(value.subarray(1));
    throw corrupt();
  }

  open(at: Place, value: Buffer): readonly Message[] | null {
    const epoch = epochStart(value.readDoubleLE(1));
    const key = this.#means.keyOf({ audience: 'statistics', epoch }, 'state');
    if (key === null) return null;
    const plain = unseal(key, value.subarray(HEADER_BYTES), boundOf(at, epoch));
    const messages: Message[] = [];
    for (let from = 0; from < plain.length;) {
      const start = from + LENGTH_BYTES;
      const end = start + plain.readUInt32LE(from);
      const message = avro.decode(plain.subarray(start, end));
      if (message.kind !== 'keep' || message.value.kind === 'mark') throw corrupt();
      messages.push(message.value);
      from = end;
    }
    return messages;
  }
}

const boundOf = ({ topic, partition }: Place, epoch: EpochStart): string =>
  [topic, partition, epoch].join('|');

/** Only tasks of this deployment write here; its access is theirs alone. */
const controlOf = (text: Buffer): Exclude<Control, Mark> => {
  try {
    return JSON.parse(text.toString('utf8')) as Exclude<Control, Mark>;
  } catch {
    throw corrupt();
  }
};

/** A salt dies only when its epoch is released to the end: whoever still has something to add to it is a straggler. */
const goneOn = (): OboroError =>
  new OboroError('TASK_LOST', 'another worker has gone on with this task and ended an epoch', {
    retriable: true,
  });

const corrupt = (): OboroError =>
  new OboroError('STATE_CORRUPT', 'a value of oboro.contributions cannot be read', {
    hint: 'It was written by another version of oboro, or by somebody else.',
  });
