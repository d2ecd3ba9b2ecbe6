/** Every record of a small city against the product's own decoders, and the bad ones against what they should be. */
import { describe, expect, test } from 'vitest';
import type { CityEvent, Fault, LineEvent } from '../../../examples/city/records.ts';
import type { FileTopic } from '../../../src/wire/decoder.ts';
import { accessLogDecoder } from '../../../src/wire/access-line.ts';
import { jsonDecoder } from '../../../src/wire/json-lines.ts';
import { live, optionsFor, recordsOf } from './small-city.ts';

const city = live(optionsFor(150, { days: 2 }));

const isRecord = (event: CityEvent): event is Exclude<CityEvent, LineEvent> => 'record' in event;
const lines = city.events.filter((event): event is LineEvent => 'line' in event);

const decode = (
  topic: FileTopic | 'web.log',
  line: string,
): ReturnType<ReturnType<typeof jsonDecoder>['decode']> =>
  topic === 'web.log' ? accessLogDecoder().decode(line) : jsonDecoder(topic).decode(line);

describe('good records', () => {
  test.each(['raw.gps', 'raw.device', 'raw.access-log', 'privacy.consent', 'privacy.erasure'] as const)(
    '%s: all decode, at the time the record says',
    (topic) => {
      // Few people: a city of 150 has no erasure by chance alone, so that topic takes another city.
      const events = topic === 'privacy.erasure' ? live(optionsFor(900)).events : city.events;
      const decoder = jsonDecoder(topic);
      let count = 0;
      for (const event of events) {
        if (!isRecord(event) || event.topic !== topic) continue;
        const line = JSON.stringify(event.record);
        const outcome = decoder.decode(line);
        expect(outcome.kind, line).toBe('keep');
        if ('atMs' in event.record) expect(decoder.timeOf(line)).toBe(event.record.atMs);
        count++;
      }
      expect(count).toBeGreaterThan(0);
    },
  );

  test('web.log lines are Combined Log Format with a cookie or none', () => {
    const good = lines.filter(({ topic, fault }) => topic === 'web.log' && fault === null);
    const decoder = accessLogDecoder();
    const cookies = good.map(({ line }) => {
      const outcome = decoder.decode(line);
      expect(outcome.kind, line).toBe('keep');
      return outcome.kind === 'keep' && outcome.value.cookieId !== null;
    });
    expect(new Set(cookies)).toEqual(new Set([true, false]));
  });

  test('a line says the second at which it was written, in Tokyo', () => {
    const event = lines.find(({ topic, fault }) => topic === 'web.log' && fault === null);
    const outcome = accessLogDecoder().decode(event?.line ?? '');
    expect(outcome.kind === 'keep' ? outcome.value.at : null).toBe(
      Math.floor((event?.arrivalMs ?? 0) / 1_000) * 1_000,
    );
    expect(event?.line).toContain('+0900]');
  });

  test('some access records carry a whole line, and it says who sent it', () => {
    const carrying = recordsOf(city, 'raw.access-log').filter((record) => 'line' in record);
    expect(carrying.length).toBeGreaterThan(0);
    for (const record of carrying) expect(record.deviceId).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('bad records', () => {
  const EXPECTED: Readonly<Record<Fault, string>> = {
    cut_short: 'undecodable',
    wrong_type: 'invalid_field',
    swapped: 'invalid_field',
    clock_1970: 'keep',
    missing_field: 'invalid_field',
    not_a_log_line: 'undecodable',
  };

  test.each(Object.entries(EXPECTED))('%s is %s', (fault, expected) => {
    const bad = lines.filter((event) => event.fault === fault);
    expect(bad.length).toBeGreaterThan(0);
    for (const { topic, line } of bad) {
      const outcome = decode(topic, line);
      expect(outcome.kind === 'quarantine' ? outcome.reason : outcome.kind).toBe(expected);
    }
  });

  test('they are a few dozen a day', () => {
    const bad = lines.filter(({ fault }) => fault !== null);
    expect(bad.length / 2).toBeGreaterThanOrEqual(24);
    expect(bad.length / 2).toBeLessThanOrEqual(60);
  });
});
