/** `oboro subject show`: everything that is held of a subject, read and not changed. */
import type { SubjectReport } from '../rights/consent-report.ts';
import { reportLines, subjectReport } from '../rights/consent-report.ts';
import type { RightsMeans } from '../rights/means.ts';
import { withMeans } from '../rights/means.ts';
import type { NamedSubjects, SubjectFlags } from '../rights/named-subjects.ts';
import { allOf, namedSubjects } from '../rights/named-subjects.ts';
import type { SubjectRecords } from '../rights/subject-records.ts';
import type { HeldState, LookIntoState } from '../rights/held-state.ts';
import { readSubject } from '../rights/subject-records.ts';
import { terminal } from '../terminal.ts';

export interface SubjectShowFlags extends SubjectFlags {
  readonly config?: string;
}

export const subjectShow = async (flags: SubjectShowFlags): Promise<void> => {
  const named = await namedSubjects(flags);
  await withMeans(flags.config, (means) => showSubjects(means, named, flags, means.look ?? null));
};

interface Shown extends SubjectReport {
  readonly consentRecords: readonly { readonly atMs: number; readonly policyVersion: number }[];
  readonly erasures: readonly { readonly atMs: number; readonly requestId: string }[];
  /** Null when it was not looked into. */
  readonly state: readonly HeldState[] | null;
}

/** `lookIntoState` null leaves the tasks' state out and says so. */
export const showSubjects = async (
  means: RightsMeans,
  named: NamedSubjects,
  flags: SubjectShowFlags,
  lookIntoState: LookIntoState | null = null,
): Promise<void> => {
  const shown: Shown[] = [];
  for (const subject of allOf(named)) {
    const records = await readSubject(means, subject);
    const state = lookIntoState === null ? null : await lookIntoState(subject, records.partition);
    shown.push({ ...(await subjectReport(means, subject, records)), ...historyOf(records), state });
  }
  const { json, result } = terminal(flags);
  if (json) result(JSON.stringify({ subjects: shown }));
  else for (const line of shown.flatMap(linesOf)) result(line);
};

const historyOf = ({ consents, erasures }: SubjectRecords): Pick<Shown, 'consentRecords' | 'erasures'> => ({
  consentRecords: consents.map(({ at, policyVersion }) => ({ atMs: at, policyVersion })),
  erasures: erasures.map(({ at, requestId }) => ({ atMs: at, requestId })),
});

const iso = (ms: number): string => new Date(ms).toISOString();

const stateLines = ({ state }: Shown): readonly string[] => {
  if (state === null) return ['  state               not looked into'];
  if (state.length === 0) return ['  state               nothing'];
  return state.map(
    ({ fold, epochStartMs, keys }) =>
      `  state               ${fold}: ${String(keys)} entries in the epoch of ${iso(epochStartMs)}`,
  );
};

const linesOf = (shown: Shown): readonly string[] => [
  ...reportLines(shown),
  ...shown.consentRecords.map(
    ({ atMs, policyVersion }) =>
      `  consent record      ${iso(atMs)}, policy version ${String(policyVersion)}`,
  ),
  ...shown.erasures.map(({ atMs, requestId }) => `  erasure             ${iso(atMs)}, request ${requestId}`),
  ...stateLines(shown),
];
