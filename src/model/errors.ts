/** The faults of the machine: one closed table of coded errors, with the exit code of each (sysexits). Imports nothing. */

/** Exit codes of the command line, after BSD sysexits(3). */
export const EXIT = {
  ok: 0,
  usage: 64,
  badInput: 65,
  inputMissing: 66,
  unavailable: 69,
  bug: 70,
  cannotCreate: 73,
  tempFail: 75,
  notPermitted: 77,
  config: 78,
  interrupted: 130,
} as const;

const ERROR_TABLE = {
  USAGE: EXIT.usage,
  CFG_INVALID: EXIT.config,
  CFG_UNREADABLE: EXIT.config,
  INPUT_INVALID: EXIT.badInput,
  INPUT_MISSING: EXIT.inputMissing,
  INPUT_CHANGED: EXIT.badInput,
  OUTPUT_DENIED: EXIT.cannotCreate,
  OUTPUT_BUSY: EXIT.tempFail,
  OUTPUT_FOREIGN: EXIT.cannotCreate,
  STATE_CORRUPT: EXIT.badInput,
  VAULT_KEY: EXIT.config,
  VAULT_COMMITMENT: EXIT.notPermitted,
  LEDGER_BROKEN: EXIT.badInput,
  LEDGER_TWICE: EXIT.notPermitted,
  SERVICE_AWAY: EXIT.unavailable,
  TASK_LOST: EXIT.tempFail,
  POSITION_LOST: EXIT.config,
  KAFKA_AWAY: EXIT.unavailable,
  KAFKA_REFUSED: EXIT.notPermitted,
  FENCED: EXIT.tempFail,
  TXN_UNKNOWN: EXIT.tempFail,
  TOPIC_MISSING: EXIT.config,
  PARTITIONS_CHANGED: EXIT.config,
  BUG: EXIT.bug,
} as const;
export type ErrorCode = keyof typeof ERROR_TABLE;

export interface OboroErrorOptions {
  readonly cause?: unknown;
  /** What to do next, in one sentence. */
  readonly hint?: string;
  readonly retriable?: boolean;
}

/** A fault of the machine or its use. Its message never carries record content. */
export class OboroError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | null;
  readonly retriable: boolean;

  constructor(code: ErrorCode, message: string, options: OboroErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'OboroError';
    this.code = code;
    this.hint = options.hint ?? null;
    this.retriable = options.retriable ?? false;
  }

  get exitCode(): number {
    return ERROR_TABLE[this.code];
  }
}
