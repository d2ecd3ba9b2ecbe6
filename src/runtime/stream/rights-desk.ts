/** Acts on consents, erasures and revocations: in the task, on the consent topic, and in the views. */
import type { RawRevocation, RawRight } from '../../model/raw.ts';
import type { WallTime } from '../../model/time.ts';
import type { Outgoing } from '../../ports/log.ts';
import type { Receipt } from '../receipt.ts';
import { receiptOf } from '../receipt.ts';
import type { SanitizeTask } from '../sanitize-task.ts';
import type { ConsentFeed } from './consent-feed.ts';
import type { ConsentTopic } from './consent-topic.ts';

type Right = RawRight | RawRevocation;

export interface RightsDeskOptions {
  readonly task: Pick<SanitizeTask, 'right' | 'rightAfterRestore' | 'remember'>;
  readonly views: Pick<ConsentFeed, 'note'>;
  readonly topic: ConsentTopic;
  readonly write: (record: Outgoing) => void;
  /** Told of each erasure that was carried out, once. */
  readonly receipt: (receipt: Receipt) => void;
}

export class RightsDesk {
  readonly #o: RightsDeskOptions;

  constructor(options: RightsDeskOptions) {
    this.#o = options;
  }

  /** Rights as they come; `isConsents` where they are of the consent topic. */
  take(rights: readonly Right[], now: WallTime, isConsents: boolean): void {
    const { task, views, topic } = this.#o;
    for (const right of rights) {
      task.right(right);
      this.#done(right, now);
    }
    views.note(rights);
    if (isConsents) topic.saw(now);
  }

  /** One that the restored state has acted upon. */
  remember(right: Right, now: WallTime): void {
    this.#o.task.remember(right);
    this.#o.topic.note(right, now);
  }

  /** One that the restored state has not acted upon. */
  afterRestore(right: Right, now: WallTime): void {
    this.#o.task.rightAfterRestore(right);
    this.#done(right, now);
  }

  turn(now: WallTime): void {
    this.#write(this.#o.topic.turn(now));
  }

  #done(right: Right, now: WallTime): void {
    this.#write(this.#o.topic.after(right, now));
    if (right.kind === 'erasure') this.#o.receipt(receiptOf(right));
  }

  #write(records: readonly Outgoing[]): void {
    for (const record of records) this.#o.write(record);
  }
}
