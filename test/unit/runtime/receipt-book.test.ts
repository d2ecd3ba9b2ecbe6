import { describe, expect, it } from 'vitest';
import { eventTime } from '../../../src/model/time.ts';
import { receiptOf } from '../../../src/runtime/receipt.ts';
import { ReceiptBook } from '../../../src/runtime/receipt-book.ts';

const receipt = (requestId: string) => receiptOf({ requestId, at: eventTime(Date.UTC(2024, 2, 5, 3)) });

const aBook = () => {
  const numbers: string[] = [];
  const book = new ReceiptBook(({ receipt: text, no }) => numbers.push(`${String(no)} ${text.slice(0, 6)}`));
  return { book, numbers };
};
const short = (requestId: string): string => receipt(requestId).receipt.slice(0, 6);

describe('G-04 a receipt', () => {
  it('names neither the request nor a time of day', () => {
    const text = JSON.stringify(receipt('request-1'));
    expect(text).not.toContain('request-1');
    expect(receipt('request-1')).toEqual({
      receipt: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      date: '2024-03-05',
    });
    expect(receipt('request-1')).not.toEqual(receipt('request-2'));
  });

  it('waits for the first line of the ledger', () => {
    const { book, numbers } = aBook();
    book.take(receipt('a'));
    expect(numbers).toEqual([]);
    book.open([]);
    book.take(receipt('b'));
    expect(numbers).toEqual([`1 ${short('a')}`, `2 ${short('b')}`]);
  });

  it('is written once for each subject of a request, also when the rights are read again after a restart', () => {
    const first = aBook();
    for (const id of ['a', 'a', 'b']) first.book.take(receipt(id));
    first.book.open([]);
    expect(first.numbers).toHaveLength(3);
    const second = aBook();
    for (const id of ['b', 'a', 'a']) second.book.take(receipt(id));
    second.book.open(first.book.record());
    second.book.take(receipt('a'));
    expect(second.numbers).toEqual([`4 ${short('a')}`]);
  });
});
