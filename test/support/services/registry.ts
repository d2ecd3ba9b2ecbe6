/** A real schema registry (Apicurio, the Confluent interface) from its jar. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureJars } from './jars.ts';
import { LocalProcess } from './local-process.ts';
import { freePort, LOOPBACK } from './sockets.ts';

export interface RegistryOptions {
  /** Kept at `stop()`. Without it, a folder in temp that `stop()` removes. */
  readonly dataDir?: string;
  readonly port?: number;
}

export interface Registry {
  /** Base of the Confluent interface: what clients are configured with. */
  readonly url: string;
  readonly port: number;
  readonly process: LocalProcess;
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** On the same port, with the schemas and ids it had. */
  restart(): Promise<void>;
  pause(): void;
  resume(): void;
}

const environment = (port: number, dataDir: string): Readonly<Record<string, string>> => ({
  QUARKUS_HTTP_HOST: LOOPBACK,
  QUARKUS_HTTP_PORT: String(port),
  APICURIO_DATASOURCE_URL: `jdbc:h2:file:${join(dataDir, 'registry')}`,
});

/**
 * Starts a registry and resolves when it answers (about 6 s).
 * @throws Error with the end of its log when it does not come up.
 */
export const startRegistry = async (options: RegistryOptions = {}): Promise<Registry> => {
  const { registry } = await ensureJars();
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'oboro-registry-')));
  const port = options.port ?? (await freePort());
  const url = `http://${LOOPBACK}:${port}/apis/ccompat/v7`;
  const jvm = ['-Xmx160m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', `-Djava.io.tmpdir=${dataDir}`];
  const server = new LocalProcess({
    name: 'the schema registry',
    command: 'java',
    args: [...jvm, '-jar', registry],
    env: environment(port, dataDir),
    logFile: join(dataDir, 'registry.log'),
    probe: async () => (await fetch(`${url}/subjects`, { signal: AbortSignal.timeout(2_000) })).ok,
  });
  await server.start();
  return {
    url,
    port,
    process: server,
    stop: async () => {
      await server.kill();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
    kill: () => server.kill(),
    restart: async () => {
      await server.terminate();
      await server.start();
    },
    pause: () => server.pause(),
    resume: () => server.resume(),
  };
};
