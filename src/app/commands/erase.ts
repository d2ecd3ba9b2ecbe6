/** `oboro erase`. */
import type { RightsMeans } from '../rights/means.ts';
import { withMeans } from '../rights/means.ts';
import type { NamedSubjects, SubjectFlags } from '../rights/named-subjects.ts';
import { namedSubjects } from '../rights/named-subjects.ts';
import { sendErasure } from '../rights/send-rights.ts';
import { terminal } from '../terminal.ts';

export interface EraseFlags extends SubjectFlags {
  readonly config?: string;
}

export const erase = async (flags: EraseFlags): Promise<void> => {
  const named = await namedSubjects(flags);
  await withMeans(flags.config, (means) => eraseSubjects(means, named, flags));
};

/**
 * Asks for the erasure of every subject told: a member, and each of its devices, which were subjects of their own
 * before login.
 *
 * @guarantee G-04
 */
export const eraseSubjects = async (
  means: RightsMeans,
  named: NamedSubjects,
  flags: EraseFlags,
): Promise<void> => {
  const sent = await sendErasure(means, named);
  const { json, result, talk } = terminal(flags);
  if (json) {
    result(JSON.stringify(sent));
    return;
  }
  result(`request ${sent.requestId}: ${String(sent.subjects.length)} subjects`);
  for (const { subject, partition, atMs } of sent.subjects) {
    result(`  ${subject} (partition ${String(partition)}): everything up to ${new Date(atMs).toISOString()}`);
  }
  if (named.member !== null && named.terminals.length === 0) {
    talk('What its devices sent before login is of other subjects: name them with --device to erase it too.');
  }
};
