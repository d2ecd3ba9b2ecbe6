/** What an attacker makes of `location.sanitized` first: the trace of each pseudonym in its epoch. */
import type { Pseudonym } from '../../../../src/model/identity.ts';
import { pseudonym } from '../../../../src/model/identity.ts';
import type { CellId } from '../../../../src/model/place.ts';
import type { SanitizedLocation } from '../../../../src/model/sanitized.ts';
import type { EpochStart, EventTime } from '../../../../src/model/time.ts';

/** A cell in a time bucket. */
export interface Seen {
  readonly cell: CellId;
  readonly at: EventTime;
}

/** All that one pseudonym showed, in order of time. */
export interface Trace {
  readonly name: string;
  readonly epoch: EpochStart;
  readonly seen: readonly [Seen, ...Seen[]];
}

export const lastOf = ({ seen }: Trace): Seen => seen[seen.length - 1] ?? seen[0];

export const seenKey = ({ cell, at }: Seen): string => `${cell}|${at}`;

/** The pseudonym of a trace that is named `byPseudonym`. */
export const pseudonymIn = ({ name }: Trace): Pseudonym => pseudonym(name.slice(name.indexOf('|') + 1));

/** The name under which a location is found in the traces; null leaves it out. */
export type NameOf = (location: SanitizedLocation) => string | null;

/** As published: by pseudonym and epoch. A lookup with a request id has a pseudonym of its own and is in no trace. */
export const byPseudonym: NameOf = ({ requestId, epoch, pseudonym: name }) =>
  requestId === null ? `${epoch}|${name}` : null;

export const tracesOf = (locations: readonly SanitizedLocation[], nameOf: NameOf): readonly Trace[] => {
  const held = new Map<string, { epoch: EpochStart; seen: Map<string, Seen> }>();
  for (const location of locations) {
    const name = nameOf(location);
    if (name === null) continue;
    const { epoch, cell, bucketStart: at } = location;
    const trace = held.get(name) ?? { epoch, seen: new Map<string, Seen>() };
    held.set(name, trace);
    trace.seen.set(seenKey({ cell, at }), { cell, at });
  }
  return [...held].flatMap(([name, { epoch, seen }]) => {
    const [first, ...others] = [...seen.values()].sort((a, b) => a.at - b.at);
    return first === undefined ? [] : [{ name, epoch, seen: [first, ...others] as const }];
  });
};
