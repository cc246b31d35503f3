/** A search for telephone systems across a real network: namespaces, ARP, a router, real snmpd and avahi where they are. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Candidate, DiscoveryAnswer } from '#contract/discovery.ts';
import type { Evidence } from '#pbx-adapters/discovery/evidence.ts';
import { groupMachines } from '#pbx-adapters/discovery/group.ts';
import { DEFAULT_PORTS } from '#pbx-adapters/discovery/ports.ts';
import { hostKeySignal } from '#pbx-adapters/discovery/signals/host-key.ts';
import { FAR_PLACE, ROOM } from '#test/lab/discovery/room.ts';
import { noNamespaces, SiteNetwork } from '#test/support/netns.ts';
import { freePort, hasProgram, type Program, startProgram, temporaryFolder, until } from '#test/support/program.ts';

const run = promisify(execFile);
const NODE = process.execPath;
const why = noNamespaces();
if (why !== undefined) process.stdout.write(`discovery in namespaces is skipped: ${why}\n`);

/** A self-signed certificate, or one of a CA with the name that Mitel's own CA has. */
async function certificate(folder: string, name: string, subject: string, issuer?: string): Promise<void> {
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const days = ['-days', '30'];
  if (issuer === undefined) {
    await openssl('req', '-x509', ...key, ...days, '-subj', subject, '-keyout', `${name}.key`, '-out', `${name}.pem`);
    return;
  }
  await certificate(folder, `${name}-ca`, issuer);
  await openssl('req', ...key, '-subj', subject, '-keyout', `${name}.key`, '-out', `${name}.csr`);
  const signer = ['-CA', `${name}-ca.pem`, '-CAkey', `${name}-ca.key`, '-CAcreateserial'];
  await openssl('x509', '-req', '-in', `${name}.csr`, ...signer, ...days, '-out', `${name}.pem`);
}

const SNMPD = '192.0.2.31';
const AVAHI = '192.0.2.33';

describe.skipIf(why !== undefined)('a search in a network of namespaces', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let network: SiteNetwork;
  const programs: Program[] = [];
  let daemon: Program;

  const startOn = (
    machine: 'gateway' | 'stations' | 'router' | 'far',
    command: string[],
    env: NodeJS.ProcessEnv = {},
  ) => {
    const [program, args] = network.on(machine, ...command);
    const started = startProgram(program, args, { env });
    programs.push(started);
    return started;
  };
  const env = () => ({
    DEMARC_DAEMON_STATE: join(folder.path, 'state'),
    DEMARC_WEB_PORT: '9443',
    DEMARC_WEB_HOST: '127.0.0.1',
  });

  async function discover(...args: string[]): Promise<DiscoveryAnswer & { code: number | null; ms: number }> {
    const started = performance.now();
    const program = startOn('gateway', [NODE, 'bin/demarc.mjs', 'discover', '--json', ...args], env());
    const code = await program.exited;
    const text = program.output().trim().split('\n').at(-1) ?? '';
    return { ...DiscoveryAnswer.parse(JSON.parse(text)), code, ms: performance.now() - started };
  }

  beforeAll(async () => {
    folder = await temporaryFolder('discovery');
    const extra = [SNMPD, '192.0.2.32', AVAHI].map((address) => ({ address }));
    network = new SiteNetwork([...ROOM.map(({ address, mac }) => ({ address, ...(mac ? { mac } : {}) })), ...extra]);
    await certificate(folder.path, 'business', '/CN=pbx.site.example', '/O=Mitel Networks/CN=Mitel Networks CA');
    await certificate(folder.path, 'border', '/CN=border.site.example');
    await certificate(folder.path, 'mxone', '/CN=sn1.site.example');
    await certificate(folder.path, 'other', '/CN=nothing.site.example');
    const standIns = ['test/lab/discovery/stand-ins.ts', folder.path];
    const rooms = [
      startOn('stations', [NODE, ...standIns, JSON.stringify(ROOM)]),
      startOn('far', [NODE, ...standIns, JSON.stringify([FAR_PLACE])]),
    ];
    if (hasProgram('snmpd')) {
      const config = join(folder.path, 'snmpd.conf');
      const description = 'VerAg:07.00.00.01.00;VerSw:12.0.1.24;VerHw:CX;VerPl:3300 ICP;VerMCD:6.0 SP1';
      await writeFile(
        config,
        `rocommunity lab\nsysDescr ${description}\nsysObjectID 1.3.6.1.4.1.1027.1.2.3\nsysName plant\nagentAddress udp:${SNMPD}:161,udp:192.0.2.32:161\n`,
      );
      const state = { SNMP_PERSISTENT_DIR: folder.path };
      startOn('stations', ['snmpd', '-f', '-Lo', '-C', '-c', config, '-p', join(folder.path, 'snmpd.pid')], state);
    }
    daemon = startOn('gateway', [NODE, 'bin/demarc-daemon.mjs'], env());
    await until('the room is ready', 20_000, () => rooms.every((room) => room.output().includes('ready')));
    await until('the daemon is ready', 20_000, () => daemon.output().includes('daemon ready'));
  }, 60_000);

  afterAll(async () => {
    await Promise.all(programs.map((program) => program.stop()));
    network[Symbol.dispose]();
    await folder[Symbol.asyncDispose]();
  });

  test('every system is named for what it is, none too many, two addresses of one machine once', async () => {
    const answer = await discover('--cidr', '192.0.2.0/24', '198.51.100.8/29');
    expect(answer).toMatchObject({ code: 0, state: 'finished' });
    const found = Object.fromEntries(answer.candidates.map(({ id, kind }) => [id, kind]));
    const wanted = [...ROOM, FAR_PLACE].filter(({ is }) => is !== 'none' && !is.startsWith('same as'));
    expect(found).toEqual(Object.fromEntries(wanted.map(({ address, is }) => [address, is])));
    const by = (id: string): Candidate | undefined => answer.candidates.find((candidate) => candidate.id === id);
    expect(by('192.0.2.11')).toMatchObject({
      addresses: ['192.0.2.11', '192.0.2.12'],
      certainty: 'high',
      version: '8.0.9.18',
      pbxType: 'mivoice-business',
    });
    expect(by('192.0.2.13')).toMatchObject({ certainty: 'medium', version: null });
    expect(by('192.0.2.14')).toMatchObject({ role: 'border', version: '4.11.0.163-01' });
    expect(by('192.0.2.15')).toMatchObject({ role: 'phone', name: 'Mitel-6865i-SIP-Phone', certainty: 'high' });
    expect(by('192.0.2.19')?.name).toContain('kamailio');
    expect(by('192.0.2.20')).toMatchObject({ version: '7.4.1', certainty: 'high' });
    expect(by('192.0.2.21')).toMatchObject({ role: 'unknown', alternatives: ['mivoice-5000'] });
    expect(by('198.51.100.10')).toMatchObject({ version: '6.3' });
    const { probesSent = 0 } = answer.progress ?? {};
    expect(probesSent / (answer.ms / 1000)).toBeLessThan(210);
    expect(answer.ms).toBeLessThan(30_000);
  }, 60_000);

  test('no address outside the range is asked, not even by ARP', async () => {
    network.forget();
    const answer = await discover('--cidr', '192.0.2.12/30');
    expect(answer.candidates.map(({ id }) => id)).toEqual(['192.0.2.13', '192.0.2.14']);
    // The router is known without being asked: it keeps its own table of neighbours fresh.
    const asked = network.asked().filter((address) => address !== '192.0.2.254');
    expect(asked.toSorted()).toEqual(['192.0.2.13', '192.0.2.14']);
  }, 60_000);

  test('without ranges the own network is searched', async () => {
    const answer = await discover();
    expect(answer.ranges).toEqual(['192.0.2.0/24']);
    expect(answer.candidates.map(({ id }) => id)).toContain('192.0.2.18');
    expect(answer.candidates.map(({ id }) => id)).not.toContain('198.51.100.10');
  }, 60_000);

  test.skipIf(!hasProgram('snmpd'))(
    'snmpd tells type and version, with the community alone, once for its two addresses',
    async () => {
      const without = await discover('--cidr', `${SNMPD}/31`, '192.0.2.32/32');
      expect(without.candidates).toEqual([]);
      const answer = await discover('--cidr', `${SNMPD}/32`, '192.0.2.32/32', '--community', 'lab');
      expect(answer.candidates).toHaveLength(1);
      expect(answer.candidates[0]).toMatchObject({
        kind: 'mivoice-business',
        version: '12.0.1.24',
        release: '6.0 SP1',
        addresses: [SNMPD, '192.0.2.32'],
      });
      expect(daemon.output()).not.toContain('"lab"');
    },
    60_000,
  );

  test.skipIf(!hasProgram('avahi-daemon') || !hasProgram('unshare'))(
    'what avahi announces on the network is evidence',
    async () => {
      const services = join(folder.path, 'services');
      const config = join(folder.path, 'avahi.conf');
      await run('mkdir', ['-p', services]);
      await writeFile(
        config,
        '[server]\nhost-name=sn2\nuse-ipv6=no\nenable-dbus=no\n[publish]\ndisable-user-service-publishing=yes\n',
      );
      const service = '<service><type>_sip._udp</type><port>5060</port></service>';
      await writeFile(
        join(services, 'sip.service'),
        `<service-group><name>MX-ONE of the plant</name>${service}</service-group>`,
      );
      const inside = `mount --bind ${services} /etc/avahi/services && mount -t tmpfs tmpfs /run && mkdir -p /run/avahi-daemon && exec avahi-daemon --no-drop-root --no-rlimits --no-chroot -f ${config}`;
      const avahi = startOn('stations', ['unshare', '-m', 'sh', '-c', inside]);
      await until('avahi announces', 20_000, () => avahi.output().includes('successfully established'));
      const events = startOn('gateway', [NODE, 'test/lab/discovery/search-child.ts', '{"cidrs":["192.0.2.0/24"]}']);
      await events.exited;
      await avahi.stop();
      expect(events.output()).toContain('announces MX-ONE of the plant (_sip._udp)');
    },
    60_000,
  );

  test.skipIf(!hasProgram('dnsmasq'))(
    'what a DHCP server tells Mitel telephones is evidence, and told where it leads elsewhere',
    async () => {
      const line = 'id:ipphone.mitel.com;sw_tftp=192.0.2.9;call_srv=192.0.2.13,198.51.100.77;vlan=12';
      const server = startOn('router', [
        'dnsmasq',
        '--no-daemon',
        '--conf-file=/dev/null',
        '--port=0',
        '--user=',
        '--log-dhcp',
        `--dhcp-leasefile=${join(folder.path, 'leases')}`,
        '--dhcp-range=192.0.2.200,192.0.2.210,255.255.255.0,1h',
        `--dhcp-option=43,"${line}"`,
      ]);
      await until('dnsmasq serves', 10_000, () => server.output().includes('started'));
      const answer = await discover('--cidr', '192.0.2.13/32');
      await server.stop();
      expect(server.output()).toContain('DHCPINFORM');
      const [candidate] = answer.candidates;
      expect(candidate).toMatchObject({ id: '192.0.2.13', kind: 'mivoice-business' });
      expect(candidate?.evidence.map(({ text }) => text)).toContain(
        'the DHCP server 192.0.2.254 names it to Mitel telephones',
      );
      expect(answer.notes).toContain(
        'The DHCP server 192.0.2.254 names 198.51.100.77 to Mitel telephones, which is outside of what is searched.',
      );
    },
    60_000,
  );

  test('a search is canceled at once and another can begin', async () => {
    const long = startOn('gateway', [NODE, 'bin/demarc.mjs', 'discover', '--json', '--cidr', '198.51.100.0/22'], env());
    await until('the search runs', 10_000, () => daemon.output().includes('198.51.100.0/22'));
    const second = startOn('gateway', [NODE, 'bin/demarc.mjs', 'discover', '--json'], env());
    expect(await second.exited).toBe(1);
    expect(second.output()).toContain('discovery.running');
    const started = performance.now();
    long.process.kill('SIGINT');
    expect(await long.exited).toBe(1);
    expect(performance.now() - started).toBeLessThan(3000);
    expect(DiscoveryAnswer.parse(JSON.parse(long.output())).state).toBe('canceled');
    const refused = startOn('gateway', [NODE, 'bin/demarc.mjs', 'discover', '--json', '--cidr', '10.0.0.0/8'], env());
    expect(await refused.exited).toBe(1);
    expect(refused.output()).toContain('discovery.too-many-addresses');
  }, 60_000);
});

const needed = ['/usr/sbin/sshd', 'ssh-keygen'];
const hasOpenSsh = process.getuid?.() === 0 && needed.every(hasProgram);

describe.skipIf(!hasOpenSsh)('the key of a real OpenSSH', () => {
  /** OpenSSH on these loopback addresses with a key of its own; its fingerprint as ssh-keygen prints it. */
  async function startOpenSsh(addresses: readonly string[], port: number) {
    await using stack = new AsyncDisposableStack();
    const folder = stack.use(await temporaryFolder('host-key'));
    const key = join(folder.path, 'key');
    await mkdir('/run/sshd', { recursive: true });
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    const { stdout } = await run('ssh-keygen', ['-l', '-f', `${key}.pub`]);
    const listen = addresses.map((address) => `ListenAddress ${address}`).join('\n');
    await writeFile(join(folder.path, 'config'), `Port ${port}\n${listen}\nHostKey ${key}\nPidFile none\n`);
    const sshd = startProgram('/usr/sbin/sshd', ['-D', '-e', '-f', join(folder.path, 'config')]);
    stack.defer(() => sshd.stop());
    await until('sshd listens', 10_000, () => sshd.output().split('Server listening').length > addresses.length);
    const running = stack.move();
    return {
      fingerprint: stdout.split(' ')[1] ?? '',
      log: () => sshd.output(),
      [Symbol.asyncDispose]: () => running.disposeAsync(),
    };
  }

  test('makes two addresses one machine and leaves another apart, without a log-in', async () => {
    const port = await freePort();
    await using pbx = await startOpenSsh(['127.0.0.1', '127.0.0.2'], port);
    await using other = await startOpenSsh(['127.0.0.3'], port);
    const hosts = new Map<string, Evidence[]>();
    const context = {
      signal: AbortSignal.timeout(20_000),
      ports: { ...DEFAULT_PORTS, ssh: [port] },
      community: undefined,
      take: () => Promise.resolve(),
      newToken: () => 'x',
    };
    for (const address of ['127.0.0.1', '127.0.0.2', '127.0.0.3']) {
      const found: Evidence[] = [];
      for await (const one of hostKeySignal.probe({ address, open: new Set([port]) }, context)) found.push(one);
      hosts.set(address, found);
    }
    const fingerprints = [...hosts.values()].flat().map((one) => one.signal === 'host-key' && one.fingerprint);
    expect(fingerprints).toEqual([pbx.fingerprint, pbx.fingerprint, other.fingerprint]);
    expect(groupMachines(hosts).map(({ addresses }) => addresses)).toEqual([['127.0.0.1', '127.0.0.2'], ['127.0.0.3']]);
    expect(pbx.log()).not.toMatch(/Failed|Invalid user|Accepted|authenticating user/);
  }, 30_000);
});
