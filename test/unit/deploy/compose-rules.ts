/** What must hold of a compose file of this project; each rule gives the faults it finds, in words. */

export interface Service {
  readonly image?: string;
  readonly build?: unknown;
  readonly command?: unknown;
  readonly entrypoint?: unknown;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly privileged?: boolean;
  readonly network_mode?: string;
  readonly networks?: readonly string[];
  readonly pid?: string;
  readonly cap_add?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly mem_limit?: string;
  readonly restart?: string;
  readonly stop_grace_period?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly profiles?: readonly string[];
  readonly environment?: Readonly<Record<string, unknown>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly depends_on?: Readonly<Record<string, { readonly condition?: string }>>;
  readonly 'x-user'?: string;
  readonly 'x-writable'?: string;
}

export interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes?: Readonly<Record<string, unknown>>;
  readonly networks?: Readonly<Record<string, unknown>>;
}

type Rule = (service: Service, file: Compose) => readonly string[];

const when = (bad: boolean, fault: string): readonly string[] => (bad ? [fault] : []);

/** A service that does its work once and ends. */
export const endsByItself = ({ restart, healthcheck }: Service): boolean =>
  restart === 'no' && healthcheck?.disable === true;

const PINNED = /^[a-z0-9./-]+:v?\d+\.\d+\.\d+(-[a-z0-9.]+)?$/;

const isNamedVolume = (source: string): boolean => !/^[./~]/.test(source);

const sourceOf = (volume: string): string => volume.split(':')[0] ?? '';

const CONDITION_OF = (target: Service): string =>
  endsByItself(target) ? 'service_completed_successfully' : 'service_healthy';

export const RULES: Readonly<Record<string, Rule>> = {
  'its image is pinned to a version': ({ image = '' }) => when(!PINNED.test(image), `image ${image}`),
  'it has a health check, or ends by itself': (service) =>
    when(!endsByItself(service) && (service.healthcheck?.test?.length ?? 0) < 2, 'no health check'),
  'its commands are lists, which no shell takes apart': ({ command, entrypoint, healthcheck }) =>
    [command, entrypoint, healthcheck?.test]
      .filter((one) => one !== undefined && !Array.isArray(one))
      .map(() => 'a command that is a text'),
  'it runs as somebody else than root, or says as whom': ({ user, 'x-user': reason = '' }) =>
    when(user === undefined ? reason === '' : !/^[1-9]\d*:\d+$/.test(user), `user ${String(user)}`),
  'its file system is read-only, or it says why not': ({ read_only, 'x-writable': reason = '' }) =>
    when(read_only !== true && reason === '', 'a file system that can be written'),
  'it has no privilege': ({ privileged, pid, cap_add, network_mode }) => [
    ...when(privileged === true, 'privileged'),
    ...when(pid !== undefined, 'a pid of the host'),
    ...when((cap_add?.length ?? 0) > 0, 'added capabilities'),
    ...when(network_mode === 'host', 'the network of the host'),
  ],
  'it drops every capability and takes no new privileges': ({ cap_drop = [], security_opt = [] }) => [
    ...when(!cap_drop.includes('ALL'), 'capabilities'),
    ...when(!security_opt.includes('no-new-privileges:true'), 'new privileges'),
  ],
  'it has a bound of memory': ({ mem_limit }) => when(mem_limit === undefined, 'no mem_limit'),
  'its ports are on loopback': ({ ports = [] }) =>
    ports.filter((port) => !/^127\.0\.0\.1:\d+:\d+$/.test(port)).map((port) => `port ${port}`),
  'its volumes are declared, and files of the checkout are read-only': ({ volumes = [] }, file) =>
    volumes.flatMap((volume) => {
      const source = sourceOf(volume);
      return isNamedVolume(source)
        ? when(!(source in (file.volumes ?? {})), `volume ${source}`)
        : when(!volume.endsWith(':ro'), `writable ${source}`);
    }),
  'its networks are declared': ({ networks = [], network_mode }, file) => [
    ...when(networks.length === 0 && network_mode !== 'none', 'no network'),
    ...networks.filter((name) => !(name in (file.networks ?? {}))).map((name) => `network ${name}`),
  ],
  'it waits for services that there are, until they are ready': ({ depends_on = {}, profiles }, file) =>
    Object.entries(depends_on).flatMap(([name, { condition }]) => {
      const target = file.services[name];
      if (target === undefined) return [`waits for ${name}`];
      const hidden = target.profiles?.some((profile) => profiles?.includes(profile) !== true) ?? false;
      return [
        ...when(condition !== CONDITION_OF(target), `waits for ${name} by ${String(condition)}`),
        ...when(hidden, `waits for ${name}, which is in a profile`),
      ];
    }),
};

/** All faults of a file, as `service: rule: fault`. */
export const faultsOf = (file: Compose): readonly string[] =>
  Object.entries(file.services).flatMap(([name, service]) =>
    Object.entries(RULES).flatMap(([rule, check]) =>
      check(service, file).map((fault) => `${name}: ${rule}: ${fault}`),
    ),
  );
