/** `oboro run`: drives an embedded run and says what came of it. */
import process from 'node:process';
import { systemClock, systemRandomness } from '../../adapters/system/clock.ts';
import { loadConfig } from '../../config/load.ts';
import type { RunResult } from '../run/run.ts';
import { runEmbedded } from '../run/run.ts';
import { summaryOf } from '../run/summary.ts';
import { stopSignal } from '../stop-signal.ts';
import type { TalkOptions } from '../terminal.ts';
import { terminal } from '../terminal.ts';
import { CODE_VERSION } from '../version.ts';

export interface RunFlags extends TalkOptions {
  readonly input: readonly string[];
  readonly out: string;
  readonly config?: string;
  readonly follow?: boolean;
}

export const run = async (flags: RunFlags): Promise<void> => {
  const talk = terminal(flags);
  const result = await runWith(flags);
  if (result.manifest?.vault === 'imported') {
    talk.talk('Note: imported salts were used. They are not secret: for tests only.');
  }
  if (flags.json === true) talk.result(JSON.stringify(result.manifest));
  else for (const line of summaryOf(result, flags)) talk.result(line);
};

/** Runs as the flags say; shared with the demo. */
export const runWith = async (flags: RunFlags): Promise<RunResult> => {
  const config = await loadConfig({ file: flags.config ?? null });
  const { signal, stopListening } = stopSignal();
  try {
    return await runEmbedded({
      inputs: flags.input,
      out: flags.out,
      config,
      codeVersion: CODE_VERSION,
      clock: systemClock,
      randomness: systemRandomness,
      signal,
      follow: flags.follow ?? false,
      progress: { stream: process.stderr, quiet: flags.quiet ?? false },
    });
  } finally {
    stopListening();
  }
};
