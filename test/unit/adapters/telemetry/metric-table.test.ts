import { describe, expect, it } from 'vitest';
import type { LabelRule } from '../../../../src/adapters/telemetry/label-values.ts';
import type { MetricFacts } from '../../../../src/adapters/telemetry/metric-table.ts';
import {
  COUNTERS,
  GAUGES,
  HISTOGRAMS,
  MISNAMED,
  OWN,
} from '../../../../src/adapters/telemetry/metric-table.ts';

type Row = readonly [key: string, facts: MetricFacts<Record<string, unknown>>];

const rowsOf = (table: object): readonly Row[] => Object.entries(table);
const counters = rowsOf(COUNTERS);
const gauges = rowsOf(GAUGES);
const histograms = rowsOf(HISTOGRAMS);
const all = [...counters, ...gauges, ...histograms];

/** Words that would make a label or a metric one of a person, a place or a record. */
const PERSONAL =
  /device|member|cookie|subject|pseudonym|visitor|lat|lng|lon|cell|region|store|unit|ip|agent|key$|offset|schema/;

describe('the names', () => {
  it.each(all)('%s is in snake case, with one prefix and its unit', (_key, { name, help }) => {
    expect(name).toMatch(/^oboro_[a-z]+(_[a-z]+)*$/);
    expect(help).toMatch(/^[A-Z].*\.$/);
    expect(help.length).toBeLessThan(130);
  });

  it('end in _total for counters and for nothing else', () => {
    expect(counters.filter(([, { name }]) => !name.endsWith('_total'))).toEqual([]);
    expect([...gauges, ...histograms].filter(([, { name }]) => name.endsWith('_total'))).toEqual([]);
  });

  it('are in base units', () => {
    expect(all.filter(([, { name }]) => /_(ms|millis\w*|minutes|kb|kib|mb|percent)(_|$)/.test(name))).toEqual(
      [],
    );
  });

  it('name no label', () => {
    const told = all.filter(([, { name, labels }]) =>
      Object.keys(labels).some((label) => name.split('_').includes(label)),
    );
    expect(told).toEqual([]);
  });

  it('are given once', () => {
    const names = [
      ...all.map(([, { name }]) => name),
      ...Object.values(OWN).map(({ name }) => name),
      ...MISNAMED,
    ];
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('G-15 the labels', () => {
  const labels = all.flatMap(([key, facts]) =>
    Object.entries(facts.labels).map(([label, rule]): readonly [string, string, LabelRule] => [
      key,
      label,
      rule,
    ]),
  );

  it.each(labels)('%s{%s} has closed values', (_key, _label, rule) => {
    if (rule === 'partition') return;
    expect(rule.length).toBeGreaterThan(0);
    expect(rule.length).toBeLessThan(60);
    expect(new Set(rule).size).toBe(rule.length);
    expect(rule.filter((value) => !/^[a-z][a-z0-9_.-]*$/.test(value))).toEqual([]);
  });

  it('name nobody and no place', () => {
    expect(
      labels.filter(([, label]) => PERSONAL.test(label)).map(([key, label]) => `${key} ${label}`),
    ).toEqual([]);
    for (const word of ['device_id', 'store', 'cell', 'subject']) expect(word).toMatch(PERSONAL);
  });

  it('have a partition in gauges of inputs only: never in a counter, a histogram or a metric with a role', () => {
    const withPartition = labels.filter(([, label]) => label === 'partition').map(([key]) => key);
    expect(withPartition).toEqual(['lagRecords', 'watermarkDelaySeconds', 'stateKeys', 'changelogBytes']);
    for (const key of withPartition) {
      const own = labels.filter(([metric]) => metric === key).map(([, label]) => label);
      expect(own).not.toContain('role');
      expect(own).not.toContain('table');
    }
  });

  it('under a partition tell inputs and folds of subjects only', () => {
    expect(GAUGES.stateKeys.labels.fold).not.toContain('tally');
    expect(GAUGES.stateKeys.labels.fold).not.toContain('gate');
    expect(GAUGES.lagRecords.labels.topic).not.toContain('oboro.contributions');
  });
});

describe('the histograms', () => {
  it.each(Object.entries(HISTOGRAMS))('%s has ascending buckets', (_key, { buckets }) => {
    expect([...buckets].sort((a, b) => a - b)).toEqual([...buckets]);
    expect(buckets[0]).toBeGreaterThan(0);
    expect(buckets.length).toBeLessThanOrEqual(12);
  });
});
