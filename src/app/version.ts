/** The version of this code, as manifests and the ledger state it. */
import packageJson from '../../package.json' with { type: 'json' };

export const CODE_VERSION: string = packageJson.version;
