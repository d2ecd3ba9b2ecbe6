/** A subject's consent as commands show it: switches with since when, never who. */
import { subjectKey } from '../../adapters/redis/keys.ts';
import type { Grant, Purpose } from '../../model/consent.ts';
import { PURPOSES, SOURCES } from '../../model/consent.ts';
import type { RawId } from '../../model/identity.ts';
import type { SubjectConsent } from '../../sanitize/consent.ts';
import type { RightsMeans } from './means.ts';
import type { SubjectRecords } from './subject-records.ts';
import { isErasedNow } from './subject-records.ts';

export interface SwitchReport {
  readonly granted: boolean;
  readonly sinceMs: number | null;
}

export interface ConsentReport {
  readonly atMs: number;
  readonly policyVersion: number;
  readonly erasedAtMs: number | null;
  readonly purposes: Readonly<Record<string, SwitchReport>>;
  readonly sources: Readonly<Record<string, SwitchReport>>;
  /** Granted purposes that do not accept the policy version agreed to, so that nothing is served for them. */
  readonly notAccepted: readonly Purpose[];
}

/** `behind`: the view has not seen the newest record yet; `none`: there is no Redis. */
export type ViewState = 'current' | 'behind' | 'stale' | 'away' | 'none';

export interface SubjectReport {
  /** Which kind of identifier it was told by. */
  readonly subject: string;
  readonly partition: number;
  /** Null without any record. */
  readonly consent: ConsentReport | null;
  readonly unreadable: number;
  readonly view: ViewState;
}

const switchesOf = <K extends string>(
  names: readonly K[],
  grants: Readonly<Record<K, Grant>>,
): Readonly<Record<string, SwitchReport>> =>
  Object.fromEntries(
    names.map((name) => [name, { granted: grants[name].since !== null, sinceMs: grants[name].since }]),
  );

export const consentReport = (
  consent: SubjectConsent,
  { consent: { acceptedVersions } }: RightsMeans['policy'],
): ConsentReport => ({
  atMs: consent.at,
  policyVersion: consent.policyVersion,
  erasedAtMs: consent.erasedAt,
  purposes: switchesOf(PURPOSES, consent.purposes),
  sources: switchesOf(SOURCES, consent.sources),
  notAccepted: PURPOSES.filter(
    (purpose) =>
      consent.purposes[purpose].since !== null && !acceptedVersions[purpose].includes(consent.policyVersion),
  ),
});

const viewState = async (
  { views, deploymentKey }: RightsMeans,
  subject: RawId,
  { partition, current }: SubjectRecords,
): Promise<ViewState> => {
  if (views === null) return 'none';
  const look = await views.look(partition, subjectKey(deploymentKey, subject));
  if (look.kind !== 'known') return look.kind;
  // An erased subject is in no view.
  const isCurrent =
    current === null || isErasedNow(current) ? look.consent === null : look.consent?.at === current.at;
  return isCurrent ? 'current' : 'behind';
};

export const subjectReport = async (
  means: RightsMeans,
  subject: RawId,
  records: SubjectRecords,
): Promise<SubjectReport> => ({
  subject: subject.kind,
  partition: records.partition,
  consent: records.current === null ? null : consentReport(records.current, means.policy),
  unreadable: records.unreadable,
  view: await viewState(means, subject, records),
});

const VIEW_WORDS: Readonly<Record<ViewState, string>> = {
  current: 'current',
  behind: 'not there yet',
  stale: 'being built',
  away: 'Redis cannot be reached',
  none: 'no Redis is set up',
};

const iso = (ms: number): string => new Date(ms).toISOString();

const switchLine = ([name, { granted, sinceMs }]: [string, SwitchReport]): string =>
  `  ${name.padEnd(20)}${granted && sinceMs !== null ? `granted since ${iso(sinceMs)}` : 'refused'}`;

const consentLines = (consent: ConsentReport): readonly string[] => [
  `  newest record       ${iso(consent.atMs)}, policy version ${String(consent.policyVersion)}`,
  ...(consent.erasedAtMs === null
    ? []
    : [`  erased              everything up to ${iso(consent.erasedAtMs)}`]),
  ...Object.entries(consent.purposes).map(switchLine),
  ...Object.entries(consent.sources).map(switchLine),
  ...consent.notAccepted.map(
    (purpose) => `  not served          ${purpose}: the policy version is not accepted`,
  ),
];

export const reportLines = (report: SubjectReport): readonly string[] => [
  `${report.subject} (partition ${String(report.partition)})`,
  ...(report.consent === null ? ['  no record: nothing is served'] : consentLines(report.consent)),
  ...(report.unreadable === 0 ? [] : [`  unreadable          ${String(report.unreadable)} records`]),
  `  view                ${VIEW_WORDS[report.view]}`,
];
