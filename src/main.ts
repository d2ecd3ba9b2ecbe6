/** Starts the command line. */
import { main } from './app/cli.ts';

await main();
