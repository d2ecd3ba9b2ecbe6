/** Reads the guarantees of docs/privacy-model.md: their parts, and the files that they name. */
import { dirname, join } from 'node:path';

export interface GuaranteeText {
  readonly id: string;
  readonly text: string;
}

/** Each section `### G-nn …` with all that stands in it. */
export const guaranteesIn = (page: string): readonly GuaranteeText[] => {
  const sections = page.split(/^### (?=G-\d\d )/mu).slice(1);
  return sections.map((section) => ({
    id: section.slice(0, 'G-00'.length),
    text: section.split(/^## /mu)[0] ?? '',
  }));
};

/** The parts that an outside reader needs to check a guarantee. */
export const PARTS = ['Statement', 'Mechanism', 'Residual risk', 'Code', 'Tests'] as const;

export const partsMissing = ({ text }: GuaranteeText): readonly string[] =>
  PARTS.filter((part) => !text.includes(`**${part}.**`));

const NAMED = /`([\w./-]+)`/gu;

/**
 * Paths under `**Code.**` and `**Tests.**`. A bare file name lies in the folder of the path before it; a path that ends
 * in a slash is a folder.
 */
export const filesNamed = ({ text }: GuaranteeText): readonly string[] => {
  const from = text.indexOf('**Code.**');
  let folder = '';
  return [...text.slice(from).matchAll(NAMED)].flatMap(([, name = '']) => {
    if (name.startsWith('src/') || name.startsWith('test/')) {
      folder = name.endsWith('/') ? name : dirname(name);
      return [name];
    }
    return name.endsWith('.ts') ? [join(folder, name)] : [];
  });
};
