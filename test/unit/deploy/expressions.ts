/** Finds the metrics and labels of a PromQL expression: enough of the language for the expressions of this project. */

const WORDS = new Set([
  'by',
  'without',
  'and',
  'or',
  'unless',
  'on',
  'ignoring',
  'group_left',
  'group_right',
  'offset',
  'bool',
]);

const BY = /\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g;
const MATCHERS = /\{([^}]*)\}/g;

const stripped = (expr: string): string => expr.replace(/"[^"]*"/g, '""').replace(/\[[^\]]*\]/g, '');

/** Names of series, in order of first use. */
export const metricsIn = (expr: string): readonly string[] => {
  const bare = stripped(expr).replace(BY, '').replace(MATCHERS, '');
  const names = [...bare.matchAll(/\b[a-zA-Z_][a-zA-Z0-9_]*\b(?!\s*\()/g)].map(([name]) => name);
  return [...new Set(names.filter((name) => !WORDS.has(name)))];
};

/** Names of labels that it groups by or selects on. */
export const labelsIn = (expr: string): readonly string[] => {
  const text = stripped(expr);
  const grouped = [...text.matchAll(BY)].flatMap((match) => (match[1] ?? '').split(','));
  const matched = [...text.matchAll(MATCHERS)].flatMap((match) =>
    (match[1] ?? '').split(',').map((one) => one.replace(/[=!~].*$/, '')),
  );
  return [...new Set([...grouped, ...matched].map((label) => label.trim()).filter((label) => label !== ''))];
};
