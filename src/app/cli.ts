/** The command line: names, options and exit codes of every command; what each does lives in `commands/`. */
import process from 'node:process';
import { Command } from 'commander';
import { EXIT } from '../model/errors.ts';
import { configCheck, configPrint } from './commands/config.ts';
import { demo } from './commands/demo.ts';
import { evalVisitsCommand } from './commands/eval.ts';
import { explain } from './commands/explain.ts';
import { feed } from './commands/feed.ts';
import { fixturesConsentCommand } from './commands/fixtures.ts';
import { ledgerVerify } from './commands/ledger.ts';
import { run } from './commands/run.ts';
import { utility } from './commands/utility.ts';
import { vaultImport } from './commands/vault.ts';
import { addRights, addStream } from './cli-stream.ts';
import { configOption, talkOptions } from './cli-options.ts';
import { reportOf } from './fault-report.ts';
import { CODE_VERSION } from './version.ts';

/** Parses the arguments, runs the command and sets the exit code; never throws. */
export const main = async (): Promise<void> => {
  // A reader that has seen enough (`| head`) is no fault.
  process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
    process.exit(cause.code === 'EPIPE' ? EXIT.ok : EXIT.cannotCreate);
  });
  try {
    await program().parseAsync(process.argv);
  } catch (cause) {
    process.exitCode = report(cause);
  }
};

const program = (): Command => {
  const oboro = new Command('oboro')
    .description('Raw location and access-log events in, sanitized locations and k-anonymous tables out.')
    .version(CODE_VERSION)
    .exitOverride()
    .showHelpAfterError('(run with --help for the options)');
  addRun(oboro);
  addStream(oboro);
  addRights(oboro);
  addPrivacy(oboro);
  addConfig(oboro);
  addTesting(oboro);
  for (const command of [oboro, ...oboro.commands, ...oboro.commands.flatMap((one) => one.commands)]) {
    command.exitOverride().helpCommand(false);
  }
  return oboro;
};

const addRun = (oboro: Command): void => {
  talkOptions(oboro.command('demo', { isDefault: false }))
    .description('simulate a day of a city and show what is released of it')
    .option('--out <dir>', 'output folder', 'out/demo')
    .option('--members <n>', 'members simulated', '6000')
    .action(demo);
  talkOptions(oboro.command('run'))
    .description('read files, write released tables; go on where a stopped run was')
    .requiredOption('--input <paths...>', 'folders or files; their names tell what they hold')
    .requiredOption('--out <dir>', 'output folder')
    .addOption(configOption())
    .option('--follow', 'keep watching the files for more')
    .action(run);
};

const addPrivacy = (oboro: Command): void => {
  talkOptions(oboro.command('explain'))
    .description('say in sentences what each stage does with the live parameters')
    .addOption(configOption())
    .action(explain);
  talkOptions(oboro.command('utility'))
    .description('what a setting costs: shares withheld and errors, for these and for other parameters')
    .requiredOption('--input <paths...>', 'folders or files, named as for run')
    .addOption(configOption())
    .action(utility);
  const ledger = oboro.command('ledger').description('the record of all releases');
  talkOptions(ledger.command('verify [file]'))
    .description('recompute the chain; prove that nothing was released twice and every salt was destroyed')
    .option('--kafka', 'the chains of release.ledger on the cluster instead of a file')
    .option('--with-state', 'also recompute all contributions from the inputs (needs imported salts)')
    .option('--input <paths...>', 'with --with-state: the inputs of the run')
    .addOption(configOption())
    .action(ledgerVerify);
};

const addConfig = (oboro: Command): void => {
  const config = oboro.command('config').description('the configuration');
  talkOptions(config.command('check'))
    .description('check a configuration')
    .addOption(configOption())
    .action(configCheck);
  talkOptions(config.command('print'))
    .description('print the effective configuration with the origin of each value')
    .addOption(configOption())
    .action(configPrint);
};

const addTesting = (oboro: Command): void => {
  const fixtures = oboro.command('fixtures').description('records for data sets that lack them');
  talkOptions(fixtures.command('consent'))
    .description('write a full consent for every subject of a data set')
    .requiredOption('--input <paths...>', 'folders or files, named as for run')
    .requiredOption('--out <path>', 'file, or folder for privacy.consent.fixtures.jsonl')
    .option('--policy-version <n>', 'policy version agreed to', '1')
    .option('--at <time>', 'when all consents take effect (ISO 8601); default: before the first event')
    .option('--no-third-party', 'leave third-party tracking refused')
    .action(fixturesConsentCommand);
  talkOptions(fixtures.command('feed'))
    .description('send the records of input files to the topics, as producers would')
    .option('--input <paths...>', 'folders or files, named as for run')
    .option('--sample <members>', 'instead of files: a simulated day of so many people')
    .addOption(configOption())
    .action(feed);
  const vault = oboro.command('vault').description('the salts');
  talkOptions(vault.command('import <file>'))
    .description('use fixed salts, for tests: every run that finds them says so in its manifest')
    .addOption(configOption())
    .action(vaultImport);
  const evaluate = oboro.command('eval').description('evaluation on data you may use so');
  talkOptions(evaluate.command('visits'))
    .description('the visit detector alone, identifiers left as they are')
    .requiredOption('--fixes <file>', 'CSV: device,ts_ms,lat,lon[,arrival_ms][,accuracy_m]')
    .requiredOption('--places <file>', 'CSV: place,lat,lon,radius_m; or GeoJSON with a place property')
    .requiredOption('--out <file>', 'CSV: device,place,start,end (epoch ms)')
    .option('--bridge <duration>', 'longest gap inside one visit', 'PT12H')
    .option('--lateness <duration>', 'how late a fix may come', 'PT5M')
    .action(evalVisitsCommand);
};

/** Says what went wrong and what to do; gives the exit code. */
const report = (cause: unknown): number => {
  const { text, exitCode } = reportOf(cause);
  process.stderr.write(text);
  return exitCode;
};
