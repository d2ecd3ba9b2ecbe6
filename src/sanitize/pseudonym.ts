/** Replaces identifiers by keyed hashes that mean nothing outside one epoch and audience. */
import { createHmac } from 'node:crypto';
import type { IdKind, Pseudonym, RawId, SaltName, Who } from '../model/identity.ts';
import { pseudonym } from '../model/identity.ts';
import type { Position } from '../model/place.ts';
import type { EpochStart, EventTime } from '../model/time.ts';
import { RecentMap } from './recent-map.ts';

/** 128 bits. */
const PSEUDONYM_BYTES = 16;
/** Terminals remembered per epoch and kind of identifier. */
const REMEMBERED_TERMINALS = 131_072;

/**
 * HMAC-SHA-256 (RFC 2104) over kind ‖ 0x00 ‖ id, cut to 128 bits, 32 hex digits. The kind keeps member "x" apart from
 * device "x"; a cut HMAC is a PRF still.
 *
 * @guarantee G-05
 */
export const pseudonymOf = (key: Buffer, id: RawId): Pseudonym => keyedHash(key, id.kind, id.reveal());

/**
 * The pseudonym of one nearby-shop request. It depends on the app's random token alone, so it belongs to no trace.
 *
 * @guarantee G-05
 */
export const requestPseudonym = (key: Buffer, requestId: string): Pseudonym =>
  keyedHash(key, 'request', requestId);

/** What makes one event of a device different from its others. */
export interface OneEvent {
  readonly deviceId: RawId;
  readonly at: EventTime;
  readonly position: Position;
}

/**
 * A pseudonym for one event of a subject that refuses its terminal id. Equal only for a repeated event: two events
 * differ in time or position, and the outputs of a PRF on different inputs cannot be linked. It takes no counter and
 * no chance, so a replay under the same salt gives the same.
 *
 * @guarantee G-02
 */
export const oncePseudonym = (key: Buffer, { deviceId, at, position }: OneEvent): Pseudonym =>
  keyedHash(key, 'once', [at, position.lat, position.lng, deviceId.reveal()].join('\0'));

const keyedHash = (key: Buffer, kind: IdKind | 'request' | 'once', value: string): Pseudonym =>
  pseudonym(
    createHmac('sha256', key).update(`${kind}\0${value}`).digest().toString('hex', 0, PSEUDONYM_BYTES),
  );

/** Who a statistics event is about: the terminal it came from and the member, if known. */
export interface Terminal {
  readonly terminal: RawId;
  readonly member: RawId | null;
}

/** One member (or none) seen on a terminal; most terminals have one in an epoch, so the rest are chained. */
interface KnownWho {
  readonly member: string | null;
  readonly who: Who;
  readonly next: KnownWho | null;
}

interface EpochMemo<V> {
  readonly key: Buffer;
  readonly byTerminal: Readonly<Record<IdKind, RecentMap<V>>>;
}

/**
 * The pseudonyms made so far, so that a terminal costs one hash per epoch and gets one `Who` object per epoch (per
 * member on it). The memo holds raw identifiers as keys: in this process's memory only, bounded, and for no longer
 * than their epoch's key is open.
 *
 * @guarantee G-05
 */
export class Pseudonyms {
  readonly #whos = new Map<EpochStart, EpochMemo<KnownWho>>();
  readonly #nearby = new Map<EpochStart, EpochMemo<Pseudonym>>();

  /** The subject and terminal under a statistics key. */
  who(key: Buffer, epoch: EpochStart, { terminal, member }: Terminal): Who {
    const memo = memoOf(this.#whos, epoch, key).byTerminal[terminal.kind];
    const id = terminal.reveal();
    const memberId = member === null ? null : member.reveal();
    const first = memo.get(id) ?? null;
    for (let known = first; known !== null; known = known.next) {
      if (known.member === memberId) return known.who;
    }
    const who = whoOf(key, epoch, { terminal, member });
    memo.set(id, { member: memberId, who, next: first });
    return who;
  }

  /** The device under a nearby key. By device, not by member: two devices of a member stay apart for look-ups. */
  nearby(key: Buffer, epoch: EpochStart, device: RawId): Pseudonym {
    const memo = memoOf(this.#nearby, epoch, key).byTerminal[device.kind];
    const id = device.reveal();
    const known = memo.get(id);
    if (known !== undefined) return known;
    const made = pseudonymOf(key, device);
    memo.set(id, made);
    return made;
  }

  /** Drops what was made for epochs that are closed. */
  forget(names: readonly SaltName[]): void {
    for (const { audience, epoch } of names) {
      if (audience === 'statistics') this.#whos.delete(epoch);
      if (audience === 'nearby') this.#nearby.delete(epoch);
    }
  }
}

const whoOf = (key: Buffer, epoch: EpochStart, { terminal, member }: Terminal): Who => {
  const subject = pseudonymOf(key, member ?? terminal);
  if (member === null || terminal.kind === 'member') {
    return { epoch, subject, device: subject, linked: member !== null };
  }
  // A terminal that changes hands, or logs in, must not carry state from one subject to the next.
  const device = keyedHash(key, terminal.kind, `${terminal.reveal()}\0of\0${member.reveal()}`);
  return { epoch, subject, device, linked: true };
};

/** A memo is good for one key object: a key that was zeroed and fetched again starts anew. */
const memoOf = <V>(memos: Map<EpochStart, EpochMemo<V>>, epoch: EpochStart, key: Buffer): EpochMemo<V> => {
  const known = memos.get(epoch);
  if (known?.key === key) return known;
  const fresh: EpochMemo<V> = {
    key,
    byTerminal: {
      member: new RecentMap(REMEMBERED_TERMINALS),
      device: new RecentMap(REMEMBERED_TERMINALS),
      cookie: new RecentMap(REMEMBERED_TERMINALS),
    },
  };
  memos.set(epoch, fresh);
  return fresh;
};
