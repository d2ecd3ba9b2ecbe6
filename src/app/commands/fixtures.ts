/** `oboro fixtures consent`. */
import { OboroError } from '../../model/errors.ts';
import { fixturesConsent } from '../fixtures.ts';
import type { TalkOptions } from '../terminal.ts';
import { terminal } from '../terminal.ts';

export interface FixturesFlags extends TalkOptions {
  readonly input: readonly string[];
  readonly out: string;
  readonly policyVersion: string;
  readonly at?: string;
  readonly thirdParty: boolean;
}

export const fixturesConsentCommand = async (flags: FixturesFlags): Promise<void> => {
  const policyVersion = Number(flags.policyVersion);
  if (!Number.isInteger(policyVersion) || policyVersion < 1) {
    throw new OboroError('USAGE', '--policy-version: a whole number from 1 expected');
  }
  const atMs = flags.at === undefined ? null : Date.parse(flags.at);
  if (Number.isNaN(atMs)) throw new OboroError('USAGE', '--at: an ISO 8601 time expected');
  const made = await fixturesConsent({
    inputs: flags.input,
    out: flags.out,
    thirdParty: flags.thirdParty,
    policyVersion,
    atMs,
  });
  const { json, result, talk } = terminal(flags);
  if (json) result(JSON.stringify(made));
  else result(`${made.file}: ${String(made.subjects)} consent records`);
  if (made.skipped > 0)
    talk(`${String(made.skipped)} lines were left out: unreadable, of nobody, or before 2000`);
};
