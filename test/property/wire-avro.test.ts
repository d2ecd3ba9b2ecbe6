/** Laws of the Avro codecs over arbitrary records. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { avroCodec } from '../../src/wire/avro.ts';
import { FILE_TOPICS } from '../../src/wire/decoder.ts';
import { jsonDecoder, kindOf } from '../../src/wire/json-lines.ts';
import { RECORDS, polygonStore } from './wire-arbitraries.ts';

const SEED = 20_240_103;

describe.each(FILE_TOPICS)('%s', (topic) => {
  it('is the same by JSON and by Avro', () => {
    const json = jsonDecoder(topic);
    const codec = avroCodec(topic);
    fc.assert(
      fc.property(RECORDS[topic], (record) => {
        const read = json.decode(JSON.stringify(record));
        if (read.kind !== 'keep') throw new Error(JSON.stringify(read));
        const again = codec.decode(codec.encode(read.value));
        if (again.kind !== 'keep') throw new Error(JSON.stringify(again));
        expect(again).toEqual(read);
        expect(kindOf(topic).toRecord(again.value as never)).toEqual(record);
      }),
      { seed: SEED },
    );
  });
});

it('a polygon is the same by JSON and by Avro, its position inside of it', () => {
  const json = jsonDecoder('ref.stores');
  const codec = avroCodec('ref.stores');
  fc.assert(
    fc.property(polygonStore, (record) => {
      const asText = json.decode(JSON.stringify(record));
      const asObject = json.decode(
        JSON.stringify({ ...record, polygon: JSON.parse(record.polygon) as unknown }),
      );
      expect(asObject).toEqual(asText);
      if (asText.kind !== 'keep') throw new Error(JSON.stringify(asText));
      expect(codec.decode(codec.encode(asText.value))).toEqual(asText);
      const { footprint, position } = asText.value;
      const ring = footprint.kind === 'polygon' ? (footprint.polygons[0]?.[0] ?? []) : [];
      const lats = ring.map(([, lat]) => lat);
      const lngs = ring.map(([lng]) => lng);
      expect(position.lat).toBeGreaterThan(Math.min(...lats));
      expect(position.lat).toBeLessThan(Math.max(...lats));
      expect(position.lng).toBeGreaterThan(Math.min(...lngs));
      expect(position.lng).toBeLessThan(Math.max(...lngs));
    }),
    { seed: SEED },
  );
});
