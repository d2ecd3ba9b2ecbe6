/** Tells whether an address is on this machine, so that what is sent there crosses no network. */

/** True for `localhost`, 127.0.0.0/8 and ::1 (RFC 6761, RFC 1122, RFC 4291); names are not looked up. */
export const isLoopback = (host: string): boolean =>
  host.toLowerCase() === 'localhost' || /^127(\.\d{1,3}){3}$/.test(host) || /^\[?::1\]?$/.test(host);

/** The host of `host:port`. */
export const hostOf = (address: string): string => address.replace(/:\d+$/, '');

export const areLoopback = (addresses: readonly string[]): boolean =>
  addresses.every((address) => isLoopback(hostOf(address)));
