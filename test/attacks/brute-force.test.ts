/** Brute force: a million identifiers, and none is found in anything that leaves. */
import { beforeAll, expect, test } from 'vitest';
import type { Candidate } from '../support/attacks/adversaries/brute-force.ts';
import {
  BRUTE_FORCE,
  PLAIN_RULES,
  found,
  keyedRule,
  keysFrom,
  memberNumbers,
  plainPseudonym,
} from '../support/attacks/adversaries/brute-force.ts';
import { cityStand } from '../support/attacks/city-stand.ts';
import { introduce, record } from '../support/attacks/score.ts';
import type { Stand } from '../support/attacks/stand.ts';
import { aStay, clock, people } from '../support/builders.ts';
import { drive } from '../support/drive.ts';

const TRIED = 1_000_000;
/** What a deployment may be called. */
const NAMES = ['oboro', 'oboro v1', 'salt', 'pseudonym', 'secret', 'city', 'statistics', 'nearby', 'demo'];

let stand: Stand;
beforeAll(async () => {
  stand = await cityStand();
  introduce(BRUTE_FORCE);
});

/** A ledger as anybody may read it: commitments to salts, digests, hashes of lines. */
const ledgerWords = async (): Promise<readonly string[]> => {
  const run = await drive();
  const crowd = people(12);
  run.consents(crowd);
  await run.events(
    crowd.flatMap((person) =>
      aStay({ ...person, store: 'bakery', from: clock('12:00'), to: clock('12:10') }),
    ),
  );
  await run.finish();
  const words = run.ledger.flatMap(({ entry, hash, prev }) => [
    hash,
    prev,
    ...('commitment' in entry ? [entry.commitment] : []),
    ...('digest' in entry ? [entry.digest] : []),
  ]);
  return [...new Set(words)];
};

test('G-05 G-07 a million identifiers against everything at hand', async () => {
  const real = stand.people.flatMap(({ subject, deviceIds }): readonly Candidate[] => [
    ...(subject.linked ? [{ kind: 'member', id: subject.id } as const] : []),
    ...deviceIds.map((id) => ({ kind: 'device', id }) as const),
  ]);
  const atHand = new Set<string>(stand.locations.map(({ pseudonym }) => pseudonym));
  for (const { contributions } of stand.days) for (const { subject } of contributions) atHand.add(subject);
  expect(atHand.size).toBeGreaterThan(1_000);

  const [first] = real;
  const from = Number(first?.id.replace(/\D/g, '').slice(0, 8) ?? 0);
  const words = await ledgerWords();
  expect(words.length).toBeGreaterThan(10);
  const keyed = keysFrom([...NAMES, ...words.slice(0, 20)]).map(keyedRule);
  const hits = new Set([
    ...found(atHand, memberNumbers(TRIED - real.length, from), PLAIN_RULES),
    ...found(atHand, real, [...PLAIN_RULES, ...keyed]),
  ]);
  const plain = new Set(real.map(plainPseudonym));
  record({
    id: 'brute-force.stream',
    adversary: BRUTE_FORCE.name,
    tier: 'stream',
    measure: `identifiers found, share of ${real.length} real ones among ${TRIED} tried`,
    value: hits.size / real.length,
    control: found(plain, real, PLAIN_RULES).size / real.length,
    controlBar: 1,
    bound: 0,
    better: 'lower',
    tolerance: 0,
  });
});
