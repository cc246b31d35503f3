/** Sites that have moved services to other ports, and the demo, whose lab is such a site. */
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { type Candidate, DiscoveryAnswer } from '#contract/discovery.ts';
import { discover } from '#pbx-adapters/discovery/discover.ts';
import { DEFAULT_PORTS, planWith } from '#pbx-adapters/discovery/ports.ts';
import { startSip } from '#test/lab/mivoice-business/sip-responder.ts';
import { findPbxs } from '../../../bin/demo/search.ts';

test('a plan without moves is the usual one; a moved service is tried at its new port only', () => {
  expect(planWith({})).toEqual({ ...DEFAULT_PORTS, usual: new Map() });
  const plan = planWith({ sip: 5070, https: 8443, snmp: 1161 });
  expect(plan).toMatchObject({ sipUdp: [5070], sipTcp: [5070], sipTls: [5061], https: [8443], snmp: 1161 });
  expect(plan.tcp).toEqual(expect.arrayContaining([8443, 5070, 22]));
  expect(plan.tcp).not.toEqual(expect.arrayContaining([443]));
  expect(plan.tcp).not.toEqual(expect.arrayContaining([5060]));
});

test('an open port that was moved speaks for what its usual number speaks for, and says so', async () => {
  const host = '127.79.0.1';
  const sip = await startSip({ host, banner: 'Aastra 400', toTag: 'x' });
  const csta = createServer((socket) => socket.on('error', () => undefined));
  await new Promise<void>((resolve) => csta.listen(0, host, resolve));
  try {
    const address = csta.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const found = new Map<string, Candidate>();
    const options = { cidrs: [`${host}/32`], ports: planWith({ sip: sip.port, csta: port }), interfaces: {} };
    for await (const event of discover(options, AbortSignal.timeout(15_000))) {
      if (event.kind === 'candidate') found.set(event.candidate.id, event.candidate);
    }
    expect([...found.values()]).toMatchObject([{ kind: 'mivoice-office-400', certainty: 'medium', score: 0.68 }]);
    expect(found.get(host)?.evidence).toContainEqual({
      signal: 'tcp',
      address: host,
      port,
      text: `TCP port ${port} is open, which stands for 7001 at this site`,
      speaksFor: 'mivoice-office-400',
    });
  } finally {
    csta.close();
    await sip.stop();
  }
}, 20_000);

test('the demo fails when the search misses a PBX of the lab, or takes it for another', async () => {
  const candidate: Candidate = {
    id: '127.79.0.2',
    kind: 'mx-one',
    role: 'pbx',
    pbxType: 'mx-one',
    name: 'MX-ONE',
    addresses: ['127.79.0.2'],
    certainty: 'medium',
    score: 0.8,
    version: '7.4.1',
    release: null,
    alternatives: [],
    notes: [],
    evidence: [{ signal: 'sip', address: '127.79.0.2', port: 5060, text: 'answers', speaksFor: 'mx-one' }],
  };
  const answer: DiscoveryAnswer = {
    state: 'finished',
    startedAt: null,
    endedAt: null,
    ranges: [],
    progress: null,
    candidates: [candidate],
    notes: [],
  };
  const daemon = { call: async <T>() => DiscoveryAnswer.parse(answer) as T };
  const network = { range: '127.79.0.0/29', ports: {} };
  const mxOne = { type: 'mx-one' as const, name: 'M', address: '127.79.0.2', connection: {} };
  const said: string[] = [];
  const find = (...pbxs: Parameters<typeof findPbxs>[1]['pbxs']) =>
    findPbxs(daemon, { network, pbxs }, (text) => said.push(text));
  await expect(find(mxOne)).resolves.toEqual([mxOne]);
  expect(said).toContain('  127.79.0.2: MX-ONE 7.4.1, probable (80 %): answers');
  await expect(find(mxOne, { ...mxOne, address: '127.79.0.3' })).rejects.toThrow(/MX-ONE at 127\.79\.0\.3/);
  await expect(find({ ...mxOne, type: 'mivoice-5000' })).rejects.toThrow(/MiVoice 5000 at 127\.79\.0\.2/);
});
