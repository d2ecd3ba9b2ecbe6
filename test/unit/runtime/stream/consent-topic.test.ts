import { describe, expect, it } from 'vitest';
import { PURPOSES } from '../../../../src/model/consent.ts';
import type { RawConsent, RawRight } from '../../../../src/model/raw.ts';
import { HOUR_MS, wallTime } from '../../../../src/model/time.ts';
import type { Outgoing } from '../../../../src/ports/log.ts';
import { ConsentTopic } from '../../../../src/runtime/stream/consent-topic.ts';
import { landOf } from '../../../../src/topology/parts.ts';
import { sanitizeFlow } from '../../../../src/topology/topology.ts';
import { TOWN, aConsent, aPolicy, anErasure, clock } from '../../../support/builders.ts';

const START = wallTime(clock('00:00'));
const ann = { member: 'ann', device: 'phone-ann' };

const aFlow = () => {
  const land = landOf({ policy: aPolicy(), stores: TOWN });
  const options = { deploymentKey: Buffer.alloc(32, 7), wallBound: clock('00:00', 60) };
  return sanitizeFlow({ ...land, keyOf: () => null }, options);
};

/** A consent is written as its time and what it allows. */
const encode = (record: RawConsent, partition: number): Outgoing => {
  const on = PURPOSES.filter((purpose) => record.purposes[purpose]);
  const text = `${String(record.at)}: ${on.join()}`;
  return { topic: 'privacy.consent', partition, key: Buffer.from('k'), value: Buffer.from(text) };
};

const aTopic = () => {
  const flow = aFlow();
  const topic = new ConsentTopic({ partition: 3, flow, encode, now: START });
  /** What stage S writes right after each of these. */
  const after = (...rights: readonly RawRight[]): readonly string[] =>
    rights.map((right) => {
      flow.right(right);
      return topic.after(right, START).map(({ value }) => value?.toString() ?? 'tombstone')[0] ?? '';
    });
  const turn = (hours: number): readonly string[] =>
    topic.turn(wallTime(START + hours * HOUR_MS)).map(({ key, value, topic: name, partition }) => {
      expect([value, name, partition]).toEqual([null, 'privacy.consent', 3]);
      return key?.equals(Buffer.from([0])) === true ? 'nobody' : (key?.toString() ?? 'no key');
    });
  return { flow, topic, after, turn };
};

const at = (time: string) => ({ ...ann, at: clock(time) });
const told = (time: string, ...purposes: readonly string[]): string =>
  `${String(clock(time))}: ${purposes.join()}`;

describe('G-01 the last choice is told again', () => {
  it.each<[string, readonly RawRight[], readonly string[]]>([
    [
      'after an older one that grants more: compaction would keep that one',
      [aConsent({ ...at('12:00'), purposes: [] }), aConsent(at('11:00'))],
      ['', told('12:00')],
    ],
    [
      'as it was, where it grants something',
      [aConsent({ ...at('12:00'), purposes: ['nearbyShops'] }), aConsent(at('11:00'))],
      ['', told('12:00', 'nearbyShops')],
    ],
    [
      'after an older one that refuses: what is left of it would grant nothing to who has chosen since',
      [aConsent(at('12:00')), aConsent({ ...at('11:00'), purposes: [] })],
      ['', told('12:00', ...PURPOSES)],
    ],
    ['not after choices in their order', [aConsent(at('11:00')), aConsent(at('12:00'))], ['', '']],
    [
      'not after itself',
      [aConsent({ ...at('12:00'), purposes: [] }), aConsent({ ...at('12:00'), purposes: [] })],
      ['', ''],
    ],
    ['not of the erased', [anErasure(at('12:00')), aConsent(at('11:00'))], ['', '']],
  ])('%s', (_, rights, expected) => {
    expect(aTopic().after(...rights)).toEqual(expected);
  });

  it('and changes nothing when it comes back', () => {
    const { flow, after } = aTopic();
    after(aConsent({ ...at('12:00'), purposes: ['nearbyShops'] }), aConsent(at('11:00')));
    const before = flow.standingOf(aConsent(ann));
    flow.right(aConsent({ ...at('12:00'), purposes: ['nearbyShops'] }));
    expect(flow.standingOf(aConsent(ann))).toEqual(before);
  });
});

describe('G-04 a tombstone', () => {
  it('follows an erasure by an hour', () => {
    const { after, turn } = aTopic();
    expect(after(aConsent(at('10:00')), anErasure(at('11:00')))).toEqual(['', '']);
    expect(turn(0.9)).toEqual([]);
    expect(turn(1)).toEqual(['ann']);
    expect(turn(2)).toEqual([]);
  });

  it('follows a late choice of the erased, too', () => {
    const { after, turn } = aTopic();
    after(anErasure(at('11:00')));
    turn(1);
    after(aConsent(at('10:00')));
    expect(turn(2)).toEqual(['ann']);
  });

  it('does not where something was chosen since', () => {
    const { after, turn } = aTopic();
    after(anErasure(at('11:00')), aConsent(at('11:01')));
    expect(turn(1)).toEqual([]);
  });

  it('does not follow an erasure that a newer choice had overtaken', () => {
    const { after, turn } = aTopic();
    after(aConsent(at('12:00')), anErasure(at('11:00')));
    expect(turn(1)).toEqual([]);
  });

  it('stands under the terminal where no member is known', () => {
    const { after, turn } = aTopic();
    after(anErasure({ device: 'phone-ann', at: clock('11:00') }));
    expect(turn(1)).toEqual(['phone-ann']);
  });

  it('follows an erasure that was acted upon before a restart', () => {
    const { flow, topic, turn } = aTopic();
    flow.right(anErasure(at('11:00')));
    topic.note(anErasure(at('11:00')), START);
    expect(turn(1)).toEqual(['ann']);
  });
});

describe('G-04 a quiet partition', () => {
  it('gets a record of nobody every six hours, so that its segments are closed and compacted', () => {
    const { turn } = aTopic();
    expect(turn(5.9)).toEqual([]);
    expect(turn(6)).toEqual(['nobody']);
    expect(turn(7)).toEqual([]);
    expect(turn(12)).toEqual(['nobody']);
  });

  it('does not while others append to it', () => {
    const { topic, turn } = aTopic();
    topic.saw(wallTime(START + 5 * HOUR_MS));
    expect(turn(10)).toEqual([]);
    expect(turn(11)).toEqual(['nobody']);
  });
});
