/** Types of the generator, for the drift test. */
export declare const readSchemas: () => readonly unknown[];
export declare const generate: (
  schemas: readonly unknown[],
  head: string,
) => Promise<Readonly<Record<string, string>>>;
export declare const docsHead: () => string;
