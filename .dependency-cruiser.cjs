/**
 * The calling law of docs/architecture.md. A floor imports lower floors only; type imports count.
 * Rule names say what is forbidden; `npm run check` and test/arch run it.
 */

/** What each room of src/ may import, beside itself and packages. Files are named by path without src/. */
const MAY_IMPORT = {
  model: [],
  flow: ['model'],
  time: ['model'],
  place: ['model'],
  ports: ['model'],
  config: ['model', 'flow'],
  wire: ['model', 'flow'],
  sanitize: ['model', 'flow', 'time', 'place'],
  visits: ['model', 'flow', 'time', 'place'],
  aggregate: ['model', 'flow', 'time', 'place'],
  release: ['model', 'flow', 'time', 'place'],
  runtime: ['model', 'flow', 'time', 'ports'],
  query: ['model', 'ports/releases.ts'],
  // What a page shows is declared by what gathers it.
  dashboard: ['model', 'ports/releases.ts', 'query/report-data.ts'],
  // runtime/flow.ts is the shape that the topology fills.
  topology: [
    'model',
    'flow',
    'time',
    'place',
    'sanitize',
    'visits',
    'aggregate',
    'release',
    'runtime/flow.ts',
  ],
  // Sinks take nothing but Released<T>; its type is the one thing of a station that adapters know.
  adapters: ['model', 'flow', 'time', 'place', 'ports', 'wire', 'release/released.ts'],
};

/** The only places that may see raw identifiers and exact positions as they came in. */
const RAW_READERS = ['wire', 'sanitize', 'topology', 'runtime', 'adapters/files', 'app', 'model'];

const inSrc = (room) => (room.endsWith('.ts') ? `^src/${room.replace('.', '\\.')}$` : `^src/${room}/`);

const roomRules = Object.entries(MAY_IMPORT).map(([room, allowed]) => ({
  name: `${room}-imports-only-${allowed.length === 0 ? 'nothing' : allowed.join('-').replaceAll('/', '.')}`,
  severity: 'error',
  comment: `src/${room} may import ${allowed.length === 0 ? 'no other room' : allowed.join(', ')}.`,
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: [room, ...allowed].map(inSrc) },
}));

module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: 'no-circle',
      severity: 'error',
      comment: 'A circle, type imports included, cannot be walked.',
      from: { path: '^(src|test|bench|examples)/' },
      to: { circular: true },
    },
    {
      name: 'model-imports-no-package',
      severity: 'error',
      comment: 'The words of the domain depend on nothing.',
      from: { path: '^src/model/' },
      to: { pathNot: '^src/model/' },
    },
    {
      name: 'raw-events-stay-in-the-doors',
      severity: 'error',
      comment: `model/raw.ts is for ${RAW_READERS.join(', ')} only (G-08).`,
      from: { path: '^src/', pathNot: RAW_READERS.map(inSrc) },
      to: { path: '^src/model/raw\\.ts$' },
    },
    {
      name: 'only-app-constructs-adapters',
      severity: 'error',
      comment: 'Adapters are chosen in one place.',
      from: { path: '^src/', pathNot: ['^src/app/', '^src/adapters/'] },
      to: { path: '^src/adapters/' },
    },
    {
      name: 'main-starts-app-only',
      severity: 'error',
      comment: 'The entry only hands over to the command line.',
      from: { path: '^src/main\\.ts$' },
      to: { path: '^src/', pathNot: ['^src/app/'] },
    },
    {
      name: 'nothing-imports-app',
      severity: 'error',
      comment: 'The top floor is imported by the entry alone.',
      from: { path: '^src/', pathNot: ['^src/app/', '^src/main\\.ts$'] },
      to: { path: '^src/app/' },
    },
    {
      name: 'only-the-gate-passes',
      comment: 'Rows are released by the gate alone (G-10): nothing else may call passGate.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/release/gate\\.ts$' },
      to: { path: '^src/release/released\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'product-knows-no-test',
      severity: 'error',
      comment: 'Tests and benches import the product, never the other way round.',
      from: { path: '^src/' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'only-app-shows-examples',
      severity: 'error',
      comment: 'The sample city is for the demo command alone.',
      from: { path: '^src/', pathNot: '^src/app/' },
      to: { path: '^examples/' },
    },
    {
      name: 'no-undeclared-package',
      severity: 'error',
      comment: 'What the product imports stands in dependencies.',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'every-import-resolves',
      severity: 'error',
      comment: 'An import that finds nothing would escape every other rule.',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|out|coverage)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
};
