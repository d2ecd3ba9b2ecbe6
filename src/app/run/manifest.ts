/** The manifests of a finished run: which parameters, inputs and code made these tables, and what became of every event. */
import type { Config } from '../../config/config.ts';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { InputFile } from '../../adapters/files/discover.ts';
import { canonicalJson } from '../../flow/canonical.ts';
import type { GenesisEntry } from '../../model/ledger.ts';
import type { DpPolicy, Policy } from '../../model/policy.ts';
import { columnsOf } from '../../model/columns.ts';
import type { PlaceTable } from '../../model/table.ts';
import type { Accuracy } from '../../release/accuracy.ts';
import { accuracyOf } from '../../release/accuracy.ts';
import { MINUTE_MS, SECOND_MS } from '../../model/time.ts';
import type { UnitList } from '../../place/units.ts';
import type { CountTable } from '../../runtime/counters.ts';
import type { Located } from './dead-letter.ts';
import type { ReleaseCounts } from './release-counts.ts';
import type { RawSource } from './sources.ts';

export interface ManifestFacts {
  readonly policy: Policy;
  readonly policyHash: string;
  readonly codeVersion: string;
  readonly units: UnitList;
  readonly vaultImported: boolean;
}

export interface RunManifest {
  readonly format: 'oboro manifest 1';
  readonly finished: true;
  readonly fingerprint: string;
  readonly policyVersion: number;
  readonly policyHash: string;
  readonly codeVersion: string;
  readonly publicKeys: string;
  readonly parameters: GenesisEntry['parameters'];
  /** How far published numbers are from the truth; it follows from the parameters. */
  readonly accuracy: Accuracy;
  /** `imported` salts are not secret: the run was a test. */
  readonly vault: GenesisEntry['vault'];
  readonly inputs: readonly ManifestInput[];
  readonly counts: CountTable;
  readonly released: ReleaseCounts;
  /** The first few records of each kind that could not be used. */
  readonly faults: readonly Located[];
}

export interface ManifestInput {
  readonly name: string;
  readonly topic: string;
  readonly lines: number | null;
  readonly sortedOnDisk: boolean;
}

/** By basic composition: days of one subject are told one by one, and add up. */
const dpParameters = ({ epsilon, shares }: DpPolicy): GenesisEntry['parameters'] => ({
  epsilonPerSubjectDay: epsilon,
  epsilonPerSubjectWeek: 7 * epsilon,
  epsilonPerSubjectMonth: 31 * epsilon,
  epsilonShares: Object.entries(shares)
    .map(([table, share]) => `${table} ${String(share)}`)
    .join(', '),
});

/** Parameters as the ledger and every manifest state them. */
export const parametersOf = (policy: Policy): GenesisEntry['parameters'] => ({
  tier: policy.gate.tier,
  k: policy.gate.k,
  kBreakdown: policy.gate.kBreakdown,
  secretDraw: `1–${String(policy.gate.drawMax)}`,
  rounding: policy.gate.rounding,
  unlinkedRaiseK: policy.gate.unlinkedRaiseK,
  storeDays: policy.gate.storeDays,
  zone: policy.zone,
  dayStartHour: policy.dayStartHour,
  daypartHours: policy.daypartHours.join(','),
  graceShortMin: policy.gate.graceShortMs / MINUTE_MS,
  graceDayMin: policy.gate.graceDayMs / MINUTE_MS,
  dwellBinsS: policy.gate.dwellEdgesMs.map((ms) => ms / SECOND_MS).join(','),
  minDwellS: policy.visits.minDwellMs / SECOND_MS,
  bridgeS: policy.visits.bridgeMs / SECOND_MS,
  sessionGapS: policy.visits.sessionGapMs / SECOND_MS,
  ...(policy.gate.tier === 'dp' ? dpParameters(policy.gate.dp) : {}),
  ...(policy.shadow === null ? {} : { shadowK: policy.shadow.k }),
  contributionsPerTable: policy.bounds.perTable,
  visitsPerWindow: policy.bounds.visitsPerWindow,
});

/** SHA-256 of the public key list: every unit that may get a row, with its cell. */
export const publicKeysHash = (units: UnitList): string => {
  const hash = createHash('sha256');
  for (const { id, cell, category } of units.all())
    hash.update(canonicalJson([id, cell, category])).update('\n');
  return hash.digest('hex');
};

/** Names what a deployment counts by: its own name, its policy and its public key list. */
export const rulesOf = (
  { kafka, policyHash }: Pick<Config, 'kafka' | 'policyHash'>,
  units: UnitList,
): string => [kafka.deployment, policyHash, publicKeysHash(units)].join('|');

export const genesisOf = (facts: ManifestFacts): GenesisEntry => ({
  type: 'genesis',
  format: 1,
  policyVersion: facts.policy.version,
  policyHash: facts.policyHash,
  codeVersion: facts.codeVersion,
  publicKeys: publicKeysHash(facts.units),
  parameters: parametersOf(facts.policy),
  vault: facts.vaultImported ? 'imported' : 'sealed',
});

export interface RunFacts {
  readonly fingerprint: string;
  readonly inputs: readonly InputFile[];
  readonly sources: readonly RawSource[];
  readonly counts: CountTable;
  readonly released: ReleaseCounts;
  readonly faults: readonly Located[];
}

export const manifestOf = (facts: ManifestFacts, run: RunFacts): RunManifest => {
  const { policyVersion, policyHash, codeVersion, publicKeys, parameters, vault } = genesisOf(facts);
  const { fingerprint, counts, released, faults } = run;
  const inputs = run.inputs.map((file): ManifestInput => {
    const source = run.sources.find(({ merge }) => merge.file === file);
    return {
      name: file.name,
      topic: file.topic,
      lines: source?.scan.lines ?? null,
      sortedOnDisk: source?.sorted ?? false,
    };
  });
  const head = { format: 'oboro manifest 1', finished: true, fingerprint } as const;
  const accuracy = accuracyOf(facts.policy.gate, facts.policy.bounds);
  const made = { policyVersion, policyHash, codeVersion, publicKeys, parameters, accuracy, vault };
  return { ...head, ...made, inputs, counts, released, faults };
};

/** The manifest of a finished run; null when there is none. */
export const readManifest = async (out: string): Promise<RunManifest | null> => {
  try {
    return JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8')) as RunManifest;
  } catch {
    return null;
  }
};

/** Writes OUT/manifest.json, and one manifest beside each table that has rows. */
export const writeManifests = async (out: string, manifest: RunManifest): Promise<void> => {
  for (const [table, counts] of Object.entries(manifest.released)) {
    if (counts.RELEASED + counts.WITHHELD === 0) continue;
    const columns = columnsOf(table as PlaceTable).map(([name, type]) => ({ name, type }));
    const { policyVersion, policyHash, codeVersion, publicKeys, parameters, accuracy, vault } = manifest;
    const about = { table, columns, rows: counts, policyVersion, policyHash, codeVersion, publicKeys };
    await writeWhole(join(out, 'tables', table, 'manifest.json'), { ...about, parameters, accuracy, vault });
  }
  // Its exact counts are the operator's: what was counted and not released must not travel with the tables (G-15).
  await writeWhole(join(out, 'manifest.json'), manifest, 0o600);
};

const writeWhole = async (path: string, value: object, mode = 0o644): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.tmp`, `${JSON.stringify(value, null, 2)}\n`, { mode });
  await rename(`${path}.tmp`, path);
};
