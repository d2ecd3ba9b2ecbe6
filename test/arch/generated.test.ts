/** The generated files are what the code says now; `npm run docs` writes them anew. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { referencePage, referenceSchema, referenceYaml } from '../../src/config/reference.ts';
import { DROP_REASONS, QUARANTINE_REASONS, UNCOUNTED_REASONS } from '../../src/model/reasons.ts';
import { dashboardJson } from './dashboard.ts';
import { metricsPage } from './metrics-page.ts';
import { reasonsPage } from './reasons-page.ts';

describe('generated', () => {
  it.each([
    ['config/reference.yaml', referenceYaml],
    ['config/oboro.schema.json', referenceSchema],
    ['docs/configuration.md', referencePage],
    ['docs/reasons.md', reasonsPage],
    ['docs/metrics.md', metricsPage],
    ['deploy/grafana/dashboards/oboro-overview.json', dashboardJson],
  ])('%s is up to date', async (path, write) => {
    await expect(write()).toMatchFileSnapshot(`../../${path}`);
  });
});

describe('docs/reasons.md', () => {
  it('explains every reason, and no other', () => {
    const page = readFileSync('docs/reasons.md', 'utf8');
    const explained = [...page.matchAll(/^\| `(\w+)` \| \S/gm)].map((match) => match[1]);
    const reasons = [DROP_REASONS, QUARANTINE_REASONS, UNCOUNTED_REASONS].flatMap((group) =>
      Object.keys(group),
    );
    expect(explained).toEqual(reasons);
  });
});

describe('the files of config/', () => {
  it('reference.yaml says the defaults', async () => {
    const written = await loadConfig({ file: 'config/reference.yaml', environment: {} });
    const silent = await loadConfig({ file: null, environment: {} });
    expect(written.settings).toEqual(silent.settings);
    expect(written.policyHash).toBe(silent.policyHash);
    expect([...written.origins.values()]).not.toContain('default');
  });

  it.each(['minimal', 'demo'])('%s.yaml is accepted', async (name) => {
    const { policy } = await loadConfig({ file: `config/${name}.yaml`, environment: {} });
    expect(policy.zone).toBe('Asia/Tokyo');
  });

  it('demo.yaml accepts the version in force and the one before', async () => {
    const { policy } = await loadConfig({ file: 'config/demo.yaml', environment: {} });
    expect(policy.version).toBe(3);
    expect(Object.values(policy.consent.acceptedVersions)).toEqual(Array.from({ length: 5 }, () => [2, 3]));
  });
});
