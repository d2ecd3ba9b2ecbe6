/** How the runtime's records become bytes and come back; the composition root hands these in, since the runtime knows no wire format. */
import type { Drop, Keep, Quarantine } from '../../flow/outcome.ts';
import type { Contribution, Retraction } from '../../model/contribution.ts';
import type { Control } from '../../model/control.ts';
import type { Pseudonym, SaltName } from '../../model/identity.ts';
import type { LedgerLine } from '../../model/ledger.ts';
import type { RawConsent, RawEvent, RawRevocation, RawRight } from '../../model/raw.ts';
import type { QuarantineReason } from '../../model/reasons.ts';
import type { NearFix, SanitizedLocation } from '../../model/sanitized.ts';
import type { EpochStart, EventTime, Watermark, WallTime } from '../../model/time.ts';
import type { LogRecord, Outgoing, Place, Position } from '../../ports/log.ts';
import type { StatePart } from '../fold-runner.ts';
import type { StateMoves } from '../sanitize-task.ts';

/** What an input record is; `wait` until `fetch` has brought its schema, `revoke` where its key is that of a tombstone. */
export type Intake =
  Keep<RawEvent | RawRight> | Drop | Quarantine | { readonly kind: 'wait' } | { readonly kind: 'revoke' };

export interface InputCodec {
  decode(place: Place, record: LogRecord): Intake;
  /** Whoever a key may name: a member, a terminal. None where the key is no identifier. */
  revocationsOf(key: Buffer): readonly RawRevocation[];
  /** Fetches the schemas that `decode` waited for. Rejects with SERVICE_AWAY while the registry is away. */
  fetch(): Promise<void>;
}

export interface DeadLetterRecord {
  readonly reason: QuarantineReason;
  readonly place: Place;
  readonly record: LogRecord;
  readonly atMs: number;
}

/** Records that leave stage S for readers outside; `consent` is a choice that is told again. */
export interface SanitizeOutputCodec {
  location(record: SanitizedLocation, partition: number): Outgoing;
  deadLetter(letter: DeadLetterRecord, partition: number): Outgoing;
  readonly consent: (record: RawConsent, partition: number) => Outgoing;
}

/** Values of `oboro.contributions`: contributions sealed under their epoch's state key, controls in the clear. */
export interface ContributionCodec {
  seal(at: Place, epoch: EpochStart, messages: readonly (Contribution | Retraction)[]): Buffer;
  control(message: Control): Buffer;
  /** Which epoch's salt a value needs, or the control it is. Throws STATE_CORRUPT. */
  read(value: Buffer): Control | { readonly kind: 'sealed'; readonly epoch: EpochStart };
  /** Null when the epoch's salt is destroyed. */
  open(at: Place, value: Buffer): readonly (Contribution | Retraction)[] | null;
}

/** What a saved state holds for only; it is the same for a deployment's whole life. */
export interface StateShape {
  /** Partitions of the inputs. */
  readonly partitions: number;
  /** Names the policy and the store list; see `rulesOf`. */
  readonly rules: string;
}

/** Where a task stands; nothing here is about anybody. */
export interface ChangelogHeader extends StateShape {
  readonly kind: 'delta' | 'snapshot';
  readonly sequence: number;
  readonly positions: readonly Position[];
  /** Newest event time of each input. */
  readonly clocks: readonly { readonly topic: string; readonly clock: EventTime }[];
  readonly now: Watermark;
  /** Newest watermark that a mark has told. */
  readonly marked: Watermark;
}

/** What moved a task's state, in order. Replayed over the state before it, it gives the state after. */
export type Operation =
  | { readonly kind: 'advance'; readonly now: Watermark }
  | { readonly kind: 'location'; readonly location: SanitizedLocation }
  | { readonly kind: 'fix'; readonly near: NearFix }
  | {
      readonly kind: 'retract';
      readonly epoch: EpochStart;
      readonly subject: Pseudonym;
      readonly erased: boolean;
    };

/** Takes operations as they happen; they become bytes at once, so a waiting commit holds no objects. */
export interface OperationWriter extends StateMoves {
  advance(now: Watermark): void;
  readonly count: number;
  /** About what they will take. */
  readonly bytes: number;
}

/** One value of the changelog as far as it can be read without any key. */
export interface ChangelogRecord {
  readonly header: ChangelogHeader;
  readonly isChunk: boolean;
  /** Salts under which its parts are sealed. */
  readonly salts: readonly SaltName[];
  readonly bytes: Buffer;
}

/** Values of `oboro.state`; the parts of an epoch whose salt is destroyed are gone and left out. */
export interface ChangelogCodec {
  writer(): OperationWriter;
  /** Values that hold the operations in order, one after the other. */
  delta(header: ChangelogHeader, operations: OperationWriter): readonly Buffer[];
  /** First value is the snapshot's start, the others its chunks. */
  snapshot(header: ChangelogHeader, parts: readonly StatePart[]): readonly Buffer[];
  /** Throws STATE_CORRUPT. */
  read(value: Buffer): ChangelogRecord;
  operations(record: ChangelogRecord): readonly Operation[];
  parts(record: ChangelogRecord): readonly StatePart[];
}

/** One value of `oboro.vault`, unwrapped. */
export interface VaultEntry {
  readonly name: SaltName;
  /** Null when it was destroyed. */
  readonly bytes: Buffer | null;
  readonly commitment: string;
  readonly imported: boolean;
}

/** An entry as it was read. */
export interface ReadVaultEntry extends VaultEntry {
  /** When it was made; when it was destroyed, of one that was. */
  readonly writtenAt: WallTime;
}

export interface VaultCodec {
  /** A new salt with its commitment; from the imported ones where there are any. */
  make(name: SaltName): VaultEntry;
  encode(entry: VaultEntry, nowMs: number): Outgoing;
  /** Throws VAULT_KEY, VAULT_COMMITMENT or STATE_CORRUPT. */
  decode(value: Buffer): ReadVaultEntry;
}

/** Where a gate task's re-reading starts: the first offset it still needs, and every task's mark as it was there. */
export interface GatePosition {
  readonly restart: number;
  readonly marks: readonly (readonly [task: string, watermark: Watermark])[];
  /** Epochs that start here or before are released to the end. */
  readonly over: EpochStart;
}

/** Records that leave stage G. `R` is what passed the gate. */
export interface GateOutputCodec<R> {
  rows(released: R, partition: number): readonly Outgoing[];
  ledger(line: LedgerLine, partition: number): Outgoing;
  /** Throws LEDGER_BROKEN. */
  ledgerLine(value: Buffer): LedgerLine;
  position(position: GatePosition, partition: number): Outgoing;
  /** Throws STATE_CORRUPT. */
  readPosition(value: Buffer): GatePosition;
}
