/** A deliberately weak release: every contribution is published on each rung that qualifies, instead of once. */
import type { VisitContribution } from '../../../src/model/contribution.ts';
import { UnitList } from '../../../src/place/units.ts';
import { VISIT_RUNGS } from '../../../src/release/rungs.ts';
import { calendarOf } from '../../../src/topology/parts.ts';
import type { Group } from './adversaries/differencing.ts';
import type { Stand, StandDay } from './stand.ts';

/** As if the secret draw were always in the middle. */
const DRAW = 3;

const isVisit = (message: StandDay['contributions'][number]): message is VisitContribution =>
  message.kind === 'visit';

export const copiedGroups = (stand: Stand, day: StandDay): readonly Group[] => {
  const { policy, stores } = stand;
  const [units, calendar] = [new UnitList(stores), calendarOf(policy)];
  const visits = day.contributions.filter(isVisit);
  return VISIT_RUNGS.flatMap(({ windowKind, unitOf }, rung) => {
    const groups = new Map<string, VisitContribution[]>();
    for (const visit of visits) {
      const unit = unitOf(visit, units);
      if (unit === null) continue;
      const name = `${unit.id}|${calendar.windowAt(windowKind, visit.end).start}`;
      const held = groups.get(name);
      if (held === undefined) groups.set(name, [visit]);
      else held.push(visit);
    }
    return [...groups]
      .filter(
        ([, held]) =>
          new Set(held.filter(({ linked }) => linked).map(({ subject }) => subject)).size >=
          policy.gate.k + DRAW,
      )
      .map(([name, entries]): Group => ({ series: `rung ${rung}`, name, entries }));
  });
};
