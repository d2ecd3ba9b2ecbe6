/** Names that the bench's processes share. */

/** Where the pass-throughs write: shaped as `location.sanitized`. */
export const PASS_TOPIC = 'bench.passed';
