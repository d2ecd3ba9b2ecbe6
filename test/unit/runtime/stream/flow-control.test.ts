import { describe, expect, it } from 'vitest';
import type { Place } from '../../../../src/ports/log.ts';
import { FlowControl } from '../../../../src/runtime/stream/flow-control.ts';
import { RIGHT_TOPICS } from '../../../../src/runtime/stream/topics.ts';
import { NO_CLOCKS, aBatch } from './batches.ts';

/** A reader that remembers what flows. */
const aReader = () => {
  const said: string[] = [];
  const shown = (what: string, places: readonly Place[]) =>
    said.push(...places.map(({ topic, partition }) => `${what} ${topic}-${partition}`));
  const reader = {
    pause: (places: readonly Place[]) => void shown('pause', places),
    resume: (places: readonly Place[]) => void shown('resume', places),
  };
  return { said, reader };
};

describe('flow control', () => {
  const aControl = (maxBytes = 1_000) => {
    const { said, reader } = aReader();
    return { said, control: new FlowControl({ first: RIGHT_TOPICS, maxBytes, reader }) };
  };
  const take = (control: FlowControl): void => {
    const batch = control.peek(NO_CLOCKS);
    if (batch !== null) control.drop(batch);
  };

  it('pauses an input once when it is full, and resumes it once when it is not', () => {
    const { said, control } = aControl();
    for (const from of [0, 1, 2, 3]) control.put(aBatch('raw.gps', { from, bytes: 500 }));
    expect(said).toEqual(['pause raw.gps-2']);
    take(control);
    take(control);
    expect(said).toEqual(['pause raw.gps-2']);
    take(control);
    take(control);
    expect(said).toEqual(['pause raw.gps-2', 'resume raw.gps-2']);
  });

  it('leaves other inputs alone', () => {
    const { said, control } = aControl();
    control.put(aBatch('raw.gps', { bytes: 2_000 }));
    control.put(aBatch('raw.device'));
    expect(said).toEqual(['pause raw.gps-2']);
    const batch = aBatch('raw.device');
    control.drop(batch);
    expect(said).toEqual(['pause raw.gps-2']);
  });

  it('a large batch that was cut flows again as soon as its last pieces fit', () => {
    const { said, control } = aControl(150_000);
    control.put(aBatch('raw.gps', { count: 3_000, bytes: 0 }));
    expect(said).toEqual(['pause raw.gps-2']);
    take(control);
    expect(said).toHaveLength(1);
    take(control);
    expect(said).toEqual(['pause raw.gps-2', 'resume raw.gps-2']);
  });

  it('forgets what waited and what was paused: everything is read anew', () => {
    const { said, control } = aControl();
    control.put(aBatch('raw.gps', { bytes: 2_000 }));
    control.clear();
    expect(control.peek(NO_CLOCKS)).toBeNull();
    control.put(aBatch('raw.gps', { bytes: 2_000 }));
    expect(said).toEqual(['pause raw.gps-2', 'pause raw.gps-2']);
  });
});
