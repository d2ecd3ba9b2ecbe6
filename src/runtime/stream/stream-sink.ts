/** Where the results and moves of a sanitize task go: into the next transaction; on replay nowhere. */
import type { Contribution, Retraction } from '../../model/contribution.ts';
import type { SanitizedLocation } from '../../model/sanitized.ts';
import type { Watermark } from '../../model/time.ts';
import { eventTime } from '../../model/time.ts';
import type { SanitizeSink, StateMoves } from '../sanitize-task.ts';
import type { Changelog } from './changelog.ts';
import type { SanitizeOutputCodec } from './codecs.ts';
import type { Outbox } from './outbox.ts';

export interface StreamSinkOptions {
  readonly partition: number;
  readonly output: Pick<SanitizeOutputCodec, 'location'>;
  readonly outbox: Outbox;
  readonly changelog: Changelog;
}

export class StreamSink implements SanitizeSink {
  readonly #o: StreamSinkOptions;
  readonly moves: StateMoves;
  /** A state is being restored: all of it was written before. */
  isReplaying = false;
  /** Contributions known before this are told as known now: nothing that a mark vouched for may still come. */
  floor: Watermark;

  constructor(options: StreamSinkOptions, floor: Watermark) {
    this.#o = options;
    this.floor = floor;
    const { changelog } = options;
    this.moves = {
      location: (record) => {
        if (!this.isReplaying) changelog.operations.location(record);
      },
      fix: (near) => {
        if (!this.isReplaying) changelog.operations.fix(near);
      },
      retract: (...what) => {
        if (!this.isReplaying) changelog.operations.retract(...what);
      },
    };
  }

  readonly location = (record: SanitizedLocation): void => {
    const { output, outbox, partition } = this.#o;
    if (!this.isReplaying) outbox.record(output.location(record, partition));
  };

  readonly contribution = (message: Contribution | Retraction): void => {
    if (this.isReplaying) return;
    const isLate = message.kind !== 'retract' && message.knownAt < this.floor;
    this.#o.outbox.contribution(isLate ? { ...message, knownAt: eventTime(this.floor) } : message);
  };
}
