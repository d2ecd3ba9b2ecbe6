/** What a sanitize task is given, and what it tells of itself. */
import type { Watermark } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { ConsentViews } from '../../ports/views.ts';
import type { Calendar } from '../../time/calendar.ts';
import type { Grace } from '../../time/schedule.ts';
import type { SanitizeFlow } from '../flow.ts';
import type { KeyRing } from '../key-ring.ts';
import type { ChangelogSettings } from './changelog.ts';
import type {
  ChangelogCodec,
  ContributionCodec,
  InputCodec,
  SanitizeOutputCodec,
  StateShape,
} from './codecs.ts';
import type { VaultView } from './vault-view.ts';

export interface SanitizeStreamOptions {
  readonly partition: number;
  readonly transactionalId: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly vault: VaultView;
  /** Null where there is no Redis. */
  readonly views: ConsentViews | null;
  /** The flow and the codecs that need its keys, made anew for every attempt. */
  readonly make: (ring: KeyRing) => SanitizeParts;
  readonly input: InputCodec;
  readonly output: SanitizeOutputCodec;
  readonly partitionOf: (region: string) => number;
  /** Of the states that it writes, and of those that it goes on from. */
  readonly shape: StateShape;
  readonly gatePartitions: number;
  readonly settings: SanitizeSettings;
}

export interface SanitizeParts {
  readonly flow: SanitizeFlow;
  readonly calendar: Calendar;
  readonly contributions: ContributionCodec;
  readonly changelog: ChangelogCodec;
}

export interface SanitizeSettings extends ChangelogSettings {
  readonly latenessMs: number;
  readonly skewMs: number;
  readonly idleAfterMs: number;
  readonly markEveryMs: number;
  readonly grace: Grace;
}

export interface SanitizeStanding {
  readonly watermark: Watermark;
  /** Number of keys with state, by fold. */
  readonly keys: Readonly<Record<string, number>>;
  readonly changelogBytes: number;
}
