/** Undoes the escapes of quoted access-log fields (Apache `ap_escape_logitem`; nginx escapes as `\xHH` only). */

const CONTROL = new Map([
  ['b', 8],
  ['t', 9],
  ['n', 10],
  ['v', 11],
  ['f', 12],
  ['r', 13],
]);
const HEX_PAIR = /^[0-9A-Fa-f]{2}$/;

/** One escape at a backslash: the byte it writes and where the text goes on; null when it is none we know. */
const escapeAt = (text: string, at: number, end: number): { byte: number; next: number } | null => {
  if (at + 1 >= end) return null;
  const letter = text.charAt(at + 1);
  if (letter === '"' || letter === '\\') return { byte: letter.charCodeAt(0), next: at + 2 };
  const control = CONTROL.get(letter);
  if (control !== undefined) return { byte: control, next: at + 2 };
  const pair = text.slice(at + 2, at + 4);
  if (letter !== 'x' || at + 4 > end || !HEX_PAIR.test(pair)) return null;
  return { byte: Number.parseInt(pair, 16), next: at + 4 };
};

/**
 * The text of `line[from, to)` without its escapes. Escaped bytes in a row are one UTF-8 sequence; an unknown escape
 * stays as it is written.
 */
export const unescapeQuoted = (line: string, from: number, to: number): string => {
  let slash = line.indexOf('\\', from);
  if (slash < 0 || slash >= to) return line.slice(from, to);
  const bytes: Buffer[] = [];
  let at = from;
  while (slash >= 0 && slash < to) {
    bytes.push(Buffer.from(line.slice(at, slash)));
    const escape = escapeAt(line, slash, to);
    bytes.push(escape === null ? Buffer.from('\\') : Buffer.from([escape.byte]));
    at = escape?.next ?? slash + 1;
    slash = line.indexOf('\\', at);
  }
  bytes.push(Buffer.from(line.slice(at, to)));
  return Buffer.concat(bytes).toString('utf8');
};
