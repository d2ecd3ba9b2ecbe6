import { describe, expect, it } from 'vitest';
import { OboroError } from '../../../../src/model/errors.ts';
import type { Outgoing } from '../../../../src/ports/log.ts';
import { CommitLane } from '../../../../src/runtime/stream/commit-lane.ts';

/** A writer whose transactions end when the test says so. */
class SlowWriter {
  readonly sent: string[] = [];
  readonly #open: { readonly resolve: () => void; readonly reject: (cause: Error) => void }[] = [];
  isClosed = false;

  commit(records: readonly Outgoing[]): Promise<void> {
    this.sent.push(records.map(({ topic }) => topic).join());
    return new Promise((resolve, reject) => {
      this.#open.push({ resolve, reject });
    });
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }

  async end(fault?: Error): Promise<void> {
    const first = this.#open.shift();
    if (fault === undefined) first?.resolve();
    else first?.reject(fault);
    await turns();
  }
}

const turns = async (): Promise<void> => {
  for (let i = 0; i < 10; i += 1) await Promise.resolve();
};
const records = (topic: string): readonly Outgoing[] => [{ topic, partition: 0, key: null, value: null }];
const FENCED = new OboroError('FENCED', 'another writer');

describe('the lane of a task’s transactions', () => {
  it('sends one after the other', async () => {
    const writer = new SlowWriter();
    const lane = new CommitLane(writer);
    const [a, b] = [lane.commit(records('a')), lane.commit(records('b'))];
    await turns();
    expect(writer.sent).toEqual(['a']);
    await writer.end();
    await a;
    expect(writer.sent).toEqual(['a', 'b']);
    await writer.end();
    await b;
    await lane.idle();
  });

  it('sends nothing more after the first failure, and everybody hears of it', async () => {
    const writer = new SlowWriter();
    const lane = new CommitLane(writer);
    const [a, b] = [lane.commit(records('a')), lane.commit(records('b'))].map((one) =>
      one.catch((cause: unknown) => cause),
    );
    await turns();
    await writer.end(FENCED);
    expect(await a).toBe(FENCED);
    expect(await b).toBe(FENCED);
    await expect(lane.commit(records('c'))).rejects.toBe(FENCED);
    expect(writer.sent).toEqual(['a']);
  });

  it('sends nothing more when it was closed, what waits included', async () => {
    const writer = new SlowWriter();
    const lane = new CommitLane(writer);
    const first = lane.commit(records('a'));
    await turns();
    await lane.close();
    expect(writer.isClosed).toBe(true);
    await expect(lane.commit(records('b'))).rejects.toThrow(expect.objectContaining({ code: 'TASK_LOST' }));
    await writer.end();
    await first;
    expect(writer.sent).toEqual(['a']);
  });
});
