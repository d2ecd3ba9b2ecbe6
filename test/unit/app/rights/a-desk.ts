/** A desk at which a person's rights are served: a log, a registry that knows our schemas, a clock, and what was printed. */
import { vi } from 'vitest';
import type { RightsMeans } from '../../../../src/app/rights/means.ts';
import type { NamedSubjects } from '../../../../src/app/rights/named-subjects.ts';
import type { Purpose, Source } from '../../../../src/model/consent.ts';
import { PURPOSES } from '../../../../src/model/consent.ts';
import { RawId, subjectOf } from '../../../../src/model/identity.ts';
import type { RawConsent } from '../../../../src/model/raw.ts';
import { eventTime, wallTime } from '../../../../src/model/time.ts';
import type { ConsentLook } from '../../../../src/ports/views.ts';
import type { RightTopic } from '../../../../src/app/rights/subject-records.ts';
import { framedEncoder } from '../../../../src/wire/framed.ts';
import { TopicIntake } from '../../../../src/wire/intake-record.ts';
import { partitionOf } from '../../../../src/wire/murmur2.ts';
import { SCHEMAS } from '../../../../src/wire/schemas.gen.ts';
import { SmallLog } from '../../../support/small-log.ts';

export const PARTITIONS = 6;
const ID = 5;

export const member = new RawId('member', 'canary-member');
export const device = new RawId('device', 'canary-device');
export const named = (over: Partial<NamedSubjects> = {}): NamedSubjects => ({
  member,
  terminals: [],
  ...over,
});

const switches = <K extends string>(names: readonly K[], on: readonly string[]): Record<K, boolean> =>
  Object.fromEntries(names.map((name) => [name, on.includes(name)])) as Record<K, boolean>;

/** A choice; `on` are the purposes and sources granted. */
export const aChoice = (
  at: number,
  on: readonly (Purpose | Source)[] = [],
  over: Partial<RawConsent> = {},
): RawConsent => ({
  kind: 'consent',
  deviceId: device,
  memberId: member,
  at: eventTime(at),
  policyVersion: 1,
  purposes: switches(PURPOSES, on),
  sources: switches<Source>(['location', 'terminalId', 'cookies'], on),
  ...over,
});

export class Desk {
  now = 10_000;
  isRegistryAway = false;
  look: ConsentLook = { kind: 'away' };
  readonly log = new SmallLog({ 'privacy.consent': PARTITIONS, 'privacy.erasure': PARTITIONS });
  readonly printed: string[] = [];
  readonly means: RightsMeans = {
    log: this.log,
    registry: {
      idOf: () => Promise.resolve(ID),
      schemasOf: (topic) =>
        Promise.resolve(
          this.isRegistryAway
            ? { kind: 'away' }
            : { kind: 'known', schemas: [{ id: ID, schema: SCHEMAS[topic as RightTopic] }] },
        ),
      remembered: () => Promise.resolve([]),
      close: () => undefined,
    },
    clock: { now: () => wallTime(this.now), sleep: () => Promise.resolve() },
    randomness: { bytes: (length) => Buffer.alloc(length, 0xab) },
    views: { look: () => Promise.resolve(this.look) },
    deploymentKey: Buffer.alloc(32, 1),
    policy: {
      consent: {
        acceptedVersions: Object.fromEntries(PURPOSES.map((purpose) => [purpose, [1]])) as unknown as Record<
          Purpose,
          number[]
        >,
      },
    },
    application: 'oboro.test',
  };

  constructor() {
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      this.printed.push(String(text));
      return true;
    });
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      this.printed.push(String(text));
      return true;
    });
  }

  /** What was printed as one JSON result. */
  get json(): unknown {
    return JSON.parse(this.printed.at(-1) ?? 'null') as unknown;
  }

  hasConsent(consent: RawConsent): void {
    const key = Buffer.from((subjectOf(consent) ?? device).reveal());
    const value = framedEncoder('privacy.consent', ID)(consent);
    this.log.append({ topic: 'privacy.consent', partition: partitionOf(key, PARTITIONS), key, value });
  }

  /** What the records of a commit say, as a worker reads them. */
  read(commit: number): readonly unknown[] {
    return (this.log.commits[commit] ?? []).map(({ topic, partition, key, value }) => {
      const intake = new TopicIntake({ topic: topic as RightTopic, partitions: PARTITIONS });
      intake.learn(ID, SCHEMAS[topic as RightTopic]);
      const outcome = intake.decode({ key, value }, partition);
      if (outcome.kind !== 'keep') return [topic, outcome.kind, key?.toString()];
      return [topic, outcome.value, key?.toString()];
    });
  }
}
