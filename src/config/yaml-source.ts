/** Reads one YAML text into plain values and remembers where each key stands; its complaints never quote the text. */
import { LineCounter, isMap, isNode, isScalar, parseDocument } from 'yaml';
import type { Document, ErrorCode } from 'yaml';
import type { KeyPath } from './keys.ts';

/** Something wrong in the configuration. */
export interface Problem {
  /** `file:line:col`, a variable, a flag, or `default`. */
  readonly where: string;
  /** Dotted key, or an empty text when the place alone tells. */
  readonly key: string;
  /** What is expected there; never what stands there. */
  readonly what: string;
}

export interface YamlSource {
  /** Null when the text cannot be used; then `problems` says why. */
  readonly tree: Readonly<Record<string, unknown>> | null;
  readonly problems: readonly Problem[];
  /** Where the value of a key stands, or null when the text does not set it. */
  readonly locate: (path: KeyPath) => string | null;
  /** Where the name of a key stands. */
  readonly locateName: (path: KeyPath) => string | null;
}

const COMPLAINTS: Partial<Record<ErrorCode, string>> = {
  DUPLICATE_KEY: 'each key once',
  MULTIPLE_DOCS: 'one document, not several',
  TAB_AS_INDENT: 'spaces, not a tab, for indentation',
  BAD_INDENT: 'the indentation of its neighbours',
  MISSING_CHAR: 'a character that is missing here (a quote, a bracket, a comma or a space after a colon)',
};

type Locate = (offset: number | undefined) => string;

/** Reads a YAML 1.2 text; `name` is how the file is called in errors. */
export const readYaml = (text: string, name: string): YamlSource => {
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at: Locate = (offset) => {
    const { line, col } = lines.linePos(offset ?? 0);
    return `${name}:${String(line)}:${String(col)}`;
  };
  const flaws = problemsOf(doc, at);
  const tree = flaws.length === 0 ? plainTree(doc) : null;
  const alias: Problem = { where: name, key: '', what: 'expected aliases whose anchors stand before them' };
  return {
    tree,
    problems: flaws.length === 0 && tree === null ? [alias] : flaws,
    locate: (path) => {
      const node = doc.getIn(path.map(step), true);
      return isNode(node) ? at(node.range?.[0]) : null;
    },
    locateName: (path) => {
      const parent = path.length === 1 ? doc.contents : doc.getIn(path.slice(0, -1).map(step), true);
      if (!isMap(parent)) return null;
      const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === path.at(-1));
      return isNode(pair?.key) ? at(pair.key.range?.[0]) : null;
    },
  };
};

/** Null when an alias cannot be followed (unknown, or too many of them). */
const plainTree = (doc: Document.Parsed): Readonly<Record<string, unknown>> | null => {
  try {
    return (doc.toJS() ?? {}) as Readonly<Record<string, unknown>>;
  } catch {
    return null;
  }
};

const problemsOf = (doc: Document.Parsed, at: Locate): readonly Problem[] => {
  const found = [...doc.errors, ...doc.warnings].map((error) => ({
    where: at(error.pos[0]),
    key: '',
    what: `expected ${COMPLAINTS[error.code] ?? 'valid YAML'}`,
  }));
  if (found.length > 0) return found;
  const root = doc.contents;
  const empty = root === null || (isScalar(root) && root.value === null);
  if (empty || isMap(root)) return [];
  return [{ where: at(root.range[0]), key: '', what: 'expected a mapping of keys' }];
};

/** List positions arrive as text of digits; collections look them up as numbers. */
const step = (part: string): string | number => (/^\d+$/.test(part) ? Number(part) : part);
