import { Agent } from 'node:https';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { connectAsync } from 'mqtt';
import { pino } from 'pino';
import { ulid } from 'ulid';
import { z } from 'zod';
import { systemClock } from '#config/clock.ts';
import { Command } from '#contract/api.ts';
import { isFinal } from '#contract/commands.ts';
import { topics } from '#contract/topics.ts';
import { DaemonStore } from '#daemon/store/store.ts';
import { startProgram, temporaryFolder, until } from '#test/support/program.ts';
import type { EchoPlace } from './echo-child.ts';
import { processorMs } from './process-time.ts';
import { type Findings, median, rounded } from './report.ts';
import { startRig } from './rig.ts';

const TIMES = 300;
const WARM_UP = 50;
const LIMIT = 3;

/**
 * A command that has nothing to do (the test of a PBX that is not there), from the request of the API to its final state
 * on the live stream. Against a bare MQTT echo over the same broker, mutual TLS and WebSocket included, in a process of
 * its own; and against that echo with the synced writes that a command cannot do without: kept by the cloud before it
 * leaves, accepted on the gateway's disk before it is run, its end on that disk before it is told, and kept by the cloud
 * before that is acknowledged.
 */
export async function commands({
  rounds = 3,
  say,
}: {
  rounds?: number;
  say: (text: string) => void;
}): Promise<Findings> {
  await using rig = await startRig({ form: 'source', direct: true });
  await using echo = await startEcho();
  await using command = await startCommands(rig);
  await measure(echo.once, WARM_UP);
  await measure(command.once, WARM_UP);
  await using writes = await startWrites();
  const kept = async () => {
    writes.cloud();
    await echo.once();
    await writes.gateway();
    await writes.gateway();
    writes.cloud();
  };
  await measure(kept, WARM_UP);
  const writing = {
    cloudMs: await measure(async () => writes.cloud(), TIMES),
    gatewayMs: await measure(() => writes.gateway(), TIMES),
  };
  const busy = () => Promise.all([rig.connector, rig.daemon].map(({ pid }) => processorMs(pid)));
  const used: { connector: number; daemon: number }[] = [];
  const results: Record<Way, Spread>[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const echoed = await measure(echo.once, TIMES);
    const written = await measure(kept, TIMES);
    const [connector = 0, daemon = 0] = await busy();
    const result = { echo: echoed, kept: written, command: await measure(command.once, TIMES) };
    const [connectorNow = 0, daemonNow = 0] = await busy();
    results.push(result);
    used.push({ connector: (connectorNow - connector) / TIMES, daemon: (daemonNow - daemon) / TIMES });
    say(`round ${round}: ${JSON.stringify(result)} (ms)`);
  }
  const ratio = (of: keyof Spread, to: Way) => rounded(median(results.map((one) => one.command[of] / one[to][of])));
  const middle = (way: Way, of: keyof Spread) => rounded(median(results.map((one) => one[way][of])));
  const bar = (of: keyof Spread, to: Way, name: string) => ({
    name: `round trip of a command, times that of ${name}, ${of}`,
    value: ratio(of, to),
    limit: LIMIT,
  });
  const spread = (way: Way) => ({ p50: middle(way, 'p50'), p99: middle(way, 'p99') });
  const [bare, synced] = ['a bare MQTT echo', 'an MQTT echo with the four synced writes of a command'];
  return {
    bars: [bar('p50', 'echo', bare), bar('p99', 'echo', bare), bar('p50', 'kept', synced), bar('p99', 'kept', synced)],
    figures: {
      times: TIMES,
      rounds,
      commandMs: spread('command'),
      echoMs: spread('echo'),
      echoWithWritesMs: spread('kept'),
      syncedWrite: writing,
      processorMs: {
        connector: rounded(median(used.map((one) => one.connector))),
        daemon: rounded(median(used.map((one) => one.daemon))),
      },
    },
  };
}

type Way = 'echo' | 'kept' | 'command';

interface Spread {
  p50: number;
  p99: number;
}

/** One after the other, in milliseconds. */
async function measure(once: () => Promise<void>, times: number): Promise<Spread> {
  const taken: number[] = [];
  for (let n = 0; n < times; n += 1) {
    const from = performance.now();
    await once();
    taken.push(performance.now() - from);
  }
  const sorted = taken.toSorted((a, b) => a - b);
  const at = (share: number) => rounded(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return { p50: at(0.5), p99: at(0.99) };
}

/** A synced write as the cloud's store makes it, and one as the gateway's. */
async function startWrites() {
  await using stack = new AsyncDisposableStack();
  const { path } = stack.use(await temporaryFolder('writes'));
  const database = new DatabaseSync(join(path, 'cloud.db'));
  stack.defer(() => database.close());
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE note (at INTEGER, text TEXT)');
  const insert = database.prepare('INSERT INTO note VALUES (?, ?)');
  const log = pino({ level: 'silent' });
  const store = await DaemonStore.open({ folder: path, log, clock: systemClock });
  stack.defer(() => store.close());
  const table = store.table('notes', z.string());
  const text = 'x'.repeat(500);
  const running = stack.move();
  return {
    cloud: () => void insert.run(Date.now(), text),
    gateway: () => table.put(ulid(), text),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function startEcho() {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('echo'));
  const child = startProgram(process.execPath, [join(import.meta.dirname, 'echo-child.ts'), folder.path]);
  stack.use(child);
  await until('the echo is up', 20_000, () => child.output().includes('\n'));
  const { port, ca, key, cert, ...address } = JSON.parse(child.output().split('\n')[0] ?? '') as EchoPlace;
  const client = await connectAsync(`wss://127.0.0.1:${port}/mqtt`, {
    ca,
    key,
    cert,
    clientId: address.gateway,
    protocolVersion: 4,
  });
  stack.defer(async () => client.endAsync(true));
  await client.subscribeAsync(topics.allDown(address), { qos: 1 });
  let heard: () => void = () => undefined;
  client.on('message', () => heard());
  const payload = JSON.stringify({ v: 1, id: ulid(), name: 'pbx.test', args: { pbx: ulid() } });
  const running = stack.move();
  return {
    once: async () => {
      const back = new Promise<void>((resolve) => {
        heard = resolve;
      });
      // Its PUBACK is not waited for: the echo alone is the round trip.
      client.publish(topics.event(address), payload, { qos: 1 });
      await back;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

async function startCommands({ connector, account, gateway }: Awaited<ReturnType<typeof startRig>>) {
  const agent = new Agent({ keepAlive: true });
  const api = await connector.client(agent);
  await api.signIn('bench@example.org', 'a long enough passphrase');
  const abort = new AbortController();
  const changes = await api.changes(account, abort.signal);
  let ended: (command: Command) => void = () => undefined;
  const reading = (async () => {
    for await (const { topic, row } of changes) {
      if (topic !== 'command') continue;
      const command = Command.safeParse(row);
      if (command.success && isFinal(command.data.state)) ended(command.data);
    }
  })();
  return {
    once: async () => {
      const finals = new Map<string, Command>();
      let wake: () => void = () => undefined;
      ended = (command) => {
        finals.set(command.id, command);
        wake();
      };
      const { id } = await api.post<Command>(`/api/v1/gateways/${gateway}/commands`, {
        name: 'pbx.test',
        args: { pbx: ulid() },
      });
      while (!finals.has(id)) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const { state, reason } = finals.get(id) ?? {};
      if (state !== 'failed' || reason?.code !== 'sync.unknown-pbx')
        throw new Error(`it ended as ${state} ${reason?.code}`);
    },
    [Symbol.asyncDispose]: async () => {
      abort.abort();
      agent.destroy();
      await reading;
    },
  };
}
