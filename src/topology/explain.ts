/** Says in sentences what each stage does with the live parameters. */
import type { Policy } from '../model/policy.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../model/time.ts';

export interface StageExplanation {
  readonly stage: string;
  readonly sentences: readonly string[];
}

/** In the order of the flow. */
export const explanation = (policy: Policy): readonly StageExplanation[] => [
  { stage: 'Consent', sentences: consent(policy) },
  { stage: 'Plausibility and sensitive places', sentences: plausibility(policy) },
  { stage: 'Pseudonyms', sentences: pseudonyms(policy) },
  { stage: 'Sanitized locations', sentences: snap(policy) },
  { stage: 'Visits', sentences: visits(policy) },
  { stage: 'Contribution bounds', sentences: bounds(policy) },
  { stage: 'Release gate', sentences: gate(policy) },
];

const minutes = (ms: number): string => `${String(ms / MINUTE_MS)} min`;
const hours = (ms: number): string => `${String(ms / HOUR_MS)} h`;
const clock = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;

const consent = ({ consent: { acceptedVersions } }: Policy): readonly string[] => [
  'An event serves a purpose only if the purpose and the source are granted now, and have been since before it.',
  'A subject without a consent record is refused. A withdrawal takes effect at once, also on open windows.',
  ...Object.entries(acceptedVersions).map(
    ([purpose, versions]) => `${purpose}: agreement to policy version ${versions.join(', ')} counts.`,
  ),
];

const plausibility = ({ plausibility: p }: Policy): readonly string[] => [
  `A fix is dropped when its accuracy is worse than ${String(p.accuracyMaxM)} m or the terminal says it is mocked,`,
  `when its time is before 2000 or more than ${minutes(p.skewMs)} ahead, and when it is older than ${hours(p.maxEventAgeMs)}.`,
  'A fix within 100 m of a sensitive place, or within twice its own error, produces nothing at all.',
];

const pseudonyms = ({ zone, dayStartHour }: Policy): readonly string[] => [
  'Identifiers are replaced by HMAC-SHA-256 under a random 256-bit salt, cut to 128 bits.',
  `The salt of the statistics lives for a day from ${clock(dayStartHour)} ${zone}, that of lookups for one hour; then each is destroyed, and the ledger says so.`,
];

const snap = ({ snap: s }: Policy): readonly string[] => [
  `A position is reduced to an H3 cell of resolution ${String(s.resolution)}, ${String(s.sparseResolution)} where fewer than ${String(s.denseStores)} stores lie in the r7 cell,`,
  `and ${String(s.nightResolution)} from ${clock(s.nightFromHour)} to ${clock(s.nightToHour)}, but for requests for shops within ${String(s.catchmentM)} m of one.`,
  `A pseudonym appears at most once per cell and ${minutes(s.bucketMs)}, unless a lookup asks for it; a record expires ${minutes(s.expiresMs)} after its bucket.`,
];

const visits = ({ visits: v, latenessMs }: Policy): readonly string[] => [
  `A stay of at least ${minutes(v.minDwellMs)} at a store is a visit (a store may set its own minimum); gaps up to ${hours(v.bridgeMs)} inside one store are bridged.`,
  `Fixes may come up to ${minutes(latenessMs)} out of order. A visit that starts within ${minutes(v.sessionGapMs)} of another’s end is its successor.`,
];

const bounds = ({ bounds: b }: Policy): readonly string[] => [
  `One subject contributes at most ${String(b.perTable)} times to a table and day, at most ${String(b.visitsPerWindow)} visits to a unit and window, and ${minutes(b.dwellMaxMs)} of dwell at most.`,
];

const gate = (policy: Policy): readonly string[] => [
  ...(policy.gate.tier === 'dp' ? listed(policy) : laddered(policy)),
  ...(policy.gate.storeDays === 0
    ? []
    : [`A store gets rows of hours once it had a released row on ${String(policy.gate.storeDays)} days.`]),
  ...(policy.shadow === null
    ? []
    : [
        `Beside it a second set with k ${String(policy.shadow.k)} is run; of what it would release, only classes of shares are told, in the ledger.`,
      ]),
];

/** The tier dp. */
const listed = ({ gate: g, bounds: b }: Policy): readonly string[] => [
  `Every store of the list gets a number for every day, ${minutes(g.graceDayMs)} after its end, whoever came: nothing is withheld, and no row appears or is missing because of anybody.`,
  `Each number has discrete Laplace noise, drawn exactly, once, under the day’s key. What is told of one person and day is bounded by ε = ${String(g.dp.epsilon)}: visits ${String(g.dp.shares.visits)}, dwell ${String(g.dp.shares.dwell)}, transitions ${String(g.dp.shares.transitions)}; over a week it adds up to ${String(7 * g.dp.epsilon)}.`,
  `A person counts in at most ${String(b.perTable)} stores and hours of a day, once in a store. Parts below ${String(g.k)} (dwell) or ${String(g.kBreakdown)} (transitions) after noise are merged; numbers are rounded to ${String(g.rounding)}. Footfall is not published.`,
];

const laddered = ({ gate: g }: Policy): readonly string[] => [
  `A row needs ${String(g.k)} distinct members plus a secret draw of 1 to ${String(g.drawMax)}, its own for each row; a part of a breakdown by transitions, terminals or demographics needs ${String(g.kBreakdown)}.`,
  `What does not reach it moves from store and hour to daypart, to day, to the r8 cell, the r7 cell, the region, and is dropped there. Nothing is counted twice.`,
  `Hours and dayparts are released ${minutes(g.graceShortMs)} after their end, days ${minutes(g.graceDayMs)}. Numbers ${g.tier === 'threshold' ? '' : 'carry small noise, the same for the same people, and '}are rounded to ${String(g.rounding)}; dwell bins end at ${g.dwellEdgesMs.map((ms) => String(ms / SECOND_MS / 60)).join(', ')} min.`,
  g.unlinkedRaiseK
    ? 'Subjects without a member count towards k: this is meant for deployments that know devices only.'
    : 'Subjects without a member are counted, but never count towards k.',
];
