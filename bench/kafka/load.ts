/** What the bench feeds: members with consent who move through the bundled city, one fix a minute each. */
import { Random } from '../../examples/city/random.ts';
import { readStores } from '../../examples/city/write.ts';
import { join } from 'node:path';
import { packageRoot } from '../../src/app/package-root.ts';
import { PURPOSES, SOURCES } from '../../src/model/consent.ts';
import { RawId } from '../../src/model/identity.ts';
import type { Position } from '../../src/model/place.ts';
import type { RawConsent, RawFix } from '../../src/model/raw.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, eventTime } from '../../src/model/time.ts';
import type { Outgoing } from '../../src/ports/log.ts';
import { framedEncoder } from '../../src/wire/framed.ts';
import { partitionOf } from '../../src/wire/murmur2.ts';
import { benchRegistry } from './registry.ts';

/**
 * `city`: people stay at stores and walk between them, so most fixes repeat a cell. `ask`: the same, but with every fix
 * they ask for shops nearby, so that each is published, under a pseudonym of its own. `ride`: everybody is on a train,
 * so that every fix is in a new cell and is published; to the visit detector, that is the dearest movement.
 */
export type Profile = 'city' | 'ride' | 'ask';

export interface LoadOptions {
  readonly profile: Profile;
  readonly subjects: number;
  readonly partitions: number;
}

interface Person {
  readonly member: RawId;
  readonly device: RawId;
  readonly key: Buffer;
  readonly partition: number;
  readonly random: Random;
  at: Position;
  goal: Position;
  /** Minutes until it leaves. */
  stays: number;
}

const JAPAN_MS = 9 * HOUR_MS;
const POLICY_VERSION = 3;
const DEGREES_PER_M = 1 / 111_200;
const WALK_M_PER_MIN = 80;
const RIDE_M_PER_MIN = 1_800;
const ARRIVED_M = 60;

/** Noon of yesterday in the city: no night rule, nothing in the future, and one hour's salts for an hour of fixes. */
export const noonMs = (now: number): number =>
  Math.floor((now + JAPAN_MS) / DAY_MS - 1) * DAY_MS + DAY_MS / 2 - JAPAN_MS;

const metres = (a: Position, b: Position): number =>
  Math.hypot(a.lat - b.lat, (a.lng - b.lng) * Math.cos((a.lat * Math.PI) / 180)) / DEGREES_PER_M;

export class Load {
  readonly #o: LoadOptions;
  readonly #people: Person[] = [];
  readonly #shops: readonly Position[];
  readonly #encode: (fix: RawFix) => Buffer;
  readonly #startMs: number;
  #made = 0;

  private constructor(options: LoadOptions, encode: (fix: RawFix) => Buffer, startMs: number) {
    this.#o = options;
    this.#encode = encode;
    this.#startMs = startMs;
    const stores = readStores(join(packageRoot(), 'examples', 'city'));
    this.#shops = stores.filter((store) => !store.sensitive).map(({ lat, lng }) => ({ lat, lng }));
    for (let i = 0; i < options.subjects; i++) this.#people.push(this.#person(i));
  }

  static async open(options: LoadOptions, startMs: number): Promise<Load> {
    const encode = framedEncoder('raw.gps', await benchRegistry.idOf('raw.gps'));
    return new Load(options, encode, startMs);
  }

  get subjects(): number {
    return this.#o.subjects;
  }

  /** A consent of everybody to everything. */
  async consents(): Promise<readonly Outgoing[]> {
    const encode = framedEncoder('privacy.consent', await benchRegistry.idOf('privacy.consent'));
    return this.#people.map(({ member, device, key, partition }) => {
      const consent: RawConsent = {
        kind: 'consent',
        deviceId: device,
        memberId: member,
        at: eventTime(this.#startMs - DAY_MS),
        policyVersion: POLICY_VERSION,
        purposes: Object.fromEntries(PURPOSES.map((name) => [name, true])) as RawConsent['purposes'],
        sources: Object.fromEntries(SOURCES.map((name) => [name, true])) as RawConsent['sources'],
      };
      return { topic: 'privacy.consent', partition, key, value: encode(consent) };
    });
  }

  /** The next fixes, in the order of their times. `mark` makes the request id of the n-th, where it is to have one. */
  next(count: number, mark: (n: number) => string | null = () => null): readonly Outgoing[] {
    return Array.from({ length: count }, () => this.#fix(mark));
  }

  #fix(mark: (n: number) => string | null): Outgoing {
    const n = this.#made++;
    const person = this.#people[n % this.#people.length];
    if (person === undefined) throw new Error('no people');
    this.#move(person);
    const { random, device, member, key, partition } = person;
    const fix: RawFix = {
      kind: 'fix',
      deviceId: device,
      memberId: member,
      at: eventTime(this.#startMs + Math.floor((n / this.#people.length) * MINUTE_MS)),
      origin: 'APP',
      thirdPartyId: null,
      position: this.#near(person.at, random, 8),
      accuracyM: 5 + 20 * random.unit(),
      speedMps: null,
      mocked: false,
      requestId: this.#o.profile === 'ask' ? `request-${String(n).padStart(12, '0')}` : mark(n),
    };
    return { topic: 'raw.gps', partition, key, value: this.#encode(fix) };
  }

  #person(i: number): Person {
    const random = new Random(1, i);
    const member = `m-${String(i).padStart(8, '0')}-${random.uint32().toString(16).padStart(8, '0')}`;
    const device = `${random.uint32().toString(16).padStart(8, '0')}-4b1d-4a7e-9c3f-${String(i).padStart(12, '0')}`;
    const key = Buffer.from(member);
    return {
      member: new RawId('member', member),
      device: new RawId('device', device),
      key,
      partition: partitionOf(key, this.#o.partitions),
      random,
      at: this.#near(this.#shop(random), random, 30),
      goal: this.#shop(random),
      stays: Math.floor(random.unit() * 20),
    };
  }

  #shop(random: Random): Position {
    return this.#shops[random.uint32() % this.#shops.length] ?? { lat: 35.68, lng: 139.76 };
  }

  #near({ lat, lng }: Position, random: Random, spreadM: number): Position {
    const off = (): number => (random.unit() - 0.5) * 2 * spreadM * DEGREES_PER_M;
    return { lat: lat + off(), lng: lng + off() };
  }

  #move(person: Person): void {
    const isWalking = this.#o.profile !== 'ride';
    if (isWalking && person.stays > 0) {
      person.stays -= 1;
      return;
    }
    const left = metres(person.at, person.goal);
    const step = isWalking ? WALK_M_PER_MIN : RIDE_M_PER_MIN;
    if (left < step + ARRIVED_M) {
      if (isWalking) person.at = person.goal;
      person.goal = this.#shop(person.random);
      person.stays = 5 + Math.floor(person.random.unit() * 20);
      if (isWalking) return;
    }
    const share = Math.min(1, step / Math.max(1, metres(person.at, person.goal)));
    const { at, goal } = person;
    person.at = { lat: at.lat + (goal.lat - at.lat) * share, lng: at.lng + (goal.lng - at.lng) * share };
  }
}
