/** `oboro consent show|set`. */
import type { Purpose, Source } from '../../model/consent.ts';
import { PURPOSES, SOURCES } from '../../model/consent.ts';
import { OboroError } from '../../model/errors.ts';
import type { RawId } from '../../model/identity.ts';
import type { RawConsent } from '../../model/raw.ts';
import { reportLines, subjectReport } from '../rights/consent-report.ts';
import type { RightsMeans } from '../rights/means.ts';
import { withMeans } from '../rights/means.ts';
import type { NamedSubjects, SubjectFlags } from '../rights/named-subjects.ts';
import { allOf, namedSubjects } from '../rights/named-subjects.ts';
import { afterAll, sendConsent } from '../rights/send-rights.ts';
import { isErasedNow, readSubject } from '../rights/subject-records.ts';
import { terminal } from '../terminal.ts';

export interface ConsentShowFlags extends SubjectFlags {
  readonly config?: string;
}

export interface ConsentSetFlags extends ConsentShowFlags {
  /** Purposes and sources. */
  readonly grant?: readonly string[];
  readonly refuse?: readonly string[];
  readonly grantAll?: boolean;
  readonly refuseAll?: boolean;
  readonly policyVersion?: string;
}

export const consentShow = async (flags: ConsentShowFlags): Promise<void> => {
  const named = await namedSubjects(flags);
  await withMeans(flags.config, (means) => showConsents(means, named, flags));
};

/** Reads the partitions of the subjects and says what their records come to. */
export const showConsents = async (
  means: RightsMeans,
  named: NamedSubjects,
  flags: ConsentShowFlags,
): Promise<void> => {
  const reports = [];
  for (const subject of allOf(named)) {
    reports.push(await subjectReport(means, subject, await readSubject(means, subject)));
  }
  const { json, result } = terminal(flags);
  if (json) result(JSON.stringify({ subjects: reports }));
  else for (const line of reports.flatMap(reportLines)) result(line);
};

export const consentSet = async (flags: ConsentSetFlags): Promise<void> => {
  const change = changeOf(flags);
  const named = await namedSubjects(flags);
  await withMeans(flags.config, (means) => setConsent(means, named, { ...flags, change }));
};

/** What to switch, and the policy version agreed to; null keeps that of the newest record. */
export interface ConsentChange {
  readonly granted: ReadonlySet<string>;
  readonly refused: ReadonlySet<string>;
  readonly policyVersion: number | null;
}

/** Throws USAGE. */
export const changeOf = (flags: ConsentSetFlags): ConsentChange => {
  const known: readonly string[] = [...PURPOSES, ...SOURCES];
  const namesOf = (option: string, names: readonly string[] = [], all = false): ReadonlySet<string> => {
    if (names.some((name) => !known.includes(name))) {
      throw new OboroError('USAGE', `${option}: one of ${known.join(', ')} expected`);
    }
    return new Set(all ? known : names);
  };
  const granted = namesOf('--grant', flags.grant, flags.grantAll);
  const refused = namesOf('--refuse', flags.refuse, flags.refuseAll);
  if (granted.size + refused.size === 0) {
    throw new OboroError(
      'USAGE',
      'nothing to change: --grant, --refuse, --grant-all or --refuse-all expected',
    );
  }
  for (const name of granted) {
    if (refused.has(name)) throw new OboroError('USAGE', `${name}: both granted and refused`);
  }
  return { granted, refused, policyVersion: versionOf(flags.policyVersion) };
};

const versionOf = (text: string | undefined): number | null => {
  if (text === undefined) return null;
  const version = Number(text);
  if (Number.isInteger(version) && version >= 0 && version < 2 ** 31) return version;
  throw new OboroError('USAGE', '--policy-version: a whole number, 0 or more, expected');
};

/** One subject: a member, told with one of its devices or without, or one device. */
const oneOf = ({
  member,
  terminals,
}: NamedSubjects): { readonly subject: RawId; readonly device: RawId | null } => {
  const [first, ...more] = terminals;
  const subject = member ?? first;
  if (subject === undefined || more.length > 0) {
    throw new OboroError(
      'USAGE',
      'one subject at a time: a member, with one of its devices or without, or a device',
    );
  }
  return { subject, device: first ?? null };
};

/**
 * Sends one consent record: the newest one with these changes, or, without any, all refused but these. What was not
 * named stays as it is.
 */
export const setConsent = async (
  means: RightsMeans,
  named: NamedSubjects,
  { change, ...flags }: ConsentShowFlags & { readonly change: ConsentChange },
): Promise<void> => {
  const { subject, device } = oneOf(named);
  const { consents, current } = await readSubject(means, subject);
  const before = isErasedNow(current) ? undefined : consents.reduce<RawConsent | undefined>(newer, undefined);
  const policyVersion = change.policyVersion ?? before?.policyVersion;
  if (policyVersion === undefined) {
    throw new OboroError('USAGE', '--policy-version: needed, because the subject has no consent record yet');
  }
  const memberId = subject.kind === 'member' ? subject : null;
  const at = await afterAll(means, subject);
  // A record names a device; a member known by none is its own.
  const deviceId = device ?? before?.deviceId ?? subject;
  const consent: RawConsent = {
    kind: 'consent',
    deviceId,
    memberId,
    at,
    policyVersion,
    ...switched(before, change),
  };
  const { partition } = await sendConsent(means, consent);
  const { json, result } = terminal(flags);
  const said = { subject: subject.kind, partition, atMs: at, policyVersion };
  if (json) result(JSON.stringify({ ...said, purposes: consent.purposes, sources: consent.sources }));
  else result(`${said.subject} (partition ${String(partition)}): recorded for ${new Date(at).toISOString()}`);
};

const newer = (a: RawConsent | undefined, b: RawConsent): RawConsent =>
  a !== undefined && a.at > b.at ? a : b;

const switched = (
  before: RawConsent | undefined,
  { granted, refused }: ConsentChange,
): Pick<RawConsent, 'purposes' | 'sources'> => {
  const turn = (name: string, was: boolean): boolean => granted.has(name) || (was && !refused.has(name));
  const each = <K extends string>(names: readonly K[], was: Readonly<Record<K, boolean>> | undefined) =>
    Object.fromEntries(names.map((name) => [name, turn(name, was?.[name] ?? false)])) as Record<K, boolean>;
  return {
    purposes: each<Purpose>(PURPOSES, before?.purposes),
    sources: each<Source>(SOURCES, before?.sources),
  };
};
