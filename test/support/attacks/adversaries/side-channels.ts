/**
 * Side channels: what is said by the way.
 *
 * Knows: every published byte with its order and its moment, the ledger included, but only of units that are withheld
 * there is nothing to read. Does: compares all of it with what would have been published had one person of a withheld
 * unit stayed at home. Control: a system that counts what it withholds.
 */
import type { VisitContribution } from '../../../../src/model/contribution.ts';
import type { Tier } from '../../../../src/model/policy.ts';
import { aPolicy, aVisit, clock } from '../../builders.ts';
import { GateRun } from '../../drive.ts';
import { seeded } from '../../seeded.ts';
import type { Adversary } from '../score.ts';

export const SIDE_CHANNELS: Adversary = {
  name: 'side-channels',
  title: 'Side channels',
  explanation:
    'Somebody watches not the numbers but all around them: how many rows there are, their order, what comes out at which closing, the ledger with its hashes. They compare it with the same day without one person, who was where too few people were for a row. The number is the share of days on which anything at all differs, which is none; a system that has a counter of what it withholds differs on each.',
};

/** A day with crowds in one region, and fewer people than k in another. */
export interface QuietDay {
  readonly visits: readonly VisitContribution[];
  readonly victim: string;
}

const FEW = 4;
const CROWDS = ['bakery', 'cinema', 'grocer'] as const;

export const quietDay = (seed: number): QuietDay => {
  const random = seeded(seed);
  const pick = (n: number): number => Math.floor(random() * n);
  const at = (hour: number): string => `${String(hour).padStart(2, '0')}:${String(10 + pick(50))}`;
  const crowds = CROWDS.flatMap((store) =>
    Array.from({ length: 20 + pick(30) }, (_, i) =>
      aVisit(`${store}${i}`, { store, end: clock(at(8 + pick(12))) }),
    ),
  );
  const few = Array.from({ length: 1 + pick(FEW) }, (_, i) =>
    aVisit(`few${i}`, { store: 'inn', end: clock(at(8 + pick(12))) }),
  );
  const visits = [...crowds, ...few].sort(() => random() - 0.5);
  return { visits, victim: `few${pick(few.length)}` };
};

/** Every byte that is published, in its order, and at which closing. */
export const published = (tier: Tier, visits: readonly VisitContribution[]): string => {
  const run = new GateRun({ policy: aPolicy({ gate: { tier } }) });
  run.accept(...visits);
  run.finish();
  return JSON.stringify([run.windows, run.ledger]);
};

/** The weakened system: beside its rows it tells how many contributions it did not release. */
export const withCounter = (tier: Tier, visits: readonly VisitContribution[]): string => {
  const rows = JSON.parse(published(tier, visits)) as [{ rows: { unit_id: string; status: string }[] }[]];
  const released = new Set(
    rows[0].flatMap((window) =>
      window.rows.filter(({ status }) => status === 'RELEASED').map(({ unit_id }) => unit_id),
    ),
  );
  const left = visits.filter(({ store }) => !released.has(store)).length;
  return JSON.stringify([rows, left]);
};

/** Share of days on which something differs without the victim. */
export const tellingDays = (
  days: readonly QuietDay[],
  publish: (visits: readonly VisitContribution[]) => string,
): number => {
  const telling = days.filter(
    ({ visits, victim }) => publish(visits) !== publish(visits.filter(({ subject }) => subject !== victim)),
  );
  return telling.length / days.length;
};
