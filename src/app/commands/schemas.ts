/** `oboro schemas register`. */
import type { RegistryOptions } from '../../adapters/registry/client.ts';
import type { Registered } from '../../adapters/registry/register.ts';
import { registerSchemas } from '../../adapters/registry/register.ts';
import type { Config } from '../../config/config.ts';
import { loadConfig } from '../../config/load.ts';
import { SCHEMAS } from '../../wire/schemas.gen.ts';
import { readPem } from '../pem.ts';
import type { TalkOptions } from '../terminal.ts';
import { terminal } from '../terminal.ts';

export interface SchemasFlags extends TalkOptions {
  readonly config?: string;
}

/** Registers the schemas of all topics; changes nothing when repeated. */
export const schemasRegister = async (flags: SchemasFlags): Promise<void> => {
  const config = await loadConfig({ file: flags.config ?? null });
  const registered = await registerSchemas(Object.values(SCHEMAS), await optionsOf(config));
  const { json, result } = terminal(flags);
  if (json) result(JSON.stringify({ schemas: registered }));
  else for (const one of registered) result(lineOf(one));
};

const optionsOf = async ({ registry }: Pick<Config, 'registry'>): Promise<RegistryOptions> => {
  const { url, username, password, caFile, requestTimeoutMs } = registry;
  return {
    url,
    auth: username === null ? null : { username, password: password ?? '' },
    tls: caFile === null ? null : { ca: await readPem(caFile) },
    timeoutMs: requestTimeoutMs,
  };
};

const lineOf = ({ subject, id, version, compatibility, isNew }: Registered): string =>
  `${subject.padEnd(30)} id ${String(id)}, version ${String(version)}, ${compatibility}: ${isNew ? 'new' : 'known'}`;
