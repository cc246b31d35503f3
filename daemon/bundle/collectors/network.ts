import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import type { Collector } from '../collector.ts';

/** As the kernel and the resolver have them; other systems have none of these. */
const FILES = ['/proc/net/route', '/proc/net/ipv6_route', '/proc/net/dev', '/etc/resolv.conf', '/etc/hosts'];
const MAX_CHARACTERS = 64 * 1024;
const PROXY_VARIABLES = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];

/** Interfaces, routes, name servers and proxies (their passwords are removed like every other). */
export const network: Collector = {
  id: 'network',
  limitMs: 10_000,
  collect: async ({ sources, out }) => {
    const proxy = sources.config().cloud?.proxy;
    await out.document('network/network.json', {
      interfaces: networkInterfaces(),
      configuredProxy: proxy === undefined ? null : { url: proxy.url, user: proxy.user ?? null },
      proxyOfEnvironment: Object.fromEntries(
        PROXY_VARIABLES.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
      ),
    });
    for (const path of FILES) {
      const text = await readFile(path, 'utf8').catch(() => undefined);
      if (text === undefined) continue;
      const name = path.replace('/proc/net/', 'proc-net-').replace('/etc/', 'etc-');
      await out.text(`network/${name}.txt`, async function* () {
        yield text.slice(0, MAX_CHARACTERS);
      });
    }
  },
};
