/**
 * Duplicates: somebody sends the same again, or the same from many devices, so that few people look like many.
 *
 * Knows: how rows come about. Does: repeats events, replays whole batches and contributions, puts many devices on one
 * member. Source: Douceur, "The Sybil attack" (2002), of the kind that needs no accounts. Control: whoever sends is
 * counted, not whoever it is about: every repetition, and every device, is one more.
 */
import type { Pseudonym } from '../../../../src/model/identity.ts';
import { pseudonym } from '../../../../src/model/identity.ts';
import type { RawFix } from '../../../../src/model/raw.ts';
import type { Adversary } from '../score.ts';
import type { Counted } from '../stand.ts';

export const DUPLICATES: Adversary = {
  name: 'duplicates',
  title: 'Duplicates, replays, many devices',
  explanation:
    'Somebody repeats events, sends whole batches again, replays contributions, or puts thirty devices on one member, so that a row appears or a number grows. The numbers are how many released rows change, and how many rows there are about one member. The weakened systems count whatever comes: a repetition as one more person, a device as a person.',
};

/** Every message twice, one after the other. */
export const doubled = <T>(messages: readonly T[]): readonly T[] =>
  messages.flatMap((message) => [message, message]);

/**
 * Every message again after all others: the bounds that stage S keeps are spent by the first, and what is left of them may
 * be taken by the second.
 */
export const replayed = <T>(messages: readonly T[]): readonly T[] => [...messages, ...messages];

/** Every message twice, the second as if of somebody else: what counting events does. */
export const doubledAsOthers = (messages: readonly Counted[]): readonly Counted[] =>
  messages.flatMap((message) => [message, { ...message, subject: otherOf(message.subject) }]);

const otherOf = (subject: Pseudonym): Pseudonym => pseudonym(`again ${subject}`);

/** Repeats of events that come after so many others, within the lateness that is allowed. */
export const repeated = (events: readonly RawFix[], after: number): readonly RawFix[] => {
  const all: RawFix[] = [];
  events.forEach((event, i) => {
    all.push(event);
    const again = events[i - after];
    if (again !== undefined) all.push(again);
  });
  return [...all, ...events.slice(-after)];
};
