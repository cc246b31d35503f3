/** The tunnel with real programs: ssh over `demarc connect`, and the gateway's dial through squid. */
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { createServer as createHttps } from 'node:https';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { dialRelay } from '#daemon/tunnels/dial.ts';
import { freePort, hasProgram, portOpen, startProgram, temporaryFolder, until } from '#test/support/program.ts';
import { ADMIN, startSite } from '#test/support/site.ts';
import { TestCa } from '#test/unit/daemon-spine/support/pki.ts';
import { portOf, tcpServer } from '#test/unit/tunnel/support/pair.ts';
import { GatewayCarrier } from '#tunnel/carrier/gateway-carrier.ts';
import { RelayCarrier } from '#tunnel/carrier/relay-carrier.ts';
import { TUNNEL_ALPN } from '#tunnel/carrier/settings.ts';
import { socketCarrier, WEBSOCKET_LIMITS, webSocketCarrier } from '#tunnel/carrier/sockets.ts';

const run = promisify(execFile);
const GATEWAY = '01K0000000000000000000GATW';

/** The cloud's side of the dial: by its own name in TLS, or inside a WebSocket only. */
async function relay(kinds: { alpn: boolean }) {
  const ca = await TestCa.make();
  const { certificate, key } = await ca.server();
  const carriers: RelayCarrier[] = [];
  const server = createHttps({
    cert: certificate,
    key,
    ca: ca.pem,
    requestCert: true,
    rejectUnauthorized: true,
    ALPNProtocols: kinds.alpn ? [TUNNEL_ALPN, 'http/1.1'] : ['http/1.1'],
  });
  const [http] = server.listeners('secureConnection');
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket) => {
    if (socket.alpnProtocol === TUNNEL_ALPN) carriers.push(new RelayCarrier(socketCarrier(socket)));
    else if (http) Reflect.apply(http, server, [socket]);
  });
  const sockets = new WebSocketServer({ noServer: true, ...WEBSOCKET_LIMITS });
  server.on('upgrade', (request, socket, head) =>
    sockets.handleUpgrade(request, socket, head, (webSocket) =>
      carriers.push(new RelayCarrier(webSocketCarrier(webSocket, request.socket))),
    ),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    ca,
    port: portOf(server),
    carriers,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function passes(
  cloud: Awaited<ReturnType<typeof relay>>,
  folder: string,
  proxy?: { url: string; user?: string; password?: string },
) {
  await using echo = await tcpServer((socket) => socket.pipe(socket));
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, cloud.ca.pem);
  const target = { url: `https://127.0.0.1:${cloud.port}`, caFile, ...(proxy ? { proxy } : {}) };
  const socket = await dialRelay({ target, ...(await cloud.ca.client(GATEWAY)) }, AbortSignal.timeout(10_000));
  const { connect } = await import('node:net');
  const gateway = new GatewayCarrier(socket, (wanted) => {
    const far = connect({ port: echo.port, host: '127.0.0.1', allowHalfOpen: true });
    far.once(
      'connect',
      () => void wanted.accept()?.join(far, { fromTunnel: () => undefined, toTunnel: () => undefined }),
    );
  });
  await until('the relay has it', 5000, () => cloud.carriers.length === 1);
  const stream = await cloud.carriers[0]?.open({ service: 'pbx', session: 'session-0123456789' });
  const sent = Buffer.alloc(3_000_000, 'z');
  stream?.duplex.end(sent);
  let bytes = 0;
  for await (const chunk of stream?.duplex ?? []) bytes += (chunk as Buffer).length;
  expect(bytes).toBe(sent.length);
  gateway.destroy(new (await import('#contract/errors/demarc-error.ts')).DemarcError('tunnel.lost'));
}

test.each([
  ['by its own name in TLS', true],
  ['inside a WebSocket, where that name is not known', false],
])('the gateway reaches the relay %s', async (_name, alpn) => {
  await using folder = await temporaryFolder('dial');
  await using cloud = await relay({ alpn });
  await passes(cloud, folder.path);
});

describe.skipIf(!hasProgram('squid'))('through squid, which wants a password (skipped without squid)', () => {
  async function squid(folder: string, allowed: number) {
    const port = await freePort();
    const hash = spawnSync('openssl', ['passwd', '-apr1', 'pa:ss wörd']).stdout.toString().trim();
    await writeFile(join(folder, 'users'), `demarc:${hash}\n`);
    const lines = [
      `http_port 127.0.0.1:${port}`,
      `pid_filename ${folder}/squid.pid`,
      `cache_log ${folder}/cache.log`,
      'access_log none',
      `coredump_dir ${folder}`,
      'cache deny all',
      'shutdown_lifetime 0 seconds',
      `auth_param basic program /usr/lib/squid/basic_ncsa_auth ${folder}/users`,
      'acl people proxy_auth REQUIRED',
      `acl cloud port ${allowed}`,
      'http_access deny !cloud',
      'http_access allow people',
      'http_access deny all',
      '',
    ];
    await writeFile(join(folder, 'squid.conf'), lines.join('\n'));
    await chmod(folder, 0o777);
    const program = startProgram('squid', ['-N', '-f', join(folder, 'squid.conf')]);
    await portOpen(port, 20_000);
    return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => program.stop() };
  }

  test.each([
    ['in TLS', true],
    ['inside a WebSocket', false],
  ])('%s', async (_name, alpn) => {
    await using folder = await temporaryFolder('dial');
    await using cloud = await relay({ alpn });
    await using proxy = await squid(folder.path, cloud.port);
    const wrong = { url: proxy.url, user: 'demarc', password: 'wrong' };
    await expect(passes(cloud, folder.path, wrong)).rejects.toMatchObject({ code: 'link.proxy-auth' });
    await passes(cloud, folder.path, { url: proxy.url, user: 'demarc', password: 'pa:ss wörd' });
  });
});

describe.skipIf(!hasProgram('sshd') || process.getuid?.() !== 0)(
  'demarc connect (skipped without sshd and root)',
  () => {
    test('ssh logs in to a system at the site and runs a command there', async () => {
      await using site = await startSite({ users: 10 });
      await site.enrol();
      const port = await freePort();
      const at = (name: string) => join(site.folder, name);
      await run('mkdir', ['-p', '/run/sshd']);
      for (const name of ['host_key', 'user_key']) {
        await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)]);
      }
      await run('cp', [at('user_key.pub'), at('authorized_keys')]);
      const config = [
        `ListenAddress 127.0.0.1:${port}`,
        `HostKey ${at('host_key')}`,
        `PidFile ${at('sshd.pid')}`,
        `AuthorizedKeysFile ${at('authorized_keys')}`,
        'PermitRootLogin yes',
        'StrictModes no',
        'UsePAM no',
        '',
      ];
      await writeFile(at('sshd_config'), config.join('\n'));
      await using _sshd = startProgram('/usr/sbin/sshd', ['-D', '-e', '-f', at('sshd_config')]);
      await portOpen(port);
      const connection = { host: '127.0.0.1', port, user: 'root', password: 'not used' };
      const { id } = await site.daemon.call<{ id: string }>('POST', '/api/pbxs', {
        type: 'mx-one',
        name: 'MX',
        connection,
      });
      await site.daemon.call('POST', `/api/tunnels/${id}.shell/start`, { confirm: 'yes' });
      await until('the cloud knows', 10_000, async () => {
        const { items } = await site.api.get<{ items: { id: string; status: string }[] }>(
          `/api/v1/tunnels?gateway=${site.gateway}`,
        );
        return items.some((row) => row.id === `${id}.shell` && row.status === 'started');
      });
      const connectAs = (login: string[], env: NodeJS.ProcessEnv) =>
        startProgram(
          process.execPath,
          [
            'bin/demarc.mjs',
            'connect',
            site.gateway,
            'shell',
            '--cloud',
            site.connector.url,
            '--ca',
            site.connector.caFile,
            '--json',
            ...login,
          ],
          { env },
        );
      const portOf = async (program: ReturnType<typeof startProgram>): Promise<string> => {
        const told = () => program.output().includes('listening') || program.process.exitCode !== null;
        await until('connected', 15_000, told);
        const { listening } = JSON.parse(program.output().split('\n')[0] ?? '{}') as { listening: string };
        return listening.split(':')[1] ?? '';
      };
      const cli = connectAs(['--email', ADMIN.email], { DEMARC_PASSWORD: ADMIN.password });
      await using _cli = cli;
      const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR', 'BatchMode=yes'];
      const words = options.flatMap((option) => ['-o', option]);
      words.push('-i', at('user_key'), 'root@127.0.0.1');
      const { stdout } = await run('ssh', [
        '-p',
        await portOf(cli),
        ...words,
        'echo over the tunnel; head -c 2000000 /dev/zero | wc -c',
      ]);
      expect(stdout).toBe('over the tunnel\n2000000\n');
      const { items } = await site.api.get<{ items: { state: string; bytesDown: number }[] }>('/api/v1/launches');
      expect(items).toMatchObject([{ state: 'open' }]);
      await cli.stop('SIGINT');
      await until('ended', 5000, async () => {
        const after = await site.api.get<{ items: { state: string }[] }>('/api/v1/launches');
        return after.items[0]?.state === 'ended';
      });
      // A program has a token in place of a password; when that is revoked, its session lets nothing more through.
      const wanted = { account: site.account.id, name: 'Backup', role: 'Support', validDays: 1 };
      const made = await site.api.post<{ id: string; token: string }>('/api/v1/api-tokens', wanted);
      await using program = connectAs([], { DEMARC_API_TOKEN: made.token });
      const ssh = ['-p', await portOf(program), ...words, 'echo by token'];
      expect((await run('ssh', ssh)).stdout).toBe('by token\n');
      const { items: launched } = await site.api.get<{ items: { personName: string }[] }>('/api/v1/launches');
      expect(launched[0]?.personName).toMatch(/^Backup \(token of /);
      await site.api.send('DELETE', `/api/v1/api-tokens/${made.id}`);
      await expect(run('ssh', ssh)).rejects.toThrow();
    });
  },
);
