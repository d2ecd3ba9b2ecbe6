/** The views of consents that a deployment keeps in Redis, held against the consents that it was fed (O5). */
import { subjectKey } from '../../../src/adapters/redis/keys.ts';
import { deploymentKeys } from '../../../src/app/cluster.ts';
import type { FeedRecord } from '../../../src/app/feed/records.ts';
import type { Views } from '../../../src/app/views.ts';
import { openViews } from '../../../src/app/views.ts';
import type { Config } from '../../../src/config/config.ts';
import { RawId, subjectOf } from '../../../src/model/identity.ts';
import type { RawConsent, RawRight } from '../../../src/model/raw.ts';
import type { ConsentLook } from '../../../src/ports/views.ts';
import { framedEncoder } from '../../../src/wire/framed.ts';
import { partitionOf } from '../../../src/wire/murmur2.ts';
import { inputOf } from '../stream/stream.ts';
import type { Deployment } from './stand.ts';
import { INPUT_PARTITIONS } from './stand.ts';

const isConsent = (right: RawRight): right is RawConsent => right.kind === 'consent';

/** One consent for each partition, of terminals that never send anything else: nothing but the views may change by them. */
export const newcomers = (
  records: readonly FeedRecord[],
  deployment: Deployment,
  name: string,
): readonly FeedRecord[] => {
  const model = inputOf(records, INPUT_PARTITIONS).rights.find(isConsent);
  if (model === undefined) throw new Error('no consent to go by');
  const encode = framedEncoder('privacy.consent', deployment.idOf('privacy.consent'));
  const made = new Map<number, FeedRecord>();
  for (let i = 0; made.size < INPUT_PARTITIONS; i += 1) {
    const id = `newcomer-${name}-${String(i)}`;
    const key = Buffer.from(id);
    const partition = partitionOf(key, INPUT_PARTITIONS);
    if (made.has(partition)) continue;
    const value = encode({ ...model, deviceId: new RawId('device', id), memberId: null });
    made.set(partition, { topic: 'privacy.consent', partition, key, value });
  }
  return [...made.values()];
};

/** Looks into one Redis, past any proxy. */
export class ViewWatch {
  readonly #views: Views;
  readonly #key: Buffer;

  private constructor(views: Views, key: Buffer) {
    this.#views = views;
    this.#key = key;
  }

  static async open({ redis, kafka, ...config }: Config, port: number): Promise<ViewWatch> {
    const views = await openViews({ redis: { ...redis, nodes: [`127.0.0.1:${String(port)}`] }, kafka });
    if (views === null) throw new Error('the deployment has no Redis');
    const { deploymentKey } = await deploymentKeys({ ...config, redis, kafka });
    return new ViewWatch(views, deploymentKey);
  }

  /** How often each answer was given, of all whose consents these are; `wrong` is an answer that says another consent. */
  async answers(consents: readonly FeedRecord[]): Promise<Readonly<Record<string, number>>> {
    const newest = new Map<string, { readonly right: RawConsent; readonly partition: number }>();
    for (const right of inputOf(consents, INPUT_PARTITIONS).rights) {
      const subject = subjectOf(right);
      if (!isConsent(right) || subject === null) continue;
      const partition = partitionOf(Buffer.from(subject.reveal()), INPUT_PARTITIONS);
      const before = newest.get(`${subject.kind} ${subject.reveal()}`);
      if (before !== undefined && before.right.at > right.at) continue;
      newest.set(`${subject.kind} ${subject.reveal()}`, { right, partition });
    }
    const counts: Record<string, number> = {};
    for (const { right, partition } of newest.values()) {
      const subject = subjectOf(right);
      if (subject === null) continue;
      const look = await this.#views.consents.look(partition, subjectKey(this.#key, subject));
      const answer = answerOf(look, right);
      counts[answer] = (counts[answer] ?? 0) + 1;
    }
    return counts;
  }

  /** Everything that Redis holds is lost, while connections stay. */
  async flush(): Promise<void> {
    const { client } = this.#views;
    await client.flushall();
  }

  /** What only a server itself can be told, such as whom it follows. */
  async tell(...command: readonly [string, ...string[]]): Promise<unknown> {
    const [name, ...rest] = command;
    return this.#views.client.call(name, ...rest);
  }

  close(): Promise<void> {
    return this.#views.close();
  }
}

const answerOf = (look: ConsentLook, right: RawConsent): string => {
  if (look.kind !== 'known') return look.kind;
  if (look.consent === null) return 'unknown';
  const { at, policyVersion } = look.consent;
  return at === right.at && policyVersion === right.policyVersion ? 'known' : 'wrong';
};
