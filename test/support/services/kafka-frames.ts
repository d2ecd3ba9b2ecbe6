/** Cuts the two byte streams of a Kafka connection into frames and names the api key of each. */

export interface Frame {
  /** Null where the protocol is not Kafka's. */
  readonly api: number | null;
  /** Without the length field. */
  readonly payload: Buffer;
  /** As it goes over the wire. */
  readonly bytes: Buffer;
}

/** Api keys that faults aim at. Source: the Kafka protocol guide. */
export const API = {
  produce: 0,
  fetch: 1,
  listOffsets: 2,
  metadata: 3,
  offsetCommit: 8,
  offsetFetch: 9,
  findCoordinator: 10,
  joinGroup: 11,
  heartbeat: 12,
  leaveGroup: 13,
  syncGroup: 14,
  createTopics: 19,
  deleteRecords: 21,
  initProducerId: 22,
  addPartitionsToTxn: 24,
  addOffsetsToTxn: 25,
  endTxn: 26,
  txnOffsetCommit: 28,
} as const;

const LENGTH_BYTES = 4;

/** Keeps what is left of a frame until the rest comes. */
class Cutter {
  #rest: Buffer = Buffer.alloc(0);

  /** Whole frames, length field included. */
  push(chunk: Buffer): readonly Buffer[] {
    let bytes: Buffer = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Buffer[] = [];
    while (bytes.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + bytes.readInt32BE(0);
      if (bytes.length < end) break;
      frames.push(bytes.subarray(0, end));
      bytes = bytes.subarray(end);
    }
    this.#rest = bytes;
    return frames;
  }
}

/** For one connection: an answer has no api key, it is found by the correlation id of its request. */
export class FrameSplitter {
  readonly #requests = new Cutter();
  readonly #responses = new Cutter();
  readonly #apiOf = new Map<number, number>();

  requests(chunk: Buffer): readonly Frame[] {
    return this.#requests.push(chunk).map((bytes) => {
      const payload = bytes.subarray(LENGTH_BYTES);
      const api = payload.readInt16BE(0);
      this.#apiOf.set(payload.readInt32BE(4), api);
      return { api, payload, bytes };
    });
  }

  responses(chunk: Buffer): readonly Frame[] {
    return this.#responses.push(chunk).map((bytes) => {
      const payload = bytes.subarray(LENGTH_BYTES);
      const correlation = payload.readInt32BE(0);
      const api = this.#apiOf.get(correlation) ?? null;
      this.#apiOf.delete(correlation);
      return { api, payload, bytes };
    });
  }
}
