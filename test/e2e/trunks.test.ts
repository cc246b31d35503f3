/** Trunks through the real processes: watched from the site, shown in the cloud, alarming when they fail, traced. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Command, Page } from '#contract/api.ts';
import type { TrunkHealth } from '#contract/trunk-health.ts';
import type { Trunk } from '#contract/trunks.ts';
import type { Upload } from '#contract/uploads.ts';
import { until } from '#test/support/program.ts';
import { type Site, startSite } from '#test/support/site.ts';
import { unpack } from '#test/support/unpack.ts';

/** An end of a trunk that answers OPTIONS as long as it is told to. */
class Peer {
  answer = '200 OK';
  readonly #socket = createSocket('udp4');

  static async start(): Promise<Peer> {
    const peer = new Peer();
    peer.#socket.on('message', (bytes, from) => {
      const kept = bytes
        .toString('latin1')
        .split('\r\n')
        .filter((line) => /^(via|from|to|call-id|cseq):/i.test(line));
      if (!bytes.toString('latin1').startsWith('OPTIONS ')) return;
      const lines = [`SIP/2.0 ${peer.answer}`, ...kept, 'Content-Length: 0', '', ''];
      peer.#socket.send(lines.join('\r\n'), from.port, from.address);
    });
    peer.#socket.bind(0, '127.0.0.1');
    await once(peer.#socket, 'listening');
    return peer;
  }

  get port(): number {
    return this.#socket.address().port;
  }

  /** What others send when this end is not asked by Demarc. */
  send(text: string, port: number): void {
    this.#socket.send(text, port, '127.0.0.1');
  }

  close(): void {
    this.#socket.close();
  }
}

let site: Site;
let far: Peer;
let pbx: Peer;
let trunk: Trunk;

beforeAll(async () => {
  [site, far, pbx] = await Promise.all([startSite({ users: 5 }), Peer.start(), Peer.start()]);
  await site.enrol();
  await site.addDirectory();
  trunk = await site.api.post<Trunk>('/api/v1/trunks', {
    account: site.account.id,
    settings: {
      name: 'Cloud Vienna',
      pbx: site.pbxs.directory,
      host: '127.0.0.1',
      port: pbx.port,
      transport: 'udp',
      farEnd: { kind: 'cloud-platform', host: 'localhost', port: far.port, transport: 'udp' },
      supervision: { everySeconds: 10, failingEverySeconds: 2 },
    },
  });
});
afterAll(async () => {
  far.close();
  pbx.close();
  await site[Symbol.asyncDispose]();
});

const health = () => site.api.get<TrunkHealth>(`/api/v1/trunks/${trunk.id}/health`);
const stateOf = async (end: string) => (await health()).ends.find((one) => one.end === end)?.state;

test('both ends are seen up, then one goes and comes back: state, reason, event and history are in the cloud', async () => {
  await until(
    'both ends are up',
    30_000,
    async () => (await stateOf('far-end')) === 'up' && (await stateOf('pbx')) === 'up',
  );
  far.answer = '503 Trunk concurrent call limit exceeded';
  await until('the far end is down', 40_000, async () => (await stateOf('far-end')) === 'down');
  const { ends } = await health();
  const [farEnd, own] = ends;
  expect(farEnd).toMatchObject({
    end: 'far-end',
    reachable: { is: true },
    accepted: { is: false },
    registered: null,
    callProven: null,
    last: { status: 503, reason: 'Trunk concurrent call limit exceeded' },
  });
  expect(own).toMatchObject({ end: 'pbx', state: 'up', accepted: { is: true } });
  const point = farEnd?.history.points.findLast((one) => one !== null);
  expect(point?.[0]).toBeGreaterThan(point?.[2] ?? 0);
  const page = await site.api.get<Page<Trunk>>(`/api/v1/trunks?account=${site.account.id}`);
  expect(page.items[0]?.health.find(({ end }) => end === 'far-end')).toMatchObject({ state: 'down' });
  const metrics = await site.api.send('GET', '/metrics');
  expect(String(metrics.body)).toMatch(/demarc_trunk_up\{[^}]*end="far-end"\} 0/);
  far.answer = '200 OK';
  await until('the far end is up again', 30_000, async () => (await stateOf('far-end')) === 'up');
  await until('both changes are told', 20_000, async () => {
    return (await site.events('trunk.down')) === 1 && (await site.events('trunk.up')) === 1;
  });
});

test('a trace brings what was seen, without a number of anybody', async () => {
  const { id } = await site.api.post<Command>(`/api/v1/gateways/${site.gateway}/commands`, {
    name: 'gateway.trace-calls',
    args: { minutes: 1, calls: 1, trunk: trunk.id },
  });
  await until('the trace records', 30_000, async () => {
    return (await site.api.get<Command>(`/api/v1/commands/${id}`)).state === 'running';
  });
  // A call between the ends, which only packets show; where capturing is not permitted the trace ends by its time.
  const call = (start: string) => [
    start,
    'From: <sip:+43720123456@x>;tag=1',
    'To: <sip:+33142685300@y>',
    'Call-ID: e2e-call',
    'CSeq: 1 INVITE',
    '',
    '',
  ];
  const timer = setInterval(() => {
    pbx.send(call('INVITE sip:+33142685300@127.0.0.1 SIP/2.0').join('\r\n'), far.port);
    far.send(call('SIP/2.0 486 Busy Here').join('\r\n'), pbx.port);
  }, 1500);
  let command: Command | undefined;
  try {
    await until('the trace has ended', 100_000, async () => {
      command = await site.api.get<Command>(`/api/v1/commands/${id}`);
      return !['queued', 'sent', 'accepted', 'running'].includes(command.state);
    });
  } finally {
    clearInterval(timer);
  }
  expect(command).toMatchObject({ state: 'succeeded', output: { missing: expect.any(Array) } });
  const page = await site.api.get<Page<Upload>>(`/api/v1/uploads?account=${site.account.id}&filter=kind:eq:trace`);
  const [upload] = page.items;
  expect(upload).toMatchObject({ command: id, kind: 'trace' });
  const files = await unpack((await site.api.send('GET', `/api/v1/uploads/${upload?.id}/file`)).body as Buffer);
  expect([...files.keys()].sort()).toEqual(['ladder.svg', 'ladder.txt', 'summary.json', 'summary.txt', 'trace.pcap']);
  const summary = JSON.parse(String(files.get('summary.json'))) as { calls: { method: string; outcome: string }[] };
  const { packets, missing } = (command as Command).output as { packets: boolean; missing: string[] };
  if (packets)
    expect(summary.calls).toContainEqual(expect.objectContaining({ outcome: 'INVITE was refused: 486 Busy Here' }));
  else expect(missing.join()).toMatch(/could not be captured/);
  for (const bytes of files.values()) {
    expect(bytes.toString('latin1')).not.toMatch(/20123456|42685300/);
  }
});
