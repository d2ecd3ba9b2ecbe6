/** Reads decimal numbers out of a line without cutting text, exactly as `Number` would. */

/** Powers of ten that doubles hold exactly. */
const POW10 = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
  1e20, 1e21, 1e22,
];
/** So many digits always stay below 2^53. */
const EXACT_DIGITS = 15;
const DECIMAL = /^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const MAX_NUMBER_TEXT = 40;

/** Decimal notation without sign only: no hexadecimal, no Infinity, no spaces, no empty text. */
const slowNumber = (text: string): number =>
  text.length <= MAX_NUMBER_TEXT && DECIMAL.test(text) ? Number(text) : NaN;

/** A mantissa with its point `fraction` digits from the right. */
const placed = (mantissa: number, fraction: number): number =>
  fraction === 0 ? mantissa : mantissa / (POW10[fraction] ?? NaN);

const scanUnsigned = (text: string, from: number, to: number): number => {
  let point = to;
  let mantissa = 0;
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 48 && code <= 57) mantissa = mantissa * 10 + (code - 48);
    else if (code === 46 && point === to) point = at;
    else return slowNumber(text.slice(from, to));
  }
  const fraction = point === to ? 0 : to - point - 1;
  const digits = point - from + fraction;
  if (digits < 1 || digits > EXACT_DIGITS) return slowNumber(text.slice(from, to));
  return placed(mantissa, fraction);
};

/**
 * The number that `text[from, to)` writes in decimal notation, else NaN; a plus sign is not expected. An integer
 * below 2^53 divided by a power of ten up to 10^22 is correctly rounded, because both are exact (W. Clinger, "How to
 * read floating point numbers accurately", 1990); everything else goes through `Number`.
 */
export const scanNumber = (text: string, from: number, to: number): number =>
  text.charCodeAt(from) === 45 ? -scanUnsigned(text, from + 1, to) : scanUnsigned(text, from, to);
