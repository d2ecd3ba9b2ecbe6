/** Reads which guarantees the code carries and which the tests name. */
import ts from 'typescript';
import type { SourceFile } from './tree.ts';

/** Guarantee ids with the files that carry them. */
export type Tagged = ReadonlyMap<string, readonly string[]>;

const ID = /\bG-\d\d\b/g;

const collect = (files: readonly SourceFile[], idsIn: (text: string) => readonly string[]): Tagged => {
  const tagged = new Map<string, string[]>();
  for (const { path, text } of files) {
    for (const id of new Set(idsIn(text))) tagged.set(id, [...(tagged.get(id) ?? []), path]);
  }
  return tagged;
};

/** `@guarantee G-nn` in doc comments. */
export const carriedIn = (files: readonly SourceFile[]): Tagged =>
  collect(files, (text) => [...text.matchAll(/@guarantee\s+(G-\d\d)\b/g)].map((match) => match[1] ?? ''));

/** Titles of tests and suites that start with one or more ids, as in `it('G-05 G-07 …')`. */
export const namedIn = (files: readonly SourceFile[]): Tagged =>
  collect(files, (text) =>
    titlesOf(text).flatMap((title) => /^(G-\d\d[\s,:]*)+/.exec(title)?.[0].match(ID) ?? []),
  );

const RUNNERS = new Set(['it', 'test', 'describe']);

/** First arguments of `it`, `test` and `describe`, also with `.each(…)`, `.skipIf(…)` and the like between. */
const titlesOf = (text: string): readonly string[] => {
  const file = ts.createSourceFile('scan.ts', text, ts.ScriptTarget.ES2023, true);
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && RUNNERS.has(runnerOf(node.expression))) {
      const title = node.arguments[0];
      if (title !== undefined && ts.isStringLiteralLike(title)) titles.push(title.text);
      if (title !== undefined && ts.isTemplateExpression(title)) titles.push(title.head.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return titles;
};

const runnerOf = (expression: ts.Expression): string => {
  if (ts.isIdentifier(expression)) return expression.text;
  if (ts.isPropertyAccessExpression(expression) || ts.isCallExpression(expression))
    return runnerOf(expression.expression);
  return ts.isTaggedTemplateExpression(expression) ? runnerOf(expression.tag) : '';
};
