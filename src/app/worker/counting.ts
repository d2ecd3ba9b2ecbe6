/** Counts the calls to Kafka and to the schema registry that fail because nobody answers, at the rim of a worker. */
import type { ErrorCode } from '../../model/errors.ts';
import { OboroError } from '../../model/errors.ts';
import type { Log, TaskWriter } from '../../ports/log.ts';
import type { SchemaRegistry } from '../../ports/registry.ts';
import type { Service, Telemetry } from '../../ports/telemetry.ts';

const KAFKA_FAILS: readonly ErrorCode[] = ['KAFKA_AWAY', 'TXN_UNKNOWN'];
const REGISTRY_FAILS: readonly ErrorCode[] = ['SERVICE_AWAY'];

/** Counts a service's failures, each fault once however many calls it ends. */
class FaultCount {
  readonly #telemetry: Pick<Telemetry, 'add'>;
  readonly #service: Service;
  readonly #codes: readonly ErrorCode[];
  readonly #counted = new WeakSet<OboroError>();
  readonly #said: (isThere: boolean) => void;

  constructor(
    telemetry: Pick<Telemetry, 'add'>,
    service: Service,
    {
      codes,
      said = () => undefined,
    }: { readonly codes: readonly ErrorCode[]; readonly said?: (isThere: boolean) => void },
  ) {
    this.#telemetry = telemetry;
    this.#said = said;
    this.#service = service;
    this.#codes = codes;
  }

  one(): void {
    this.#telemetry.add('serviceErrors', { service: this.#service });
    this.#said(false);
  }

  answered(): void {
    this.#said(true);
  }

  /** The call's own answer or fault. */
  async of<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (cause) {
      if (cause instanceof OboroError && this.#codes.includes(cause.code) && !this.#counted.has(cause)) {
        this.#counted.add(cause);
        this.one();
      }
      throw cause;
    }
  }
}

/** The same log; its failures and those of its writers are counted. A fenced writer is no failure of Kafka. */
export const countingLog = (log: Log, telemetry: Pick<Telemetry, 'add'>): Log => {
  const faults = new FaultCount(telemetry, 'kafka', { codes: KAFKA_FAILS });
  const counting = (writer: TaskWriter): TaskWriter => ({
    commit: (records) => faults.of(writer.commit(records)),
    close: () => writer.close(),
  });
  return {
    openWriter: async (id) => counting(await faults.of(log.openWriter(id))),
    readToEnd: (place, from, take) => faults.of(log.readToEnd(place, from, take)),
    bounds: (place) => faults.of(log.bounds(place)),
    partitionsOf: (topic) => faults.of(log.partitionsOf(topic)),
    deleteBefore: (place, offset) => faults.of(log.deleteBefore(place, offset)),
    tail: (topic, take) => faults.of(log.tail(topic, take)),
    close: () => log.close(),
  };
};

/**
 * The same registry; a call that it does not answer is counted, whether it says so or rejects. `said` is told with each
 * call whether it is there.
 */
export const countingRegistry = (
  registry: SchemaRegistry,
  telemetry: Pick<Telemetry, 'add'>,
  said: (isThere: boolean) => void = () => undefined,
): SchemaRegistry => {
  const faults = new FaultCount(telemetry, 'registry', { codes: REGISTRY_FAILS, said });
  return {
    idOf: async (topic) => {
      const id = await faults.of(registry.idOf(topic));
      faults.answered();
      return id;
    },
    schemasOf: async (topic) => {
      const answer = await faults.of(registry.schemasOf(topic));
      if (answer.kind === 'away') faults.one();
      else faults.answered();
      return answer;
    },
    remembered: (topic) => registry.remembered(topic),
    close: () => registry.close(),
  };
};
