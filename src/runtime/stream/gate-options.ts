/** What a gate task is given. */
import type { SaltName } from '../../model/identity.ts';
import type { GenesisEntry, ReleaseEntry } from '../../model/ledger.ts';
import type { EventTime, WallTime } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Journal, Telemetry } from '../../ports/telemetry.ts';
import type { ReleaseViews } from '../../ports/views.ts';
import type { GateFlow } from '../flow.ts';
import type { KeyRing } from '../key-ring.ts';
import type { LedgerRules } from '../ledger-keeper.ts';
import type { ContributionCodec, GateOutputCodec, VaultCodec } from './codecs.ts';
import type { VaultView } from './vault-view.ts';

export interface GateStreamOptions<R> {
  readonly partition: number;
  readonly transactionalId: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly journal: Journal;
  readonly vault: VaultView;
  /** Null where there is no Redis. */
  readonly releases: Pick<ReleaseViews, 'publish'> | null;
  /** Resolves when the view has everything that was in the vault at the call. */
  readonly vaultCaughtUp: () => Promise<void>;
  /** The flow and the codecs that need its keys, made anew for every attempt. */
  readonly make: (ring: KeyRing) => GateParts<R>;
  readonly vaultCodec: VaultCodec;
  readonly output: GateOutputCodec<R>;
  readonly genesis: GenesisEntry;
  readonly rules: LedgerRules;
  readonly entryOf: (released: R) => ReleaseEntry;
  readonly deathOf: (name: SaltName) => EventTime;
  /** When a salt is destroyed by wall time, whatever is not released yet. */
  readonly deadlineOf: (name: SaltName, bornAt: WallTime) => WallTime;
  readonly sanitizePartitions: number;
  readonly gatePartitions: number;
}

export interface GateParts<R> {
  readonly flow: GateFlow<R>;
  readonly contributions: ContributionCodec;
}
