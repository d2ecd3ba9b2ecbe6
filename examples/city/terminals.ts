/** What people carry: phones with an operating system, a browser's user agent, and a habit of reporting positions. */
import type { Random } from './random.ts';
import { runningSums } from './random.ts';

/**
 * How often a terminal reports: `steady` whenever it may, `frugal` hardly while it lies still, `sparse` mostly
 * while the app is open.
 */
export type Reporting = 'steady' | 'frugal' | 'sparse';

export interface Terminal {
  readonly deviceId: string;
  readonly idType: 'INSTALL' | 'ADVERTISING';
  /** Null where the browser refuses cookies. */
  readonly cookieId: string | null;
  readonly terminalType: 'phone' | 'tablet';
  readonly model: string;
  readonly osName: 'android' | 'ios';
  readonly osVersion: string;
  readonly appVersion: string;
  readonly userAgent: string;
  readonly reporting: Reporting;
  /** False for a second terminal that stays at home. */
  readonly carried: boolean;
  /** True for a terminal whose owner lets an app make positions up. */
  readonly mocks: boolean;
}

const ANDROID_MODELS = ['Pixel 7a', 'Pixel 8', 'SH-M26', 'SO-53D', 'SC-51D', 'A3101OP'] as const;
const ANDROID_VERSIONS = ['11', '12', '13', '14', '14'] as const;
const IPHONES = ['iPhone13,1', 'iPhone14,5', 'iPhone14,6', 'iPhone15,4', 'iPhone16,1'] as const;
const IOS_VERSIONS = ['15.8', '16.7', '17.4', '17.4', '17.5'] as const;
const APP_VERSIONS = ['4.11.2', '4.12.0', '4.12.0', '4.12.1'] as const;

const androidAgent = (version: string, model: string, tablet: boolean): string =>
  `Mozilla/5.0 (Linux; Android ${version}; ${model}) AppleWebKit/537.36 (KHTML, like Gecko) ` +
  `Chrome/124.0.0.0 ${tablet ? '' : 'Mobile '}Safari/537.36`;

const iosAgent = (version: string, tablet: boolean): string =>
  `Mozilla/5.0 (${tablet ? 'iPad; CPU OS' : 'iPhone; CPU iPhone OS'} ${version.replace('.', '_')} like Mac OS X) ` +
  `AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${version} Mobile/15E148 Safari/604.1`;

const REPORTING = [['steady', 'frugal', 'sparse'] as const, runningSums([0.35, 0.5, 0.15])] as const;

const terminal = (random: Random, terminalType: 'phone' | 'tablet', carried: boolean): Terminal => {
  const ios = random.chance(0.58);
  const osVersion = random.pick(ios ? IOS_VERSIONS : ANDROID_VERSIONS);
  const tablet = terminalType === 'tablet';
  const model = tablet ? (ios ? 'iPad14,1' : 'TB-J606F') : random.pick(ios ? IPHONES : ANDROID_MODELS);
  return {
    deviceId: random.hex(4),
    idType: random.chance(0.85) ? 'INSTALL' : 'ADVERTISING',
    cookieId: random.chance(0.8) ? `c${random.hex(3)}` : null,
    terminalType,
    model,
    osName: ios ? 'ios' : 'android',
    osVersion,
    appVersion: random.pick(APP_VERSIONS),
    userAgent: ios ? iosAgent(osVersion, tablet) : androidAgent(osVersion, model, tablet),
    reporting: REPORTING[0][random.index(REPORTING[1])] ?? 'frugal',
    carried,
    mocks: random.chance(0.002),
  };
};

const SECOND_SHARE = 0.05;

/** A person's terminals: one, or two for a few of those with an account. */
export const equip = (random: Random, mayHaveTwo: boolean): readonly [Terminal, ...Terminal[]] => {
  const first = terminal(random, 'phone', true);
  if (!mayHaveTwo || !random.chance(SECOND_SHARE)) return [first];
  const tablet = random.chance(0.5);
  return [first, terminal(random, tablet ? 'tablet' : 'phone', !tablet)];
};
