/** Prints so many draws of the product's own sampler, one a line: `draws.js SCALE PER COUNT`. */
import process from 'node:process';
import { discreteLaplace } from '../../src/release/discrete-laplace.ts';
import { PrfStream } from '../../src/release/prf-stream.ts';

const [scale = '4', per = '1', count = '1000'] = process.argv.slice(2);
const stream = new PrfStream(Buffer.alloc(32, 11), `opendp ${scale}/${per}`);
const A_TIME = 10_000;

for (let left = Number(count); left > 0; left -= A_TIME) {
  const lines = Array.from({ length: Math.min(left, A_TIME) }, () =>
    String(discreteLaplace({ scale: BigInt(scale), per: BigInt(per) }, stream)),
  );
  process.stdout.write(`${lines.join('\n')}\n`);
}
