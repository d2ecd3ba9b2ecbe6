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

  constructor(telemetry: Pick<Telemetry, 'add'>, service: Service, codes: readonly ErrorCode[]) {
    this.#telemetry = telemetry;
    this.#service = service;
    this.#codes = codes;
  }

  one(): void {
    this.#telemetry.add('serviceErrors', { service: this.#service });
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
  const faults = new FaultCount(telemetry, 'kafka', KAFKA_FAILS);
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

/** The same registry; a call that it does not answer is counted, whether it says so or rejects. */
export const countingRegistry = (
  registry: SchemaRegistry,
  telemetry: Pick<Telemetry, 'add'>,
): SchemaRegistry => {
  const faults = new FaultCount(telemetry, 'registry', REGISTRY_FAILS);
  return {
    idOf: (topic) => faults.of(registry.idOf(topic)),
    schemasOf: async (topic) => {
      const answer = await faults.of(registry.schemasOf(topic));
      if (answer.kind === 'away') faults.one();
      return answer;
    },
    remembered: (topic) => registry.remembered(topic),
    close: () => registry.close(),
  };
};
