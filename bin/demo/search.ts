import { setTimeout as sleep } from 'node:timers/promises';
import { type Candidate, DiscoveryAnswer } from '#contract/discovery.ts';
import { PBX_TYPE_NAMES } from '#contract/words.ts';
import type { DaemonProcess } from '#test/support/stack.ts';
import type { DemoLab, DemoPbx } from './lab.ts';

const POLL_MS = 300;
const MOST_SIGNS = 2;
const LIMIT_MS = 60_000;

/**
 * Lets the gateway search the lab's network and tells what it finds as it finds it; gives the PBXs to connect, in the
 * order of their addresses. @throws Error when one of the lab's was not found, or was taken for another type
 */
export async function findPbxs(
  daemon: Pick<DaemonProcess, 'call'>,
  { network, pbxs }: Omit<DemoLab, 'stop'>,
  say: (text: string) => void,
): Promise<DemoPbx[]> {
  say(`Looking for telephone systems in ${network.range} ...`);
  const { candidates } = await search(daemon, network, say);
  for (const candidate of candidates) say(inWords(candidate));
  const isFound = ({ address, type }: DemoPbx) =>
    candidates.some(({ addresses, pbxType }) => addresses.includes(address) && pbxType === type);
  const missing = pbxs.filter((pbx) => !isFound(pbx));
  if (missing.length > 0) {
    const names = missing.map(({ type, address }) => `the ${PBX_TYPE_NAMES[type]} at ${address}`);
    throw new Error(`the search did not find ${names.join(', ')}; is another program using these addresses?`);
  }
  return pbxs;
}

async function search(
  daemon: Pick<DaemonProcess, 'call'>,
  { range, ports }: DemoLab['network'],
  say: (text: string) => void,
): Promise<DiscoveryAnswer> {
  const ends = Date.now() + LIMIT_MS;
  let shown = '';
  let answer = DiscoveryAnswer.parse(await daemon.call('POST', '/api/discovery', { cidrs: [range], ports }));
  while (answer.state === 'running') {
    if (Date.now() > ends) throw new Error(`the search of ${range} has not ended after ${LIMIT_MS / 1000} s`);
    await sleep(POLL_MS);
    answer = DiscoveryAnswer.parse(await daemon.call('GET', '/api/discovery'));
    const { progress } = answer;
    if (progress === null) continue;
    const line = `  ${progress.swept} of ${progress.addresses} addresses, ${progress.probed} of ${progress.alive} hosts asked`;
    if (line !== shown) say(line);
    shown = line;
  }
  if (answer.state !== 'finished') throw new Error(answer.error?.message ?? `the search was ${answer.state}`);
  return answer;
}

const CERTAINTY = { high: 'quite certain', medium: 'probable', low: 'a guess, to be confirmed' } as const;

/** One candidate with what speaks for it; an open port alone says least. */
function inWords({ addresses, name, version, certainty, score, kind, evidence }: Candidate): string {
  const signs = evidence
    .filter(({ speaksFor }) => speaksFor === kind)
    .toSorted((a, b) => Number(a.signal === 'tcp') - Number(b.signal === 'tcp'))
    .map(({ text }) => text);
  const reasons = [...new Set(signs)].slice(0, MOST_SIGNS).join('; ') || 'no clear sign';
  const system = version === null ? name : `${name} ${version}`;
  return `  ${addresses.join(', ')}: ${system}, ${CERTAINTY[certainty]} (${Math.round(score * 100)} %): ${reasons}`;
}
