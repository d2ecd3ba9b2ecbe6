/** The closed lists of what an error may be called in the journal: types of the Kafka protocol, classes of libraries, codes of Node. */
import { getSystemErrorMap } from 'node:util';
import type { ErrorCode } from '../../model/errors.ts';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Our own codes; the compiler holds the list complete. */
const OWN: Readonly<Record<ErrorCode, true>> = {
  USAGE: true,
  CFG_INVALID: true,
  CFG_UNREADABLE: true,
  INPUT_INVALID: true,
  INPUT_MISSING: true,
  INPUT_CHANGED: true,
  OUTPUT_DENIED: true,
  OUTPUT_BUSY: true,
  OUTPUT_FOREIGN: true,
  STATE_CORRUPT: true,
  VAULT_KEY: true,
  VAULT_COMMITMENT: true,
  LEDGER_BROKEN: true,
  LEDGER_TWICE: true,
  SERVICE_AWAY: true,
  TASK_LOST: true,
  POSITION_LOST: true,
  KAFKA_AWAY: true,
  KAFKA_REFUSED: true,
  FENCED: true,
  TXN_UNKNOWN: true,
  TOPIC_MISSING: true,
  PARTITIONS_CHANGED: true,
  BUG: true,
};

/** Error types of the Kafka protocol as kafkajs 2.2.4 names them; a test compares the list with kafkajs's own. */
export const KAFKA_TYPES: ReadonlySet<string> = new Set(
  words(`
    UNKNOWN OFFSET_OUT_OF_RANGE CORRUPT_MESSAGE UNKNOWN_TOPIC_OR_PARTITION INVALID_FETCH_SIZE LEADER_NOT_AVAILABLE
    NOT_LEADER_FOR_PARTITION REQUEST_TIMED_OUT BROKER_NOT_AVAILABLE REPLICA_NOT_AVAILABLE MESSAGE_TOO_LARGE
    STALE_CONTROLLER_EPOCH OFFSET_METADATA_TOO_LARGE NETWORK_EXCEPTION GROUP_LOAD_IN_PROGRESS
    GROUP_COORDINATOR_NOT_AVAILABLE NOT_COORDINATOR_FOR_GROUP INVALID_TOPIC_EXCEPTION RECORD_LIST_TOO_LARGE
    NOT_ENOUGH_REPLICAS NOT_ENOUGH_REPLICAS_AFTER_APPEND INVALID_REQUIRED_ACKS ILLEGAL_GENERATION
    INCONSISTENT_GROUP_PROTOCOL INVALID_GROUP_ID UNKNOWN_MEMBER_ID INVALID_SESSION_TIMEOUT REBALANCE_IN_PROGRESS
    INVALID_COMMIT_OFFSET_SIZE TOPIC_AUTHORIZATION_FAILED GROUP_AUTHORIZATION_FAILED CLUSTER_AUTHORIZATION_FAILED
    INVALID_TIMESTAMP UNSUPPORTED_SASL_MECHANISM ILLEGAL_SASL_STATE UNSUPPORTED_VERSION TOPIC_ALREADY_EXISTS
    INVALID_PARTITIONS INVALID_REPLICATION_FACTOR INVALID_REPLICA_ASSIGNMENT INVALID_CONFIG NOT_CONTROLLER
    INVALID_REQUEST UNSUPPORTED_FOR_MESSAGE_FORMAT POLICY_VIOLATION OUT_OF_ORDER_SEQUENCE_NUMBER
    DUPLICATE_SEQUENCE_NUMBER INVALID_PRODUCER_EPOCH INVALID_TXN_STATE INVALID_PRODUCER_ID_MAPPING
    INVALID_TRANSACTION_TIMEOUT CONCURRENT_TRANSACTIONS TRANSACTION_COORDINATOR_FENCED
    TRANSACTIONAL_ID_AUTHORIZATION_FAILED SECURITY_DISABLED OPERATION_NOT_ATTEMPTED KAFKA_STORAGE_ERROR
    LOG_DIR_NOT_FOUND SASL_AUTHENTICATION_FAILED UNKNOWN_PRODUCER_ID REASSIGNMENT_IN_PROGRESS
    DELEGATION_TOKEN_AUTH_DISABLED DELEGATION_TOKEN_NOT_FOUND DELEGATION_TOKEN_OWNER_MISMATCH
    DELEGATION_TOKEN_REQUEST_NOT_ALLOWED DELEGATION_TOKEN_AUTHORIZATION_FAILED DELEGATION_TOKEN_EXPIRED
    INVALID_PRINCIPAL_TYPE NON_EMPTY_GROUP GROUP_ID_NOT_FOUND FETCH_SESSION_ID_NOT_FOUND INVALID_FETCH_SESSION_EPOCH
    LISTENER_NOT_FOUND TOPIC_DELETION_DISABLED FENCED_LEADER_EPOCH UNKNOWN_LEADER_EPOCH UNSUPPORTED_COMPRESSION_TYPE
    STALE_BROKER_EPOCH OFFSET_NOT_AVAILABLE MEMBER_ID_REQUIRED PREFERRED_LEADER_NOT_AVAILABLE GROUP_MAX_SIZE_REACHED
    FENCED_INSTANCE_ID ELIGIBLE_LEADERS_NOT_AVAILABLE ELECTION_NOT_NEEDED NO_REASSIGNMENT_IN_PROGRESS
    GROUP_SUBSCRIBED_TO_TOPIC INVALID_RECORD UNSTABLE_OFFSET_COMMIT
  `),
);

/** Error classes that say something by themselves, by the `name` of the error. */
export const CLASSES: ReadonlySet<string> = new Set(
  words(`
    KafkaJSNonRetriableError KafkaJSPartialMessageError KafkaJSBrokerNotFound KafkaJSProtocolError
    KafkaJSConnectionError KafkaJSConnectionClosedError KafkaJSRequestTimeoutError KafkaJSSASLAuthenticationError
    KafkaJSNumberOfRetriesExceeded KafkaJSOffsetOutOfRange KafkaJSMemberIdRequired KafkaJSGroupCoordinatorNotFound
    KafkaJSNotImplemented KafkaJSMetadataNotLoaded KafkaJSTopicMetadataNotLoaded KafkaJSStaleTopicMetadataAssignment
    KafkaJSDeleteGroupsError KafkaJSTimeout KafkaJSLockTimeout KafkaJSServerDoesNotSupportApiKey
    KafkaJSUnsupportedMagicByteInMessageSet KafkaJSDeleteTopicRecordsError KafkaJSInvariantViolation
    KafkaJSCreateTopicError KafkaJSAlterPartitionReassignmentsError KafkaJSAggregateError
    KafkaJSNoBrokerAvailableError KafkaJSError
    MaxRetriesPerRequestError ClusterAllFailedError ReplyError ParserError InterruptError RedisError
    ConfluentSchemaRegistryError ConfluentSchemaRegistryArgumentError ConfluentSchemaRegistryCompatibilityError
    ConfluentSchemaRegistryInvalidSchemaError ConfluentSchemaRegistryValidationError ResponseError
    AbortError TimeoutError AggregateError TypeError RangeError SyntaxError ReferenceError Error
  `),
);

/** First words of a Redis error reply. */
export const REPLIES: ReadonlySet<string> = new Set(
  words(`
    ERR WRONGTYPE OOM LOADING BUSY NOSCRIPT NOAUTH WRONGPASS NOPERM READONLY MASTERDOWN MISCONF EXECABORT CLUSTERDOWN
    CROSSSLOT MOVED ASK TRYAGAIN UNKILLABLE NOREPLICAS NOPROTO
  `),
);

/** Codes of the operating system, of name look-ups, TLS and Node itself. */
export const NODE_CODES: ReadonlySet<string> = new Set([
  ...[...getSystemErrorMap().values()].map(([name]) => name),
  ...words(`
    ENOTFOUND ETIMEOUT ESERVFAIL ECONNRESET
    CERT_HAS_EXPIRED CERT_NOT_YET_VALID CERT_REVOKED CERT_UNTRUSTED DEPTH_ZERO_SELF_SIGNED_CERT
    SELF_SIGNED_CERT_IN_CHAIN UNABLE_TO_GET_ISSUER_CERT UNABLE_TO_GET_ISSUER_CERT_LOCALLY
    UNABLE_TO_VERIFY_LEAF_SIGNATURE ERR_TLS_CERT_ALTNAME_INVALID ERR_SSL_WRONG_VERSION_NUMBER
    ERR_SOCKET_CLOSED ERR_STREAM_DESTROYED ERR_STREAM_PREMATURE_CLOSE ERR_STREAM_WRITE_AFTER_END
    ERR_INVALID_ARG_TYPE ERR_INVALID_ARG_VALUE ERR_OUT_OF_RANGE ERR_WORKER_OUT_OF_MEMORY
    UND_ERR_CONNECT_TIMEOUT UND_ERR_HEADERS_TIMEOUT UND_ERR_BODY_TIMEOUT UND_ERR_SOCKET UND_ERR_ABORTED ABORT_ERR
  `),
]);

/** What an error is called that nobody foresaw. */
export const UNEXPECTED = 'UNEXPECTED';

const HTTP_STATUS = /^HTTP_[1-5]\d\d$/;

/** A Redis reply is told apart from other codes by its prefix. */
export const replyCode = (reply: string): string => `REDIS_${reply}`;

const REPLY_CODES: ReadonlySet<string> = new Set([...REPLIES].map(replyCode));
const LISTS = [new Set(Object.keys(OWN)), KAFKA_TYPES, CLASSES, NODE_CODES, REPLY_CODES];

/** True for what `codeOf` can give, and for nothing else. */
export const isKnownCode = (code: unknown): code is string =>
  typeof code === 'string' &&
  (code === UNEXPECTED || HTTP_STATUS.test(code) || LISTS.some((list) => list.has(code)));
