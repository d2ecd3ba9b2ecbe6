/** Lint law: types are exact, functions are small, and nothing in the core reads a clock, draws lots or touches the machine. */
import tseslint from 'typescript-eslint';

const CORE = ['src/**/*.ts'];
const RIM = ['src/adapters/**/*.ts', 'src/app/**/*.ts', 'src/config/**/*.ts', 'src/main.ts'];
const TESTS = ['test/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts'];

const REASON =
  'The core is pure: time and chance come through ports (src/ports/clock.ts), effects live in adapters.';

const pure = {
  'no-restricted-globals': [
    'error',
    ...[
      'process',
      'fetch',
      'performance',
      'crypto',
      'setTimeout',
      'setInterval',
      'setImmediate',
      'queueMicrotask',
      'clearTimeout',
      'clearInterval',
      'clearImmediate',
      'console',
    ].map((name) => ({ name, message: REASON })),
  ],
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: REASON },
    { object: 'Math', property: 'random', message: REASON },
    { object: 'globalThis', property: 'process', message: REASON },
  ],
  'no-restricted-syntax': [
    'error',
    { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: REASON },
    { selector: 'CallExpression[callee.name="Date"]', message: REASON },
    {
      selector: 'ImportDeclaration[source.value=/^(node:(?!crypto$)|fs$|os$|net$|http|path$)/]',
      message: REASON,
    },
    {
      selector:
        'ImportDeclaration[source.value="node:crypto"] > ImportSpecifier[imported.name=/^(random|getRandom|webcrypto|generate)/]',
      message: REASON,
    },
    {
      selector:
        'ImportDeclaration[source.value="node:crypto"] > :matches(ImportNamespaceSpecifier, ImportDefaultSpecifier)',
      message: 'Name the hash functions you need.',
    },
    { selector: 'ExportDefaultDeclaration', message: 'Exports have names.' },
    { selector: 'AwaitExpression', message: 'Stations are synchronous.' },
  ],
};

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'out/**',
      'coverage/**',
      'node_modules/**',
      '**/*.cjs',
      '**/*.gen.ts',
      'bin/**',
      'eslint.config.js',
    ],
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      complexity: ['error', 10],
      'max-depth': ['error', 3],
      'max-params': 'off',
      '@typescript-eslint/max-params': ['error', { max: 4, countVoidThis: false }],
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', { max: 50, skipComments: true, skipBlankLines: true }],
      // There are no enums (erasableSyntaxOnly); the rule is the dearest of all.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
      'no-param-reassign': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'separate-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' },
      ],
    },
  },
  {
    files: CORE,
    ignores: RIM,
    rules: pure,
  },
  {
    files: ['src/ports/**/*.ts', 'src/runtime/**/*.ts', 'src/query/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        ...pure['no-restricted-syntax'].filter(
          (rule) => typeof rule === 'string' || rule.selector !== 'AwaitExpression',
        ),
      ],
    },
  },
  {
    files: RIM,
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Chance is cryptographic.' },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Exports have names.' },
      ],
    },
  },
  {
    files: TESTS,
    rules: {
      'max-lines': ['error', 400],
      'max-lines-per-function': 'off',
      complexity: ['error', 15],
      'no-console': 'off',
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'Tests are seeded.' },
      ],
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off',
    },
  },
);
