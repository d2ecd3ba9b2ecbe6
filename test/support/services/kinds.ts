/** The services of the tests by name, and what the test files are told of them. */

export const KINDS = ['kafka', 'redis', 'registry'] as const;
export type Kind = (typeof KINDS)[number];
export type Tier = 'environment' | 'container' | 'process';

/** One service as the test files are told of it; plain data, it passes between processes. */
export type Told =
  | { readonly tier: Tier; /** Kafka: `host:port,host:port`; the others: a URL. */ readonly address: string }
  | { readonly missing: string };

export type Services = Readonly<Record<Kind, Told>>;

declare module 'vitest' {
  interface ProvidedContext {
    readonly services: Services;
  }
}
