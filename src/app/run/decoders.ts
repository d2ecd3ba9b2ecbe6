/** Picks the decoder of an input file; a CSV file's comes from its header. */
import type { InputFile } from '../../adapters/files/discover.ts';
import { readHeader } from '../../adapters/files/lines.ts';
import type { Outcome } from '../../flow/outcome.ts';
import { keep, quarantine } from '../../flow/outcome.ts';
import { accessLogDecoder } from '../../wire/access-line.ts';
import { csvDecoder } from '../../wire/csv.ts';
import type { FileTopic, LineDecoder } from '../../wire/decoder.ts';
import { jsonDecoder } from '../../wire/json-lines.ts';
import { RawIds } from '../../wire/raw-ids.ts';
import type { FileRecords } from '../../wire/record-kinds.ts';

/** Decoders of one run share their identifiers, so that one device is one object. */
export class Decoders {
  readonly #ids = new RawIds();
  readonly #maxLength: number;

  constructor(maxLineLength: number) {
    this.#maxLength = maxLineLength;
  }

  /** A quarantine means that the whole file cannot be read as what its name says. */
  async of<T extends FileTopic>(
    file: InputFile & { readonly topic: T },
  ): Promise<Outcome<LineDecoder<FileRecords[T]>>> {
    const options = { ids: this.#ids, maxLength: this.#maxLength };
    if (file.format === 'csv') {
      const header = await readHeader(file);
      if (header === null) return quarantine('undecodable', null, 'a header row that names the columns');
      return csvDecoder(file.topic, header, options);
    }
    if (file.format === 'log') {
      return keep(accessLogDecoder(this.#ids) as unknown as LineDecoder<FileRecords[T]>);
    }
    return keep(jsonDecoder(file.topic, options));
  }
}
