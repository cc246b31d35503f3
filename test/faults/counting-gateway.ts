import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pino } from 'pino';
import { z } from 'zod';
import { systemClock } from '#config/clock.ts';
import type { ProvisioningToken } from '#contract/api.ts';
import { DaemonStore } from '#daemon/store/store.ts';
import { freePort, type Program, startProgram, until } from '#test/support/program.ts';
import type { Site } from '#test/support/site.ts';
import { DaemonProcess, type Elsewhere } from '#test/support/stack.ts';

const SCRIPT = join(import.meta.dirname, 'event-sender.ts');

/** A second gateway of the site, whose process is `event-sender.ts`; enrolled by the real daemon. */
export class CountingGateway implements AsyncDisposable {
  readonly id: string;
  readonly state: string;
  /** The numbers whose `append` resolved, in every life of the process. */
  readonly accepted: number[] = [];
  readonly #elsewhere: Elsewhere;
  #lives = 0;
  #program: Program | undefined;

  private constructor(id: string, state: string, elsewhere: Elsewhere) {
    this.id = id;
    this.state = state;
    this.#elsewhere = elsewhere;
  }

  /** `place` when the gateway is to run on another machine, whose ports this one reaches by the same numbers. */
  static async enrol(
    site: Site,
    cloudUrl: string,
    place?: { elsewhere: Elsewhere; port: number },
  ): Promise<CountingGateway> {
    const state = join(site.folder, 'counting');
    await using daemon = new DaemonProcess({ state, port: await freePort(), ...place });
    await daemon.start();
    const { token } = await site.api.post<ProvisioningToken>('/api/v1/provisioning-tokens', {
      account: site.account.id,
      siteName: 'Counting',
    });
    await daemon.call('POST', '/api/enrolment', {
      cloud: { url: cloudUrl, caFile: site.connector.caFile },
      provisioningToken: token,
    });
    let id = '';
    await until('the counting gateway is claimed', 20_000, async () => {
      const answer = await daemon.call<{ state: string; gateway?: string }>('GET', '/api/enrolment');
      id = answer.gateway ?? '';
      return answer.state === 'claimed';
    });
    return new CountingGateway(id, state, place?.elsewhere ?? ((command, args) => [command, [...args]]));
  }

  /** Starts it with so many events to append. Their numbers are new in every life. */
  async start(count: number, keepaliveSeconds = 30): Promise<void> {
    this.#lives += 1;
    const first = this.#lives * 1_000_000;
    const args = [SCRIPT, this.state, `${first}`, `${count}`, `${keepaliveSeconds}`];
    this.#program = startProgram(...this.#elsewhere(process.execPath, args));
    await this.said('started');
  }

  /** Waits until it has printed this in its present life. */
  async said(text: string, limitMs = 60_000): Promise<void> {
    const program = this.#program;
    if (program === undefined) throw new Error('not running');
    let gone = false;
    void program.exited.then(() => {
      gone = true;
    });
    await until(`the counting gateway says "${text}"`, limitMs, () => {
      if (gone) throw new Error(`the counting gateway ended:\n${program.output().slice(-2000)}`);
      return program
        .output()
        .split('\n')
        .some((line) => line.startsWith(text));
    });
  }

  /** What it has printed in its present life. */
  output(): string {
    return this.#program?.output() ?? '';
  }

  /** How many events it has accepted in its present life. */
  get acceptedNow(): number {
    return numbersOf(this.output()).length;
  }

  /** Takes the records in these places out of the stopped gateway's outbox, as a damaged disk would. */
  lose(places: readonly number[]): Promise<void> {
    return this.#damage(async (store) => {
      const records = store.table('outbox', z.unknown());
      const keys: string[] = [];
      for await (const key of records.keys()) keys.push(key);
      for (const place of places) await records.remove(keys[place] ?? '');
    });
  }

  /** Lets the stopped gateway forget that it used its last numbers, as a log that lost its end would. */
  forget(numbers: number): Promise<void> {
    return this.#damage(async (store) => {
      const table = store.table('outbox-meta', z.looseObject({ next: z.int() }));
      const meta = await table.get('meta');
      if (meta === undefined) throw new Error('nothing was ever sent');
      await table.put('meta', { ...meta, next: meta.next - numbers });
    });
  }

  /** Accepted events that the cloud's database lacks or has twice. Only after a kill is everything counted. */
  stored(site: Site): { missing: number[]; doubled: number[] } {
    using database = new DatabaseSync(join(site.folder, 'connector', 'connector.db'), { readOnly: true });
    const rows = database
      .prepare(`select details from event where gateway_id = ? and name = 'test.counted'`)
      .all(this.id)
      .map((row) => z.object({ n: z.int() }).parse(JSON.parse(String(row['details']))).n);
    const once = new Set(rows);
    return {
      missing: this.accepted.filter((n) => !once.has(n)),
      doubled: rows.filter((n, at) => rows.indexOf(n) !== at),
    };
  }

  async #damage(work: (store: DaemonStore) => Promise<void>): Promise<void> {
    const store = await DaemonStore.open({ folder: this.state, log: pino({ level: 'silent' }), clock: systemClock });
    try {
      await work(store);
    } finally {
      await store.close();
    }
  }

  async kill(): Promise<void> {
    const program = this.#program;
    if (program === undefined) return;
    await program.stop('SIGKILL');
    this.accepted.push(...numbersOf(program.output()));
    this.#program = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/** A kill may cut the last line short, so only whole ones count. */
const numbersOf = (output: string): number[] =>
  output
    .slice(0, output.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => /^\d+$/.test(line))
    .map(Number);
