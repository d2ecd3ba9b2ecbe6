/** Tells whether an output directory belongs to the same inputs and settings. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { InputFile } from '../../adapters/files/discover.ts';
import { OboroError } from '../../model/errors.ts';

/** SHA-256 over the policy and every input's name and bytes. `grows` leaves the bytes out, for followed files. */
export const fingerprintOf = async (
  policyHash: string,
  files: readonly InputFile[],
  grows: boolean,
): Promise<string> => {
  const hash = createHash('sha256').update(`oboro fingerprint 1|${policyHash}|${grows ? 'follow' : 'whole'}`);
  if (grows) return hash.digest('hex');
  for (const file of files) hash.update(`|${file.name}|${await digestOf(file)}`);
  return hash.digest('hex');
};

const digestOf = async (file: InputFile): Promise<string> => {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file.path)) hash.update(chunk as Buffer);
  } catch (cause) {
    throw new OboroError('INPUT_MISSING', `${file.name}: cannot be read`, { cause });
  }
  return hash.digest('hex');
};
