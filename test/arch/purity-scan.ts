/** Finds clock, chance, environment and I/O in a source text by its syntax tree. */
import ts from 'typescript';

const GLOBALS = new Set([
  'process',
  'performance',
  'fetch',
  'console',
  'crypto',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
]);

const MEMBERS = new Set([
  'Date.now',
  'Math.random',
  'process.env',
  'globalThis.process',
  'globalThis.crypto',
]);

/** The parts of `node:crypto` that compute and draw nothing. */
const PURE_CRYPTO = new Set([
  'createHash',
  'createHmac',
  'hkdfSync',
  'hash',
  'timingSafeEqual',
  'Hash',
  'Hmac',
]);

/** True where a name is only the name of a member (`x.fetch`, `{ fetch: … }`, `fetch() {}` in a class). */
const isMemberName = (node: ts.Identifier): boolean => {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isShorthandPropertyAssignment(parent)) return false;
  const isMember = ts.isClassElement(parent) || ts.isTypeElement(parent) || ts.isObjectLiteralElement(parent);
  return isMember && parent.name === node;
};

const ofExpression = (node: ts.Node): string | null => {
  if (ts.isPropertyAccessExpression(node)) return MEMBERS.has(node.getText()) ? node.getText() : null;
  if (ts.isIdentifier(node)) return GLOBALS.has(node.text) && !isMemberName(node) ? node.text : null;
  return null;
};

/** `new Date()` and `Date()` read the clock; `new Date(ms)` does not. */
const ofDate = (node: ts.Node): string | null => {
  if (!ts.isNewExpression(node) && !ts.isCallExpression(node)) return null;
  if (node.expression.getText() !== 'Date') return null;
  if (ts.isCallExpression(node)) return 'Date()';
  return (node.arguments ?? []).length === 0 ? 'new Date()' : null;
};

const ofNode = (node: ts.Node): string | null =>
  ofExpression(node) ?? ofDate(node) ?? (ts.isImportDeclaration(node) ? ofImport(node) : null);

const ofImport = (node: ts.ImportDeclaration): string | null => {
  const module = (node.moduleSpecifier as ts.StringLiteral).text;
  if (!module.startsWith('node:')) return null;
  if (module !== 'node:crypto') return module;
  const named = node.importClause?.namedBindings;
  if (named === undefined || !ts.isNamedImports(named)) return 'node:crypto as a whole';
  const impure = named.elements.find(
    ({ name, propertyName }) => !PURE_CRYPTO.has((propertyName ?? name).text),
  );
  return impure === undefined ? null : `node:crypto ${impure.name.text}`;
};

/** What in a text would make its answers depend on more than its inputs, as `line: what`. */
export const impurities = (text: string): readonly string[] => {
  const file = ts.createSourceFile('scan.ts', text, ts.ScriptTarget.ES2023, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const what = ofNode(node);
    if (what !== null) {
      const { line } = file.getLineAndCharacterOfPosition(node.getStart());
      found.push(`${line + 1}: ${what}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
};
