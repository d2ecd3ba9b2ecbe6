/** `oboro topics create`. */
import { KafkaClients } from '../../adapters/kafka/client.ts';
import { topicPlans } from '../../adapters/kafka/topic-plan.ts';
import type { TopicOutcome } from '../../adapters/kafka/topic-setup.ts';
import { setUpTopics } from '../../adapters/kafka/topic-setup.ts';
import { loadConfig } from '../../config/load.ts';
import { OboroError } from '../../model/errors.ts';
import type { TalkOptions, Terminal } from '../terminal.ts';
import { terminal } from '../terminal.ts';

export interface TopicsFlags extends TalkOptions {
  readonly config?: string;
}

/**
 * Makes the topics that are missing. Throws CFG_INVALID when one that is there is not as it must be; it is told, not
 * changed, because a change can move keys to other partitions or drop records.
 */
export const topicsCreate = async (flags: TopicsFlags): Promise<void> => {
  const { kafka, topics } = await loadConfig({ file: flags.config ?? null });
  const outcomes = await setUpTopics(await KafkaClients.open(kafka), topicPlans(topics));
  const talk = terminal(flags);
  if (talk.json) talk.result(JSON.stringify({ topics: outcomes }));
  else show(outcomes, talk);
  const differing = outcomes.filter(({ result }) => result === 'differs').length;
  if (differing > 0) throw differs(differing);
};

const show = (outcomes: readonly TopicOutcome[], { result }: Terminal): void => {
  for (const { topic, partitions, result: what, differences } of outcomes) {
    result(`${topic} (${String(partitions)} partitions): ${what}`);
    for (const { setting, expected, found } of differences) {
      result(`  ${setting}: expected ${expected}, found ${found}`);
    }
  }
};

const differs = (count: number): OboroError =>
  new OboroError(
    'CFG_INVALID',
    count === 1 ? '1 topic is not as it must be' : `${String(count)} topics are not as they must be`,
    {
      hint: 'Nothing of them was changed. Settings can be altered with the tools of Kafka; partition counts cannot be taken back.',
    },
  );
