/** Gives a primitive a name of its own, so that a pseudonym is not a cell and an event time is not a duration. */
declare const brand: unique symbol;

export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
