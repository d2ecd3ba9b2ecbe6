/** Every reason for which an event may leave the flow early, with the sentence that docs, metrics and summaries show. */

/** The event was understood and lawfully set aside. */
export const DROP_REASONS = {
  sensitive_place: 'inside or near a sensitive place; nothing is made of it (G-09)',
  no_consent: 'no purpose that this event could serve is granted now and since a time before it (G-01)',
  unknown_subject: 'no consent record of its subject is known (G-01)',
  policy_version: 'the subject agreed to a policy version that no purpose accepts any more (G-01)',
  erased: 'its subject asked to be erased after it happened (G-04)',
  no_subject: 'an access-log line without member, device or cookie; it can be counted for nobody (G-02)',
  mocked: 'the terminal says that the position is made up',
  too_inaccurate: 'the accuracy radius is larger than the policy accepts',
  implausible_time: 'its time is before 2000 or after the clock plus the accepted skew',
  too_old: 'older than the policy’s maximum event age',
  late: 'its device had already sent a newer event, by more than the accepted lateness',
  duplicate: 'the same device sent an event of the same time before',
  epoch_closed: 'its epoch is over and its salt destroyed (G-07)',
  buffer_full: 'its device sent more events within the lateness than the reorder buffer holds',
} as const;
export type DropReason = keyof typeof DROP_REASONS;

/** The record could not be used; it goes to the dead letters without its content. */
export const QUARANTINE_REASONS = {
  undecodable: 'not readable as its format (JSON, CSV, Avro, Combined Log Format)',
  invalid_field: 'a field is missing, of the wrong type or out of its range',
  unknown_field: 'a field that the contract does not know',
  too_large: 'larger than the largest record we accept',
  bad_encoding: 'not valid UTF-8',
  truncated: 'the file or block ends in the middle of a record',
  unknown_schema: 'written with a schema that is not allowed here',
  key_mismatch: 'the record’s key is not its subject',
  wrong_partition: 'the record is not on the partition of its key (murmur2)',
} as const;
export type QuarantineReason = keyof typeof QUARANTINE_REASONS;

/** A visit or footfall contribution that was found but not counted. */
export const UNCOUNTED_REASONS = {
  over_bound: 'the subject already contributes as often as one person may (L0)',
  over_visits: 'more visits to one unit and window than are counted of one person',
  no_rung: 'known too late for every rung of the ladder',
} as const;
export type UncountedReason = keyof typeof UNCOUNTED_REASONS;
