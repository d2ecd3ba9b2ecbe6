/** Cuts one CSV line into its fields (RFC 4180, without line breaks inside quotes). */

const QUOTE = 34;
const COMMA = 44;

/** Where a quoted field that starts at `from` ends: the position of its closing quote, or −1. */
const closingQuote = (line: string, from: number): number => {
  for (let at = line.indexOf('"', from + 1); at >= 0; at = line.indexOf('"', at + 2)) {
    if (line.charCodeAt(at + 1) !== QUOTE) return at;
  }
  return -1;
};

/** The fields of a line; null when a quote is not closed, or stands inside an unquoted field. */
export const splitRow = (line: string): readonly string[] | null => {
  if (!line.includes('"')) return line.split(',');
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    let end: number;
    if (line.charCodeAt(at) === QUOTE) {
      const close = closingQuote(line, at);
      if (close < 0) return null;
      fields.push(line.slice(at + 1, close).replaceAll('""', '"'));
      end = close + 1;
      if (end < line.length && line.charCodeAt(end) !== COMMA) return null;
    } else {
      const comma = line.indexOf(',', at);
      end = comma < 0 ? line.length : comma;
      const field = line.slice(at, end);
      if (field.includes('"')) return null;
      fields.push(field);
    }
    if (end >= line.length) return fields;
    at = end + 1;
  }
};
