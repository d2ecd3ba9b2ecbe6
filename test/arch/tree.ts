/** The repository's own source files, for tests about the house itself. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface SourceFile {
  /** Path from the repository's root, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** Files under some folders whose name ends in `.ts`, sorted; folders that do not exist hold none. */
export const sourceFiles = (...folders: readonly string[]): readonly SourceFile[] =>
  folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
        .map((entry) => join(entry.parentPath, entry.name)),
    )
    .sort()
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));

/** Lines as an editor counts them. */
export const lineCount = ({ text }: SourceFile): number => text.replace(/\n$/, '').split('\n').length;
