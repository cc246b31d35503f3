import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { commands } from '#pbx-adapters/mx-one/commands.ts';
import { startDirectory } from '#test/lab/directory.ts';
import { labEntries } from '#test/lab/directory-entries.ts';
import { writeFormExports } from '#test/lab/form-exports.ts';
import { startMxOne } from '#test/lab/mx-one/server.ts';
import { startOffice400 } from '#test/lab/office-400/office-400.ts';
import { temporaryFolder } from '#test/support/program.ts';
import { hasSshd, startSshd } from '#test/support/sshd.ts';
import type { AdapterTaken, AdapterTask } from './adapter-child.ts';
import { runAsDaemon } from './as-daemon.ts';
import { type Bar, type Findings, median, rounded } from './report.ts';

const CHILD = new URL('./adapter-child.ts', import.meta.url);
const USERS = 10_000;
/** The last is beyond any system of these families that is known (decision 0029). */
const SIZES = [1000, USERS, 2 * USERS, 5 * USERS] as const;

/**
 * All users of a simulated PBX of each family through its adapter, in a process of its own: speed, and whether memory is
 * flat in their number. Then the MX-ONE behind a real OpenSSH beside the `ssh` program with the same commands.
 */
export async function adapters({
  rounds = 3,
  say,
}: {
  rounds?: number;
  say: (text: string) => void;
}): Promise<Findings> {
  const families: Record<string, unknown> = {};
  for (const [type, start] of Object.entries(FAMILIES)) {
    const found = await family(type, start, rounds);
    families[type] = found;
    say(`${type}: ${JSON.stringify(found)}`);
  }
  const shell = hasSshd() ? await openssh(rounds, say) : undefined;
  if (!shell) say('OpenSSH skipped: it needs root, sshd, ssh, ssh-keygen, openssl, useradd and userdel');
  return { bars: shell?.bars ?? [], figures: { users: USERS, families, openssh: shell?.figures ?? 'skipped' } };
}

interface Peer extends AsyncDisposable {
  settings: unknown;
}

const FAMILIES: Readonly<Record<string, (users: number) => Promise<Peer>>> = {
  'mivoice-business': async (users) => {
    const folder = await temporaryFolder('bench-forms');
    await writeFormExports(folder.path, { users });
    // What was written a moment ago could still be growing, and is waited for.
    for (const name of await readdir(folder.path)) await utimes(join(folder.path, name), new Date(0), new Date(0));
    return { settings: { folder: folder.path }, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
  },
  'mivoice-5000': async (users) => {
    const baseDn = 'ou=people,o=lab';
    const directory = await startDirectory({ entries: labEntries(users, baseDn), baseDn });
    const { host, port, bindDn, password } = directory;
    return {
      settings: { host, port, tls: 'none', baseDn, bindDn, password },
      [Symbol.asyncDispose]: () => directory.stop(),
    };
  },
  'mivoice-office-400': async (users) => {
    const folder = await temporaryFolder('bench-office-400');
    const lab = await startOffice400({ users, folder: folder.path });
    await utimes(lab.exportFile, new Date(0), new Date(0));
    return {
      settings: lab.connection,
      [Symbol.asyncDispose]: async () => {
        await lab.stop();
        await folder[Symbol.asyncDispose]();
      },
    };
  },
  'mx-one': async (users) => {
    const server = await startMxOne({ users });
    const { host, port, user, password, hostKeyFingerprint } = server;
    return {
      settings: { host, port, user, password, hostKeyFingerprint },
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
};

async function family(type: string, start: (users: number) => Promise<Peer>, rounds: number) {
  await using stack = new AsyncDisposableStack();
  const peers: { users: number; peer: Peer; found: AdapterTaken[] }[] = [];
  for (const users of SIZES) peers.push({ users, peer: stack.use(await start(users)), found: [] });
  for (let round = 0; round < rounds; round += 1) {
    for (const { users, peer, found } of peers) {
      const taken = await read({ type, settings: peer.settings, reads: 1 });
      // A few of the lab's people cannot be used.
      if (taken.users < users * 0.98) throw new Error(`${type}: of ${users} users only ${taken.users} came`);
      found.push(taken);
    }
  }
  const growth = peers.map(({ found }) => rounded(median(found.map(({ growthMiB }) => growthMiB)), 1));
  const [few = 0, usual = 0, twice = 0, most = 0] = growth;
  const judged = peers[1]?.found ?? [];
  const perSecond = (time: (taken: AdapterTaken) => number) =>
    rounded(median(judged.map((taken) => (taken.users * 1000) / time(taken))), 0);
  return {
    usersPerSecond: perSecond(({ ms }) => ms[0] ?? 0),
    usersPerCpuSecond: perSecond(({ cpuMs }) => cpuMs),
    idleMiB: rounded(median(judged.map(({ idleMiB }) => idleMiB)), 1),
    growthMiB: { [SIZES[0]]: few, [SIZES[1]]: usual, [SIZES[2]]: twice, [SIZES[3]]: most },
    /** 1 when memory is flat, 5 when it follows the number of users. */
    growthWithFiveTimes: rounded(most / usual),
    bytesForOneMore: rounded(((most - usual) * 2 ** 20) / (SIZES[3] - SIZES[1]), 0),
  };
}

/** In a new process, with its start not counted. */
const read = (task: AdapterTask): Promise<AdapterTaken> => runAsDaemon(CHILD, task);

async function openssh(rounds: number, say: (text: string) => void): Promise<{ bars: Bar[]; figures: object }> {
  await using sshd = await startSshd({ users: USERS });
  const { host, port, user, password, hostKeyFingerprint } = sshd;
  const settings = { host, port, user, password, hostKeyFingerprint };
  const prints = [commands.names, commands.ipExtensions, commands.extensions].map((print) => `mdsh -c '${print}'`);
  const results: { sshMs: number; firstMs: number; secondMs: number }[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    // Once before and once after, so that a load that changes meanwhile is in the reference too.
    const before = await sshd.ssh(prints);
    const { ms } = await read({ type: 'mx-one', settings, reads: 2 });
    const after = await sshd.ssh(prints);
    const [firstMs = 0, secondMs = 0] = ms.map((value) => rounded(value, 0));
    const result = { sshMs: rounded((before.ms + after.ms) / 2, 0), firstMs, secondMs };
    results.push(result);
    say(`OpenSSH round ${round}: ${JSON.stringify(result)}`);
  }
  const middle = (key: 'sshMs' | 'firstMs' | 'secondMs') => rounded(median(results.map((result) => result[key])), 0);
  const ratios = results.map(({ firstMs, sshMs }) => rounded(firstMs / sshMs));
  const warm = results.map(({ secondMs, sshMs }) => rounded(secondMs / sshMs));
  return {
    bars: [{ name: 'MX-ONE over OpenSSH / ssh', value: rounded(median(ratios)), limit: 1.5 }],
    figures: {
      rounds,
      ratios,
      secondReadRatios: warm,
      secondReadRatio: rounded(median(warm)),
      sshMs: middle('sshMs'),
      firstMs: middle('firstMs'),
      secondMs: middle('secondMs'),
    },
  };
}
