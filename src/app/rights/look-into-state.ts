/** Restores the task of a partition without taking it over, and counts what its state holds of a subject. */
import { systemRandomness } from '../../adapters/system/clock.ts';
import { SealedChangelog } from '../../adapters/stream/changelog-codec.ts';
import { VaultRecords } from '../../adapters/stream/vault-codec.ts';
import type { Wrapper } from '../../adapters/vault/wrap.ts';
import type { Policy } from '../../model/policy.ts';
import type { RawId, SaltName } from '../../model/identity.ts';
import type { Store } from '../../model/place.ts';
import type { RawErasure } from '../../model/raw.ts';
import { eventTime } from '../../model/time.ts';
import type { Log } from '../../ports/log.ts';
import { Counters } from '../../runtime/counters.ts';
import { EARLIEST } from '../../runtime/engine.ts';
import type { SlotRecord } from '../../runtime/fold-runner.ts';
import { KeyRing } from '../../runtime/key-ring.ts';
import { SanitizeTask } from '../../runtime/sanitize-task.ts';
import { Changelog } from '../../runtime/stream/changelog.ts';
import { replay } from '../../runtime/stream/replay.ts';
import { TOPICS } from '../../runtime/stream/topics.ts';
import { VaultView } from '../../runtime/stream/vault-view.ts';
import { landOf } from '../../topology/parts.ts';
import { sanitizeFlow } from '../../topology/topology.ts';
import type { HeldState, LookIntoState } from './held-state.ts';

export interface StateMeans {
  readonly log: Log;
  readonly policy: Policy;
  readonly stores: readonly Store[];
  readonly wrapper: Wrapper | null;
  /** Name of the deployment. */
  readonly deployment: string;
  readonly deploymentKey: Buffer;
}

/** Reads only: no writer is opened, so the task that owns the partition is not disturbed. */
export const lookIntoState =
  (means: StateMeans): LookIntoState =>
  async (subject, partition) => {
    const { log, policy, stores, wrapper, deployment, deploymentKey } = means;
    const vault = new VaultView(
      new VaultRecords({
        ...{ topic: TOPICS.vault, randomness: systemRandomness, wrapper, imported: null },
        // Whoever asks about a person counts nothing.
        rules: null,
      }),
    );
    await log.readToEnd({ topic: TOPICS.vault, partition: 0 }, null, vault.take);
    const ring = new KeyRing();
    const place = { topic: TOPICS.state, partition };
    const codec = new SealedChangelog<SlotRecord>({
      ...{ place, deployment, keyOf: ring.keyOf, randomness: systemRandomness },
    });
    const settings = { snapshotMinBytes: 0, snapshotFactor: 1 };
    const changelog = new Changelog({ codec, place, log, settings });
    const saved = await changelog.read();
    if (saved === null) return [];
    for (const name of saved.salts) hold(ring, vault, name);
    const land = landOf({ policy, stores });
    const flow = sanitizeFlow({ ...land, keyOf: ring.keyOf }, { deploymentKey, wallBound: EARLIEST });
    const task = new SanitizeTask(flow, NOWHERE, new Counters());
    task.restore(saved.base?.now ?? saved.header.now, changelog.partsOf(saved));
    replay(changelog.operationsOf(saved), task, (now) => task.advance(now));
    const held: HeldState[] = [];
    for (const epoch of task.epochs()) {
      const pseudonym = flow.subjectIn(anyRecordOf(subject), epoch);
      if (pseudonym === null) continue;
      for (const [fold, keys] of Object.entries(task.keysOf(epoch, pseudonym))) {
        if (keys > 0) held.push({ fold, epochStartMs: epoch, keys });
      }
    }
    return held;
  };

const NOWHERE = { location: () => undefined, contribution: () => undefined };

const hold = (ring: KeyRing, vault: VaultView, name: SaltName): void => {
  const known = vault.of(name);
  if (known === undefined || known === 'destroyed') ring.markClosed(name);
  else ring.add(known);
};

/** What tells the flow whose pseudonym is meant. */
const anyRecordOf = (subject: RawId): RawErasure => ({
  kind: 'erasure',
  deviceId: subject,
  memberId: subject.kind === 'member' ? subject : null,
  at: eventTime(0),
  requestId: '',
});
