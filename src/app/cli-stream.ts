/** The commands that work on a cluster: workers, its set-up, and the rights of a person. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { consentSet, consentShow } from './commands/consent.ts';
import { erase } from './commands/erase.ts';
import { schemasRegister } from './commands/schemas.ts';
import { subjectShow } from './commands/subject.ts';
import { topicsCreate } from './commands/topics.ts';
import { worker } from './commands/worker.ts';
import { configOption, talkOptions } from './cli-options.ts';

export const addStream = (oboro: Command): void => {
  addWorker(oboro);
  addCluster(oboro);
};

const addWorker = (oboro: Command): void => {
  talkOptions(oboro.command('worker'))
    .description('join the consumer groups of a deployment and work until SIGTERM')
    .addOption(
      new Option('--role <role>', 'stages to serve').choices(['all', 'sanitize', 'aggregate']).default('all'),
    )
    .option('--processes <n>', 'processes to start on this machine', '1')
    .addOption(configOption())
    .action(worker);
};

const addCluster = (oboro: Command): void => {
  const topics = oboro.command('topics').description('the topics of a cluster');
  talkOptions(topics.command('create'))
    .description('make the topics that are missing; tell those that are not as they must be')
    .addOption(configOption())
    .action(topicsCreate);
  const schemas = oboro.command('schemas').description('the schemas of a cluster');
  talkOptions(schemas.command('register'))
    .description('register the schemas of all topics with their compatibility')
    .addOption(configOption())
    .action(schemasRegister);
};

/** Who is meant; on the command line others of the machine may read it for a moment. */
const subjectOptions = (command: Command): Command =>
  talkOptions(command)
    .option('--member <id>', 'the member')
    .option('--device <ids...>', 'devices or cookies')
    .option(
      '--ids <->',
      'read them from standard input instead, one a line: "member ID", "device ID", "cookie ID"',
    )
    .addOption(configOption());

export const addRights = (oboro: Command): void => {
  const consent = oboro.command('consent').description('the choices of a person');
  subjectOptions(consent.command('show'))
    .description('what is granted now, since when, and what the records are')
    .action(consentShow);
  subjectOptions(consent.command('set'))
    .description('write a choice; what is not named stays as it is')
    .option('--grant <names...>', 'purposes and sources to grant')
    .option('--refuse <names...>', 'purposes and sources to refuse')
    .option('--grant-all', 'grant all of them')
    .option('--refuse-all', 'refuse all of them')
    .option('--policy-version <n>', 'policy version agreed to; default: that of the newest record')
    .action(consentSet);
  subjectOptions(oboro.command('erase'))
    .description('ask for the erasure of everything held of a person')
    .action(erase);
  const subject = oboro.command('subject').description('what is held of a person');
  subjectOptions(subject.command('show'))
    .description('consents, erasures, and what the state of the stream holds, read and not changed')
    .action(subjectShow);
};
