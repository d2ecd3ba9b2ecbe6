/** A schema registry inside the test process: the Confluent routes that the product uses, and ways for it to misbehave. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How it answers: as a registry; 503; another service's page; headers and then silence; 404 to everything; 401. */
export type Mood = 'up' | 'broken' | 'page' | 'stuck' | 'elsewhere' | 'locked';

interface Version {
  readonly version: number;
  readonly id: number;
  readonly schema: string;
  readonly more: Readonly<Record<string, unknown>>;
  deleted: boolean;
}

interface Subject {
  level: string | null;
  readonly versions: Version[];
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const answer = (body: unknown, status = 200): Answer => ({ status, body });
const failure = (status: number, code: number): Answer =>
  answer({ error_code: code, message: 'canary-text of the registry' }, status);

const bodyOf = async (request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? {} : (JSON.parse(text) as Readonly<Record<string, unknown>>);
};

export class FakeRegistry {
  mood: Mood = 'up';
  /** Schema texts that are refused as incompatible by subjects that have a level. */
  readonly incompatible = new Set<string>();
  /** Like Apicurio: a subject that has no version cannot have a level. */
  levelNeedsSubject = false;
  /** `METHOD /path` of every request, in order. */
  readonly requests: string[] = [];
  readonly authorizations: (string | undefined)[] = [];
  readonly #subjects = new Map<string, Subject>();
  readonly #server: Server;
  #nextId = 1;

  constructor() {
    this.#server = createServer((request, response) => {
      void this.#serve(request, response);
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}/base`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Registers without asking about compatibility; returns the id. */
  put(subject: string, schema: unknown, more: Readonly<Record<string, unknown>> = {}): number {
    return this.#add(subject, typeof schema === 'string' ? schema : JSON.stringify(schema), more).id;
  }

  deleteVersion(subject: string, version: number): void {
    const found = this.#subjects.get(subject)?.versions.find((one) => one.version === version);
    if (found !== undefined) found.deleted = true;
  }

  levelOf(subject: string): string | null {
    return this.#subjects.get(subject)?.level ?? null;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://registry').pathname.replace(/^\/base/, '');
    this.requests.push(`${request.method ?? ''} ${path}`);
    this.authorizations.push(request.headers.authorization);
    const body = await bodyOf(request);
    if (this.mood === 'stuck') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('[');
      return;
    }
    const { status, body: said } = this.#answer(request.method ?? '', path.split('/').slice(1), body);
    response.writeHead(status, { 'content-type': 'application/vnd.schemaregistry.v1+json' });
    response.end(typeof said === 'string' ? said : JSON.stringify(said));
  }

  #answer(method: string, path: readonly string[], body: Readonly<Record<string, unknown>>): Answer {
    if (this.mood === 'broken') return failure(503, 50_003);
    if (this.mood === 'locked') return failure(401, 40_101);
    if (this.mood === 'elsewhere') return answer('<h1>Not found</h1>', 404);
    if (this.mood === 'page') return answer('<h1>Welcome</h1>');
    const [room, name = '', versions, version] = path;
    if (room === 'config') return this.#config(method, name, body);
    if (room !== 'subjects') return failure(404, 404);
    if (name === '') return answer([...this.#subjects.keys()]);
    if (method === 'GET') return this.#version(name, version ?? 'latest');
    return versions === undefined ? this.#find(name, body) : this.#register(name, body);
  }

  #config(method: string, name: string, body: Readonly<Record<string, unknown>>): Answer {
    const subject = this.#subjects.get(name);
    if (method === 'GET') {
      const level = subject?.level ?? null;
      return level === null ? failure(404, 40_408) : answer({ compatibilityLevel: level });
    }
    if (subject === undefined && this.levelNeedsSubject) return failure(404, 40_401);
    this.#subject(name).level = String(body['compatibility']);
    return answer(body);
  }

  #version(name: string, version: string): Answer {
    const alive = this.#subjects.get(name)?.versions.filter((one) => !one.deleted) ?? [];
    if (alive.length === 0) return failure(404, 40_401);
    const found = version === 'latest' ? alive.at(-1) : alive.find((one) => String(one.version) === version);
    if (found === undefined) return failure(404, 40_402);
    return answer({
      subject: name,
      id: found.id,
      version: found.version,
      schema: found.schema,
      ...found.more,
    });
  }

  #find(name: string, body: Readonly<Record<string, unknown>>): Answer {
    const subject = this.#subjects.get(name);
    if (subject === undefined) return failure(404, 40_401);
    const found = subject.versions.find((one) => !one.deleted && one.schema === body['schema']);
    return found === undefined ? failure(404, 40_403) : answer({ subject: name, ...found });
  }

  #register(name: string, body: Readonly<Record<string, unknown>>): Answer {
    const schema = String(body['schema']);
    const known = this.#find(name, body);
    if (known.status === 200) return known;
    if (this.incompatible.has(schema) && this.levelOf(name) !== null) return failure(409, 409);
    return answer({ id: this.#add(name, schema, {}).id });
  }

  #subject(name: string): Subject {
    const subject = this.#subjects.get(name) ?? { level: null, versions: [] };
    this.#subjects.set(name, subject);
    return subject;
  }

  #add(name: string, schema: string, more: Readonly<Record<string, unknown>>): Version {
    const { versions } = this.#subject(name);
    const made = { version: versions.length + 1, id: this.#nextId, schema, more, deleted: false };
    this.#nextId += 1;
    versions.push(made);
    return made;
  }
}
