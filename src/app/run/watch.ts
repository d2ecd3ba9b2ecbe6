/** Those who look over a run's shoulder: the demo, proofs, and reports on other parameters. None of them changes a result. */
import type { Store } from '../../model/place.ts';
import type { SanitizedLocation } from '../../model/sanitized.ts';
import type { EventTime } from '../../model/time.ts';
import type { Witness } from '../../release/witness.ts';
import type { GateDriver } from '../../runtime/engine.ts';

/** Sees what becomes of single fixes; for simulated data only. */
export interface Watch {
  readonly wants: (deviceId: string, at: EventTime) => boolean;
  readonly saw: (record: SanitizedLocation) => void;
}

export interface Onlookers {
  /** Looks over the doors at one fix, for the demo on simulated data. */
  readonly watch?: Watch;
  /** Only where a proof needs to see the contributions behind the rows. */
  readonly witness?: Witness;
  /** Made of the store list; is told what the gate is told. */
  readonly beside?: (stores: readonly Store[]) => GateDriver;
}
