/** HTML by tagged template: whatever is put into it is escaped, unless it is itself made here. */

/** A piece of HTML whose text has been escaped. */
export interface Markup {
  readonly markup: string;
}

export type Content = Markup | string | number | null | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Control characters have no place in a page, and the bidirectional ones (UAX #9: embeddings, overrides, isolates,
 * marks) would let a store's name turn the words around it. A surrogate on its own is no character.
 */
const UNWANTED =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\p{Surrogate}]/gu;

/** Text for an element or a quoted attribute. */
export const escapeHtml = (text: string): string =>
  text.replaceAll(UNWANTED, '').replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

/** Builds HTML; strings and numbers are escaped, null leaves nothing, lists are joined. */
export const markup = (parts: TemplateStringsArray, ...contents: readonly Content[]): Markup => ({
  markup: parts
    .map((part, index) => part + (index < contents.length ? render(contents[index] ?? null) : ''))
    .join(''),
});

export const render = (content: Content): string => {
  if (content === null) return '';
  if (typeof content === 'string') return escapeHtml(content);
  if (typeof content === 'number') return String(content);
  return 'markup' in content ? content.markup : content.map(render).join('');
};

/** Text written by the program itself that is no HTML to escape: a style sheet, a path. Never for input. */
export const verbatim = (text: string): Markup => ({ markup: text });

/** A name from outside, kept apart from the direction of the text around it; Japanese is marked as such. */
export const properName = (name: string): Markup =>
  /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(name)
    ? markup`<bdi lang="ja">${name}</bdi>`
    : markup`<bdi>${name}</bdi>`;
