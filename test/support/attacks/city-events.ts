/** What the simulated city sends, as the product's own record rules read it. */
import { generateCity } from '../../../examples/city/city.ts';
import type { CityOptions } from '../../../examples/city/city.ts';
import type { CityStore } from '../../../examples/city/places.ts';
import type { CityEvent } from '../../../examples/city/records.ts';
import type { Outcome } from '../../../src/flow/outcome.ts';
import type { Store } from '../../../src/model/place.ts';
import type { RawEvent, RawRight } from '../../../src/model/raw.ts';
import type { Unchecked } from '../../../src/wire/fields.ts';
import { jsonDecoder, kindOf } from '../../../src/wire/json-lines.ts';
import { RawIds } from '../../../src/wire/raw-ids.ts';
import { readRecord } from '../../../src/wire/record-kind.ts';

/** Access logs are left out: the attacks are on the tables of places. */
const TOPICS = ['raw.gps', 'raw.device', 'privacy.consent', 'privacy.erasure'] as const;
type Read = (typeof TOPICS)[number];

const isRead = (event: CityEvent): event is CityEvent & { readonly topic: Read } =>
  (TOPICS as readonly string[]).includes(event.topic);

const kept = <T>(outcome: Outcome<T>): T | null => (outcome.kind === 'keep' ? outcome.value : null);

/** Events and rights of a city in order of arrival; what cannot be read is left out, as the wire does. */
export function* cityEvents(options: CityOptions): Generator<RawEvent | RawRight, void, undefined> {
  const ids = new RawIds();
  const decoders = {
    'raw.gps': jsonDecoder('raw.gps', { ids }),
    'raw.device': jsonDecoder('raw.device', { ids }),
  };
  for (const event of generateCity(options)) {
    if (!isRead(event)) continue;
    if ('line' in event) {
      const decoder = decoders[event.topic];
      const read = kept<RawEvent>(decoder.decode(event.line));
      if (read !== null) yield read;
      continue;
    }
    const read = kept<RawEvent | RawRight>(
      readRecord(kindOf(event.topic), event.record as unknown as Unchecked, ids),
    );
    if (read !== null) yield read;
  }
}

/** The stores of a city as the product reads them. */
export const storesOfCity = (stores: readonly CityStore[]): readonly Store[] => {
  const ids = new RawIds();
  return stores.map((store) => {
    const read = kept(readRecord(kindOf('ref.stores'), store as unknown as Unchecked, ids));
    if (read === null) throw new Error('a store of the city cannot be read');
    return read;
  });
};
