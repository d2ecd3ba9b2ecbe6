import { it } from 'vitest';
import { KafkaClients } from '../../../src/adapters/kafka/client.ts';
import { KafkaLog } from '../../../src/adapters/kafka/log.ts';
import { KafkaGroupReader } from '../../../src/adapters/kafka/group-reader.ts';
import { topicPlans } from '../../../src/adapters/kafka/topic-plan.ts';
import { setUpTopics } from '../../../src/adapters/kafka/topic-setup.ts';
import { kafkaSettings } from '../../support/kafka-bench.ts';
const D = '/tmp/kk-scratch/';
const no = { enabled: false, caFile: null, certFile: null, keyFile: null };
const sasl = (mechanism: 'plain' | 'scram-sha-512', username: string, password: string) => ({ sasl: { mechanism, username, password } });
const cases = [
  ['admin plain', '127.0.0.1:19194', sasl('plain', 'admin', 'adm')],
  ['scram', '127.0.0.1:19194', sasl('scram-sha-512', 'scrammer', 'scr')],
  ['wrong plain', '127.0.0.1:19194', sasl('plain', 'admin', 'canary')],
  ['wrong scram', '127.0.0.1:19194', sasl('scram-sha-512', 'scrammer', 'canary')],
  ['limited', '127.0.0.1:19194', sasl('plain', 'limited', 'lim')],
  ['mtls', '127.0.0.1:19195', { tls: { enabled: true, caFile: D + 'ca.pem', certFile: D + 'cli.pem', keyFile: D + 'cli.key' } }],
  ['tls no client cert', '127.0.0.1:19195', { tls: { ...no, enabled: true, caFile: D + 'ca.pem' } }],
  ['tls unknown ca', '127.0.0.1:19195', { tls: { ...no, enabled: true } }],
  ['tls to plaintext', '127.0.0.1:19192', { tls: { ...no, enabled: true } }],
  ['plaintext to tls', '127.0.0.1:19195', {}],
  ['nothing there', '127.0.0.1:1', {}],
] as const;
const timed = async (what: string, p: Promise<unknown>) => {
  const t = Date.now();
  const r = await p.then(() => 'ok', (e: any) => `${e.code} ${e.message} `);
  console.log('   ', what, r, `${Date.now() - t} ms`);
};
for (const [name, broker, more] of cases)
  it(name, async () => {
    const c = await KafkaClients.open(kafkaSettings([broker], more as any));
    const log = new KafkaLog(c);
    await timed('topics', setUpTopics(c, topicPlans({ inputPartitions: 1, gatePartitions: 1, replication: 1, minInsync: 1 })));
    await timed('partitionsOf', log.partitionsOf('raw.gps'));
    await timed('bounds', log.bounds({ topic: 'raw.gps', partition: 0 }));
    await timed('writer', log.openWriter('oboro.main.x').then(async (w) => { await w.commit([{ topic: 'oboro.state', partition: 0, key: null, value: Buffer.from('x') }]); await w.close(); }));
    const r = new KafkaGroupReader({ clients: c, group: 'g' + name.replaceAll(' ', ''), topics: ['raw.gps'] });
    await timed('group', r.join({ assigned: () => undefined, batch: () => undefined, crashed: (e) => console.log('crashed', e) }));
    await r.leave();
    await log.close();
  }, 200000);
