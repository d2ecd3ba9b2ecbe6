// Makes the key that wraps salts at rest, unless there is one: 32 random bytes, for the owner's eyes only.
// For trials. In service the key comes from outside and is kept where the cluster's own backups do not reach.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';

const [file] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('usage: node vault-key.mjs FILE\n');
  process.exitCode = 64;
} else {
  try {
    writeFileSync(file, randomBytes(32), { flag: 'wx', mode: 0o400 });
    process.stderr.write(`${file}: made\n`);
  } catch (cause) {
    if (cause.code === 'EEXIST') process.stderr.write(`${file}: kept as it is\n`);
    else {
      process.stderr.write(`${file}: cannot be written (${cause.code})\n`);
      process.exitCode = 73;
    }
  }
}
