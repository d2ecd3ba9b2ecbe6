/** Every configuration key with its meaning, unit, range and default; the reference page, the JSON Schema and the checks come from here. */
import type { z } from 'zod';
import {
  choice,
  decimal,
  duration,
  durations,
  onOff,
  path,
  pathOrNull,
  section,
  whole,
  wholeOrNull,
  wholes,
  wholesOrNull,
  zone,
} from './key-facts.ts';
import { kafka, stream, topics } from './stream-keys.ts';
import { metrics, redis, registry } from './neighbour-keys.ts';

const accepted = (purpose: string) =>
  wholesOrNull([1, 1_000_000], {
    by: null,
    unit: 'version',
    meaning: `Versions of the privacy policy whose agreement still covers ${purpose}; null takes policy.version alone.`,
  });

const policy = section('The privacy policy that the parameters carry out, and the days it counts in.', {
  version: whole([1, 1_000_000], {
    by: 1,
    unit: 'version',
    meaning: 'Version of the privacy policy in force.',
  }),
  zone: zone({ by: 'Asia/Tokyo', meaning: 'IANA time zone in which days, dayparts and hours are cut.' }),
  dayStartHour: whole([0, 23], {
    by: 4,
    unit: 'hour of the zone',
    meaning: 'Hour at which a statistics epoch, the day of the tables, starts.',
  }),
  daypartHours: wholes([0, 23], {
    by: [10, 14, 18, 22],
    unit: 'hours of the zone',
    meaning: 'Inner edges of the dayparts, in order from the day start; the last daypart is the night.',
  }),
});

const consent = section('How a choice of a subject is read (G-01).', {
  acceptedVersions: section('Policy versions under which each purpose is served.', {
    nearbyShops: accepted('shops nearby'),
    usageStatistics: accepted('usage statistics'),
    fraudPrevention: accepted('fraud prevention'),
    serviceImprovement: accepted('service improvement'),
    thirdPartyTracking: accepted('third-party tracking'),
  }),
});

const plausibility = section('Which events are believed.', {
  accuracyMaxM: whole([1, 100_000], {
    by: 200,
    unit: 'metres',
    meaning: 'Largest accuracy radius of a fix that is used.',
  }),
  skew: duration(['PT0S', 'P1D'], {
    by: 'PT5M',
    meaning: 'How far ahead of the clock an event may be.',
  }),
  maxEventAge: duration(['PT1H', 'P30D'], {
    by: 'PT72H',
    meaning: 'How old an event may be when it arrives; in files the clock is the input’s own event time.',
  }),
});

const snap = section('The cells of location.sanitized.', {
  resolution: whole([0, 9], {
    by: 9,
    unit: 'H3 resolution',
    meaning: 'Resolution where stores are dense.',
  }),
  sparseResolution: whole([0, 9], {
    by: 8,
    unit: 'H3 resolution',
    meaning: 'Resolution where fewer than denseStores stores lie in the r7 cell.',
  }),
  denseStores: whole([1, 1_000], {
    by: 3,
    unit: 'stores',
    meaning: 'Stores an r7 cell needs to count as dense.',
  }),
  nightResolution: whole([0, 7], {
    by: 7,
    unit: 'H3 resolution',
    meaning: 'Resolution at night; requests for shops nearby keep theirs inside catchments.',
  }),
  nightFromHour: whole([0, 23], { by: 22, unit: 'hour of the zone', meaning: 'Start of the night.' }),
  nightToHour: whole([0, 23], { by: 5, unit: 'hour of the zone', meaning: 'End of the night.' }),
  catchmentM: whole([0, 5_000], {
    by: 300,
    unit: 'metres',
    meaning: 'How far around a store its catchment reaches.',
  }),
  bucketS: whole([300, 3_600], {
    by: 300,
    unit: 'seconds',
    meaning: 'Length of the time bucket; a pseudonym appears once per cell and bucket.',
  }),
  expires: duration(['PT5M', 'PT2H'], {
    by: 'PT1H',
    meaning: 'How long after the start of its bucket a sanitized location may be used.',
  }),
});

const visits = section('What a visit is.', {
  minDwell: duration(['PT3M', 'PT4H'], {
    by: 'PT5M',
    meaning: 'Shortest stay that is a visit; a store’s own minDwellS goes before it.',
  }),
  bridge: duration(['PT0S', 'P1D'], {
    by: 'PT12H',
    meaning: 'Longest gap between fixes inside one place that is still one visit.',
  }),
  sessionGap: duration(['PT1M', 'P1D'], {
    by: 'PT30M',
    meaning: 'A visit that starts within this after another’s end is its successor.',
  }),
});

const bounds = section('How much one subject may contribute in one epoch.', {
  perTable: whole([1, 100], {
    by: 12,
    unit: 'contributions',
    meaning: 'Contributions of one subject to one table and epoch (L0).',
  }),
  visitsPerWindow: whole([1, 20], {
    by: 3,
    unit: 'visits',
    meaning: 'Visits counted of one subject, unit and window.',
  }),
  dwellMax: duration(['PT30M', 'P1D'], { by: 'PT4H', meaning: 'Longer dwell times are cut to this.' }),
});

const gate = section('The release gate, the only door out (G-10 to G-14).', {
  tier: choice(['threshold', 'perturbed', 'dp'], {
    by: 'perturbed',
    meaning:
      'How numbers are protected: threshold (k and rounding), perturbed (small consistent noise on top), dp (every store and day, with noise that bounds what anybody can learn).',
  }),
  k: whole([5, 10_000], { by: 10, unit: 'members', meaning: 'Distinct members a released row needs.' }),
  kBreakdown: whole([5, 10_000], {
    by: 20,
    unit: 'members',
    meaning: 'Members a part of a transitions, terminals or demographics breakdown needs.',
  }),
  destinationStores: whole([1, 1_000], {
    by: 2,
    unit: 'stores',
    meaning:
      'Stores of the list that a cell or category must stand for to be named as where visitors went next.',
  }),
  drawMax: whole([1, 100], {
    by: 5,
    unit: 'members',
    meaning: 'A secret draw from 1 to this is added to k, one for each row.',
  }),
  rounding: whole([1, 100], {
    by: 5,
    unit: 'people or visits',
    meaning: 'Published numbers are multiples of this; 1 switches rounding off.',
  }),
  unlinkedRaiseK: onOff({
    by: false,
    meaning: 'Subjects without a member count towards k; for device-only deployments, shown in the manifest.',
  }),
  graceShort: duration(['PT0S', 'PT12H'], {
    by: 'PT30M',
    meaning: 'How long an hour or daypart stays open after its end.',
  }),
  graceDay: duration(['PT0S', 'P1D'], {
    by: 'PT2H',
    meaning: 'How long a day stays open after its end.',
  }),
  dwellEdges: durations(['PT3M', 'P1D'], {
    by: ['PT10M', 'PT20M', 'PT1H', 'PT2H', 'PT4H'],
    meaning: 'Inner edges of the dwell bins; the first bin starts at the shortest visit.',
  }),
  homogeneityShare: decimal([0.5, 1], {
    by: 0.9,
    meaning: 'A breakdown with one part above this share says too much of everyone in it, and is withheld.',
  }),
  storeDays: whole([0, 90], {
    by: 0,
    unit: 'days',
    meaning: 'Days with a released row that a store needs before it gets rows of hours; 0 asks for none.',
  }),
  dpEpsilon: decimal([0.01, 20], {
    by: 2,
    meaning: 'Tier dp: ε of one subject and day, all tables together; told in every manifest.',
  }),
  dpVisits: decimal([0.01, 20], { by: 1, meaning: 'Tier dp: the share of ε of the table visits.' }),
  dpDwell: decimal([0, 20], { by: 0.5, meaning: 'Tier dp: the share of ε of dwell; 0 switches it off.' }),
  dpTransitions: decimal([0, 20], {
    by: 0.3,
    meaning: 'Tier dp: the share of ε of transitions; 0 switches it off.',
  }),
});

const shadow = section(
  'A second parameter set run beside the first; only the classes of what it would withhold are told.',
  {
    k: wholeOrNull([5, 1_000], {
      by: null,
      unit: 'members',
      meaning: 'Distinct members a row would need; null runs no second set.',
    }),
    drawMax: whole([1, 100], {
      by: 5,
      unit: 'members',
      meaning: 'The secret draw would be 1 to this.',
    }),
    storeDays: whole([0, 90], {
      by: 0,
      unit: 'days',
      meaning: 'Days with a released row that a store would need before it gets rows of hours.',
    }),
  },
);

const vault = section('Where the salts of epochs are kept until they die (G-07).', {
  path: path({
    by: '.oboro',
    meaning: 'Folder for salts fixed by "vault import"; a run keeps its own salts under its output folder.',
  }),
  keyFile: pathOrNull({
    by: null,
    meaning:
      'File with the 32-byte key that wraps salts at rest; null stores them under file permissions alone.',
  }),
});

const run = section('The embedded run over files.', {
  commitEvery: whole([1, 100_000_000], {
    by: 50_000,
    unit: 'records',
    meaning: 'Records between two checkpoints.',
  }),
  maxLineBytes: whole([1_024, 67_108_864], {
    by: 1_048_576,
    unit: 'bytes',
    meaning: 'Longest line that is read; longer ones are quarantined as too_large.',
  }),
});

/** The whole configuration as it is written. */
export const settingsSchema = section('Configuration of oboro.', {
  policy,
  consent,
  lateness: duration(['PT0S', 'PT1H'], {
    by: 'PT5M',
    meaning: 'How far behind its own device’s newest event an event may come.',
  }),
  plausibility,
  snap,
  visits,
  bounds,
  gate,
  shadow,
  vault,
  run,
  kafka,
  topics,
  stream,
  redis,
  registry,
  metrics,
});

/** A checked configuration with all defaults filled in, still in the units it is written in. */
export type Settings = z.output<typeof settingsSchema>;
