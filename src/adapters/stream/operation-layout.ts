/** How operations lie in bytes: kinds, lengths, and texts of hex digits as the bits they stand for. */
import type { Pseudonym } from '../../model/identity.ts';
import { pseudonym } from '../../model/identity.ts';
import type { CellId } from '../../model/place.ts';
import { cellId } from '../../model/place.ts';

export const WHO = 0;
export const FIX = 1;
export const RETRACT = 2;
export const LOCATION = 3;

export const ID_BYTES = 16;
export const WHO_BYTES = 2 * ID_BYTES + 1;
/** Type, index, who; latitude, longitude, time, accuracy; cell. */
export const FIX_BYTES = 1 + 4 + 4 + 4 * 8 + 8;
export const RETRACT_BYTES = 1 + 4 + ID_BYTES + 1;
export const LOCATION_BYTES = 1 + 4 + ID_BYTES + 8 + 8;
/** Hex digits in the upper half of a cell's 60 bits that are written as text. */
const UPPER_DIGITS = 7;

const digitsOf = (text: string, from: number, to: number): number => {
  let value = 0;
  for (let i = from; i < to; i += 1) {
    const code = text.charCodeAt(i);
    value = value * 16 + (code > 0x60 ? code - 0x57 : code - 0x30);
  }
  return value;
};

/** As h3 writes cells: lower case. */
export const writeCell = (bytes: Buffer, cell: CellId, at: number): void => {
  bytes.writeUInt32LE(digitsOf(cell, 0, UPPER_DIGITS), at);
  bytes.writeUInt32LE(digitsOf(cell, UPPER_DIGITS, cell.length), at + 4);
};

/** 128 bits written as hex digits. */
export const writeId = (bytes: Buffer, id: Pseudonym, at: number): number => {
  for (let i = 0; i < ID_BYTES; i += 1) bytes[at + i] = digitsOf(id, 2 * i, 2 * i + 2);
  return at + ID_BYTES;
};

/** H3 cells of the resolutions in use have 15 hex digits. */
export const readCell = (bytes: Buffer, at: number): CellId => {
  const upper = bytes.readUInt32LE(at).toString(16);
  return cellId(
    `${upper}${bytes
      .readUInt32LE(at + 4)
      .toString(16)
      .padStart(8, '0')}`,
  );
};

export const readId = (bytes: Buffer, at: number): Pseudonym =>
  pseudonym(bytes.toString('hex', at, at + ID_BYTES));
