/** Debian's dnsmasq as a name server of its own with records that a test says. */
import { Resolver } from 'node:dns/promises';
import { freeUdpPort, startProgram, until } from './program.ts';

interface Records {
  /** Address of a name. */
  addresses?: Readonly<Record<string, string>>;
  /** `name,target,port,priority,weight` */
  srv?: readonly string[];
  /** `name,order,preference,flags,service,regexp,replacement` */
  naptr?: readonly string[];
}

/** Answers on 127.0.0.1 and asks nobody else: a name that is not given does not exist. */
export async function startDnsmasq({ addresses = {}, srv = [], naptr = [] }: Records) {
  const port = await freeUdpPort();
  const program = startProgram('dnsmasq', [
    '--no-daemon',
    '--conf-file=/dev/null',
    '--no-hosts',
    '--no-resolv',
    '--local=/test/',
    '--user=',
    `--port=${port}`,
    '--listen-address=127.0.0.1',
    '--bind-interfaces',
    '--host-record=ready.test,127.0.0.1',
    ...Object.entries(addresses).map(([name, address]) => `--host-record=${name},${address}`),
    ...srv.map((record) => `--srv-host=${record}`),
    ...naptr.map((record) => `--naptr-record=${record}`),
  ]);
  const server = `127.0.0.1:${port}`;
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers([server]);
  try {
    await until('dnsmasq answers', 10_000, async () => {
      const found = await resolver.resolve4('ready.test').catch(() => []);
      return found.length > 0;
    });
  } catch (error) {
    await program.stop();
    throw new Error(program.output(), { cause: error });
  }
  return { server, stop: () => program.stop(), [Symbol.asyncDispose]: () => program.stop() };
}
