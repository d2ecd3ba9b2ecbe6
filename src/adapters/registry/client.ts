/** The HTTP client of the schema registry: the package's own API, with a deadline per request and every answer checked. */
import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import type registryApi from '@kafkajs/confluent-schema-registry/dist/api/index.js';

// Required, not imported: what the default of such a module is differs between Node, bundlers and test runners.
const { default: apiOf } = createRequire(import.meta.url)(
  '@kafkajs/confluent-schema-registry/dist/api/index.js',
) as typeof registryApi;

/**
 * How to reach a registry that speaks the Confluent API. That plaintext is for loopback only is checked where
 * configuration is.
 */
export interface RegistryOptions {
  /** Base URL; Apicurio's ends in `/apis/ccompat/v7`. */
  readonly url: string;
  /** Basic authentication (RFC 7617); null for none. */
  readonly auth: { readonly username: string; readonly password: string } | null;
  /** Certificates in PEM; null takes the system's authorities and shows no client certificate. */
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string } | null;
  /** Longest wait for one answer, whole, in ms. */
  readonly timeoutMs: number;
}

/** `absent` 404, `denied` 401 and 403, `incompatible` 409, `invalid` 422; all else is `away`. */
export type RegistryFaultKind = 'away' | 'absent' | 'denied' | 'incompatible' | 'invalid';

/** Why a request failed. The library's own error quotes URLs and answers, so nothing of it is kept. */
export class RegistryFault extends Error {
  readonly kind: RegistryFaultKind;

  constructor(kind: RegistryFaultKind) {
    super(`schema registry: ${kind}`);
    this.name = 'RegistryFault';
    this.kind = kind;
  }
}

/** One version of a subject. */
export interface SubjectVersion {
  readonly id: number;
  readonly version: number;
  /** The schema's text. */
  readonly schema: string;
  /** False for JSON Schema, Protobuf, and schemas that lean on others. */
  readonly isPlainAvro: boolean;
}

const STATUS: ReadonlyMap<number, RegistryFaultKind> = new Map([
  [401, 'denied'],
  [403, 'denied'],
  [404, 'absent'],
  [409, 'incompatible'],
  [422, 'invalid'],
]);

/** A connection that fails looks like status 400 in the package (its issue 306), so 400 is `away` like 5xx. */
const faultOf = (cause: unknown): RegistryFault => {
  if (cause instanceof RegistryFault) return cause;
  const status = isRecord(cause) ? cause['status'] : undefined;
  return new RegistryFault((typeof status === 'number' ? STATUS.get(status) : undefined) ?? 'away');
};

type Json = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null;

const isId = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 0;

/** Longest schema that is looked at, in characters. */
const MAX_SCHEMA = 1_000_000;

/** Anything that does not look like the answer is no registry's: a proxy's page, another service. */
const must = <T>(value: T | null): T => {
  if (value === null) throw new RegistryFault('away');
  return value;
};

const idOf = (answer: unknown): number | null => {
  const id = isRecord(answer) ? answer['id'] : undefined;
  return isId(id) ? id : null;
};

const versionOf = (answer: unknown): SubjectVersion | null => {
  if (!isRecord(answer)) return null;
  const { id, version, schema, schemaType = 'AVRO', references = [] } = answer;
  if (!isId(id) || !isId(version) || typeof schema !== 'string') return null;
  const stands = Array.isArray(references) && references.length === 0;
  return { id, version, schema, isPlainAvro: schemaType === 'AVRO' && stands && schema.length <= MAX_SCHEMA };
};

const namesOf = (answer: unknown): readonly string[] | null =>
  Array.isArray(answer) && answer.every((name) => typeof name === 'string') ? answer : null;

const levelOf = (answer: unknown): string | null => {
  const level = isRecord(answer) ? (answer['compatibilityLevel'] ?? answer['compatibility']) : undefined;
  return typeof level === 'string' ? level.toUpperCase() : null;
};

type Api = ReturnType<typeof apiOf>;

/** What one request is given beside its own parameters. */
interface Limits {
  readonly signal: AbortSignal;
  /** Silence on the socket, ms. */
  readonly timeout: number;
}

/**
 * The routes that are needed, each answered with a checked value or a `RegistryFault`. The package's outer class is
 * not used: it compiles whatever kind of schema an id names (JSON Schema by generated code), builds its resolvers
 * anew for each record, and has no way to a subject's compatibility level.
 */
export class RegistryClient {
  readonly #api: Api;
  readonly #agent: http.Agent;
  readonly #timeoutMs: number;

  constructor({ url, auth, tls, timeoutMs }: RegistryOptions) {
    const isTls = url.startsWith('https:');
    this.#agent = isTls ? new https.Agent({ keepAlive: true, ...tls }) : new http.Agent({ keepAlive: true });
    this.#timeoutMs = timeoutMs;
    this.#api = apiOf({
      host: url.replace(/\/+$/, ''),
      clientId: 'oboro',
      agent: this.#agent,
      // A request is repeated by whoever waits for it, who knows for how long.
      retry: { retries: 0 },
      ...(auth === null ? {} : { auth }),
    });
  }

  /** All subjects. */
  async subjects(): Promise<readonly string[]> {
    return must(namesOf(await this.#ask((limits) => this.#api.Subject.all({ ...limits }))));
  }

  async version(subject: string, version: number | 'latest'): Promise<SubjectVersion> {
    const of = { subject, version };
    return must(versionOf(await this.#ask((limits) => this.#api.Subject.version({ ...of, ...limits }))));
  }

  /** Id and version of a schema under a subject. */
  async find(subject: string, schema: string): Promise<{ readonly id: number; readonly version: number }> {
    const of = { subject, body: { schema } };
    const answer = await this.#ask((limits) => this.#api.Subject.registered({ ...of, ...limits }));
    const version = isRecord(answer) ? answer['version'] : undefined;
    return { id: must(idOf(answer)), version: must(isId(version) ? version : null) };
  }

  /** Registers a schema, or finds it registered; returns its id. */
  async register(subject: string, schema: string): Promise<number> {
    const of = { subject, body: { schema } };
    return must(idOf(await this.#ask((limits) => this.#api.Subject.register({ ...of, ...limits }))));
  }

  /** The compatibility level of a subject, in capitals. */
  async compatibility(subject: string): Promise<string> {
    return must(levelOf(await this.#ask((limits) => this.#api.Subject.config({ subject, ...limits }))));
  }

  async setCompatibility(subject: string, compatibility: string): Promise<void> {
    const of = { subject, body: { compatibility } };
    await this.#ask((limits) => this.#api.Subject.updateConfig({ ...of, ...limits }));
  }

  close(): void {
    this.#agent.destroy();
  }

  /** The parsed body of an answer. The deadline is our own: the package waits for ever on a body that stops coming. */
  async #ask(call: (limits: Limits) => Promise<{ readonly data: () => unknown }>): Promise<unknown> {
    const abort = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new RegistryFault('away'));
        abort.abort();
      }, this.#timeoutMs);
    });
    try {
      const answered = call({ signal: abort.signal, timeout: this.#timeoutMs }).then((answer) =>
        answer.data(),
      );
      return await Promise.race([answered, late]);
    } catch (cause) {
      throw faultOf(cause);
    } finally {
      clearTimeout(timer);
    }
  }
}
