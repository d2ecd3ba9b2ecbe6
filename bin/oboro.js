#!/usr/bin/env node
// Starts the bundled command line; says what to do when the bundle is missing.
import { existsSync } from 'node:fs';

const bundle = new URL('../dist/main.js', import.meta.url);
if (existsSync(bundle)) {
  await import(bundle.href);
} else {
  process.stderr.write('oboro: dist/main.js is missing. Run "npm run build" in the checkout first.\n');
  process.exitCode = 70;
}
