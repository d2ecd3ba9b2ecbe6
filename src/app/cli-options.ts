/** Options that many commands have. */
import type { Command } from 'commander';
import { Option } from 'commander';

export const talkOptions = (command: Command): Command =>
  command
    .option('--json', 'print the result as JSON')
    .option('--quiet', 'print results only, no progress and no talk');

export const configOption = (): Option =>
  new Option('--config <file>', 'configuration (docs/configuration.md)');
