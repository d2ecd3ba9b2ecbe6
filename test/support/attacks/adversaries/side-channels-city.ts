/**
 * Side channels in the city: what is said by the way where people who are not released live among those who are.
 *
 * Knows: every published byte of a day with its order, the ledger included. Does: compares all of it with the same day
 * without one person of whom no released row holds anything. Source: as for suppression. Control: a release that lists
 * what it withholds, in the order of arrival.
 */
import type { Pseudonym } from '../../../../src/model/identity.ts';
import type { LedgerLine } from '../../../../src/model/ledger.ts';
import type { Policy } from '../../../../src/model/policy.ts';
import type { Watermark } from '../../../../src/model/time.ts';
import { DAY_MS, eventTime } from '../../../../src/model/time.ts';
import { releaseEntry } from '../../../../src/release/ledger.ts';
import type { Witnessed } from '../../../../src/release/witness.ts';
import { Counters } from '../../../../src/runtime/counters.ts';
import { GateTask } from '../../../../src/runtime/gate-task.ts';
import { KeyRing } from '../../../../src/runtime/key-ring.ts';
import { LedgerKeeper } from '../../../../src/runtime/ledger-keeper.ts';
import { ledgerRules, topology } from '../../../../src/topology/topology.ts';
import { DEPLOYMENT_KEY } from '../stage-s.ts';
import type { Counted, Stand, StandDay } from '../stand.ts';

/** A day as it is published, and, for the judge, who is in it. */
export interface PublishedDay {
  /** All rows and ledger lines in their order. */
  readonly text: string;
  readonly witnessed: readonly Witnessed[];
}

const SALT = Buffer.alloc(32, 11);

/** One day through the product's gate and ledger. */
export const publishedDay = (
  stand: Stand,
  { epoch, messages }: { readonly epoch: StandDay['epoch']; readonly messages: readonly Counted[] },
  gate: Partial<Policy['gate']>,
): PublishedDay => {
  const ring = new KeyRing();
  ring.add({
    name: { audience: 'statistics', epoch },
    bytes: Buffer.from(SALT),
    commitment: '',
    born: true,
  });
  const witnessed: Witnessed[] = [];
  const lines: LedgerLine[] = [];
  const windows: unknown[] = [];
  const keeper = new LedgerKeeper(ledgerRules, (line) => lines.push(line));
  const flow = topology({
    policy: { ...stand.policy, gate: { ...stand.policy.gate, ...gate } },
    stores: stand.stores,
    keyOf: ring.keyOf,
    deploymentKey: DEPLOYMENT_KEY,
    wallBound: eventTime(epoch + 9 * DAY_MS),
    witness: (row) => witnessed.push({ ...row, entries: [...row.entries] }),
  });
  const task = new GateTask(
    flow.release,
    (released) => {
      keeper.release(epoch, releaseEntry(released));
      windows.push(released.value);
    },
    new Counters(),
  );
  task.openEpoch(epoch);
  for (const message of messages) task.accept(message);
  task.advance((epoch + 3 * DAY_MS) as Watermark);
  return { text: JSON.stringify([windows, lines]), witnessed };
};

/** Judge only: who contributed, and is in no released row. */
export const unreleased = (
  messages: readonly Counted[],
  { witnessed }: PublishedDay,
): readonly Pseudonym[] => {
  const inRows = new Set(witnessed.flatMap(({ entries }) => entries.map(({ subject }) => subject)));
  return [...new Set(messages.map(({ subject }) => subject))].filter((subject) => !inRows.has(subject));
};

/** The weakened release: the units of what it withholds, in the order of arrival. */
export const listedWithheld = (messages: readonly Counted[], withheld: ReadonlySet<Pseudonym>): string =>
  messages
    .filter(({ subject }) => withheld.has(subject))
    .map((message) => ('store' in message ? message.store : message.region))
    .join();
