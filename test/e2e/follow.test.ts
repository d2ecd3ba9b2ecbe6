import { appendFileSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Running } from '../support/cli.ts';
import { killedAt, oboro, scratchFolder, signalWhen, start, until } from '../support/cli.ts';
import type { Row, Someone } from '../support/inputs.ts';
import { consentLine, filesUnder, fixLine, jsonLines, rowsOf } from '../support/inputs.ts';
import { writeConfig, writeStore } from '../support/inputs.ts';

const scratch = scratchFolder();
afterAll(scratch.remove);

const STORE = { lat: 35.66, lng: 139.7 };
const FAR = { lat: 35.7, lng: 139.75 };
const clock = (time: string, day = '2024-05-15'): number => Date.parse(`${day}T${time}:00+09:00`);
const MINUTE = 60_000;

const member = (n: number): Someone => ({ deviceId: `device-${n}`, memberId: `member-${n}` });
const PEOPLE = Array.from({ length: 12 }, (_, i) => member(i));

/** Twenty minutes in the store from 10:05, and a fix far away afterwards; in the order of time. */
const visitsOf = (...people: readonly Someone[]): string => {
  const arrival = clock('10:05');
  const inside = Array.from({ length: 11 }, (_, i) =>
    people.map((who) => fixLine(who, arrival + 2 * i * MINUTE, STORE)),
  );
  return [...inside.flat(), ...people.map((who) => fixLine(who, arrival + 30 * MINUTE, FAR))].join('');
};

/** A fix of the next morning, after which the day is closed. */
const NEXT_MORNING = fixLine(member(11), clock('06:30', '2024-05-16'), FAR);

const LOOKUPS = 'location.sanitized.jsonl';

const timeOf = (path: string): bigint =>
  statSync(path, { bigint: true, throwIfNoEntry: false })?.mtimeNs ?? 0n;

class Scene {
  readonly input: string;
  readonly out: string;
  readonly #config: string;

  constructor(name: string) {
    const folder = join(scratch.path, name);
    this.input = join(folder, 'input');
    this.out = join(folder, 'out');
    this.#config = join(folder, 'config.yaml');
    writeStore(this.input, 'store-1', STORE);
    writeConfig(this.#config, { vault: join(folder, 'no-vault'), commitEvery: 1, tier: 'threshold' });
    const consents = PEOPLE.map((who) => consentLine(who, clock('04:00') - 1));
    writeFileSync(join(this.input, 'privacy.consent.jsonl'), consents.join(''));
    mkdirSync(this.out);
  }

  get args(): readonly string[] {
    return ['run', '--input', this.input, '--out', this.out, '--config', this.#config, '--follow'];
  }

  follow(env: Readonly<Record<string, string>> = {}): Running {
    return start(this.args, { env });
  }

  append(file: string, ...lines: readonly string[]): void {
    appendFileSync(join(this.input, file), lines.join(''));
  }

  /** Waits until all files have been read to their ends once and the run has saved that. */
  async readOnce(running: Running): Promise<void> {
    const isSaved = () => this.#sizeOf(LOOKUPS) > 0 && this.#savedAt() >= this.#writtenAt();
    expect(await until(running, isSaved), running.said().stderr).toBe(true);
  }

  /** Waits until the run takes in what is appended: a line that makes a lookup shows it. */
  async following(running: Running): Promise<void> {
    await this.readOnce(running);
    await this.taken(running, () => this.append('raw.gps.jsonl', fixLine(member(10), clock('10:36'), FAR)));
  }

  /** Does something that makes a lookup and waits until that is written and saved. */
  async taken(running: Running, act: () => void): Promise<void> {
    const before = this.#sizeOf(LOOKUPS);
    act();
    const isTaken = () => this.#sizeOf(LOOKUPS) > before && this.#savedAt() >= this.#writtenAt();
    expect(await until(running, isTaken), running.said().stderr).toBe(true);
  }

  /** Does something and waits until the run saves its state again. */
  async saved(running: Running, act: () => void): Promise<void> {
    const before = this.#savedAt();
    act();
    expect(await until(running, () => this.#savedAt() > before), running.said().stderr).toBe(true);
  }

  /** Lets the day end and waits for its table. */
  async endDay(running: Running, file = 'raw.gps.jsonl'): Promise<void> {
    this.append(file, NEXT_MORNING);
    const isOut = () => filesUnder(this.out).some((name) => /^tables\/visits\/.*\/day-/.test(name));
    expect(await until(running, isOut), running.said().stderr).toBe(true);
  }

  /** Released rows of the store's hour. */
  async hours(): Promise<readonly Row[]> {
    const rows = await rowsOf(this.out, 'visits');
    return rows.filter((row) => row['window_kind'] === 'hour' && row['status'] === 'RELEASED');
  }

  #sizeOf(name: string): number {
    return statSync(join(this.out, name), { throwIfNoEntry: false })?.size ?? 0;
  }

  /** File times come in ticks of some milliseconds: a state saved right after the lookups may bear the same time. */
  #writtenAt(): bigint {
    return timeOf(join(this.out, LOOKUPS));
  }

  #savedAt(): bigint {
    return timeOf(join(this.out, '.oboro', 'checkpoint'));
  }
}

/** What six members in the store give: k is 5, and one more is drawn. */
const SIX = {
  unit_kind: 'store',
  unit_id: 'store-1',
  window_start: '2024-05-15T10:00:00+09:00',
  visitors: 5,
};

const stop = async (running: Running): Promise<void> => {
  running.kill('SIGTERM');
  const ended = await running.ended;
  expect(ended, ended.stderr).toMatchObject({ code: 0, signal: null, stderr: '' });
  expect(ended.stdout).toMatch(/^Stopped after [\d,]+ lines\. Run the same command again/);
};

describe.concurrent('run --follow', () => {
  it('takes in appended lines and a new file, and stops cleanly at SIGTERM', async () => {
    const scene = new Scene('appended');
    scene.append('raw.gps.jsonl', visitsOf(...PEOPLE.slice(0, 2)));
    const running = scene.follow();
    await scene.following(running);
    await scene.taken(running, () => scene.append('raw.gps.jsonl', visitsOf(...PEOPLE.slice(2, 4))));
    await scene.taken(running, () => scene.append('raw.gps.new.jsonl', visitsOf(...PEOPLE.slice(4, 6))));
    await scene.endDay(running);
    expect(await scene.hours()).toMatchObject([SIX]);
    await stop(running);
  });

  it('waits for the end of a line that is half written', async () => {
    const scene = new Scene('half');
    scene.append('raw.gps.jsonl', visitsOf(...PEOPLE.slice(0, 5)));
    const running = scene.follow();
    await scene.following(running);
    const last = visitsOf(member(5));
    await scene.taken(running, () => scene.append('raw.gps.jsonl', last.slice(0, 400)));
    await scene.taken(running, () => scene.append('raw.gps.jsonl', last.slice(400)));
    await scene.endDay(running);
    expect(await scene.hours()).toMatchObject([SIX]);
    expect(jsonLines(join(scene.out, 'dead-letter.jsonl'))).toEqual([]);
    await stop(running);
  });

  it('G-03 takes the contributions out of a member who withdraws while it follows', async () => {
    const scene = new Scene('withdrawn');
    scene.append('raw.gps.jsonl', visitsOf(...PEOPLE.slice(0, 6)));
    const running = scene.follow();
    await scene.following(running);
    const withdrawal = consentLine(member(0), clock('10:50'), false);
    await scene.saved(running, () => scene.append('privacy.consent.jsonl', withdrawal));
    await scene.endDay(running);
    expect(await scene.hours()).toEqual([]);
    await stop(running);
  });

  it('G-04 takes the contributions out of a member who asks to be erased while it follows', async () => {
    const scene = new Scene('erased');
    scene.append('raw.gps.jsonl', visitsOf(...PEOPLE.slice(0, 6)));
    const running = scene.follow();
    await scene.following(running);
    const request = { ...member(0), atMs: clock('10:50'), requestId: 'request-1' };
    await scene.saved(running, () => scene.append('privacy.erasure.jsonl', `${JSON.stringify(request)}\n`));
    await scene.endDay(running);
    expect(await scene.hours()).toEqual([]);
    await stop(running);
  });
});

describe.concurrent('run --follow goes on', () => {
  const four = (name: string): Scene => {
    const scene = new Scene(name);
    scene.append('raw.gps.jsonl', visitsOf(...PEOPLE.slice(0, 4)));
    return scene;
  };

  const goesOn = async (scene: Scene): Promise<void> => {
    const again = scene.follow();
    await scene.endDay(again);
    expect(await scene.hours()).toMatchObject([SIX]);
    await stop(again);
    const ledger = join(scene.out, 'ledger.jsonl');
    const verified = await oboro(['ledger', 'verify', ledger, '--json']);
    expect(JSON.parse(verified.stdout)).toMatchObject({ problems: [], finished: false });
  };

  it('after SIGTERM, with what was appended meanwhile', async () => {
    const scene = four('stopped');
    const running = scene.follow();
    await scene.following(running);
    await stop(running);
    scene.append('raw.gps.jsonl', visitsOf(...PEOPLE.slice(4, 6)));
    await goesOn(scene);
  });

  it('after SIGKILL, with what was appended meanwhile', async () => {
    const scene = four('killed');
    const running = scene.follow();
    await scene.following(running);
    await scene.taken(running, () => scene.append('raw.gps.jsonl', visitsOf(member(4))));
    running.kill('SIGKILL');
    await running.ended;
    scene.append('raw.gps.jsonl', visitsOf(member(5)));
    await goesOn(scene);
  });

  it.each(['raw.gps.a-new.jsonl', 'raw.gps.z-new.jsonl'])(
    'with a file that came while it was stopped: %s',
    async (file) => {
      const scene = four(file);
      const running = scene.follow();
      await scene.following(running);
      await stop(running);
      scene.append(file, visitsOf(...PEOPLE.slice(4, 6)));
      await goesOn(scene);
    },
  );

  it.each(['raw.gps.a-new.jsonl', 'raw.gps.z-new.jsonl'])(
    'with a file that came after a kill in its first reading: %s',
    async (file) => {
      const scene = four(`killed-${file}`);
      const running = scene.follow();
      await scene.readOnce(running);
      running.kill('SIGKILL');
      await running.ended;
      scene.append(file, visitsOf(...PEOPLE.slice(4, 6)));
      await goesOn(scene);
    },
  );

  it('after a kill between ledger and saved state, with more appended before it is started again', async () => {
    const scene = new Scene('torn');
    scene.append('raw.gps.jsonl', visitsOf(...PEOPLE.slice(0, 6)));
    // The first state is of the start, the second of the first reading, the third of what is appended below.
    const running = scene.follow(killedAt(scene.out, { step: /^open.* checkpoint/, nth: 3 }));
    await scene.readOnce(running);
    scene.append('raw.gps.jsonl', fixLine(member(7), clock('13:00'), FAR));
    expect((await running.ended).signal).toBe('SIGKILL');
    expect(await scene.hours()).toMatchObject([SIX]);
    const later = ['15:00', '17:00'].map((time) => fixLine(member(8), clock(time), FAR));
    scene.append('raw.gps.jsonl', ...later);
    await goesOn(scene);
  });

  it('after a line that came late, beyond the lateness', async () => {
    const scene = four('late');
    const running = scene.follow();
    await scene.following(running);
    const [late, rest] = [fixLine(member(7), clock('09:00'), FAR), visitsOf(...PEOPLE.slice(4, 6))];
    await scene.taken(running, () => scene.append('raw.gps.jsonl', late, rest));
    await stop(running);
    await goesOn(scene);
  });

  it('with a file that is empty at first, and a CSV file whose header comes later', async () => {
    const scene = four('kinds');
    scene.append('raw.gps.empty.jsonl');
    scene.append('raw.gps.rows.csv');
    const running = scene.follow();
    await scene.following(running);
    await scene.taken(running, () => scene.append('raw.gps.empty.jsonl', visitsOf(...PEOPLE.slice(4, 5))));
    const rows = PEOPLE.slice(5, 6).flatMap((who) =>
      visitsOf(who)
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Row)
        .map((fix) =>
          [fix['deviceId'], fix['memberId'], fix['atMs'], fix['lat'], fix['lng'], 8, 'APP'].join(),
        ),
    );
    const header = 'deviceId,memberId,atMs,lat,lng,accuracyM,origin';
    await scene.taken(running, () => scene.append('raw.gps.rows.csv', `${[header, ...rows].join('\n')}\n`));
    await scene.endDay(running);
    expect(await scene.hours()).toMatchObject([SIX]);
    await stop(running);
  });
});

describe('run without --follow on the folder of a run that followed', () => {
  it('is refused with exit code 73, for the inputs of the one may grow', async () => {
    const scene = new Scene('followed');
    scene.append('raw.gps.jsonl', visitsOf(member(0)));
    const isOpen = () => existsSync(join(scene.out, 'ledger.jsonl'));
    expect(await signalWhen(scene.follow(), isOpen, 'SIGTERM')).toMatchObject({ code: 0 });
    const whole = await oboro(scene.args.filter((arg) => arg !== '--follow'));
    expect(whole).toMatchObject({ code: 73, stdout: '' });
  });
});
