/** The way from a name to a trunk's far end by a real name server (dnsmasq): NAPTR, SRV, the order, and what fails. */
import { describe, expect, test } from 'vitest';
import { systemDns } from '#sip-trunks/resolve/dns.ts';
import { resolveTargets } from '#sip-trunks/resolve/resolve.ts';
import { startDnsmasq } from '#test/support/dnsmasq.ts';
import { hasKamailio, startKamailio } from '#test/support/kamailio.ts';
import { freePort, hasProgram } from '#test/support/program.ts';
import { brief, verified } from '#test/support/trunk-proof.ts';

const ADDRESSES = { 'one.sip.test': '127.0.0.11', 'two.sip.test': '127.0.0.12', 'plain.test': '127.0.0.13' };

describe.skipIf(!hasProgram('dnsmasq'))('names by dnsmasq', () => {
  const found = async (
    server: string,
    host: string,
    more: { port?: number; transport?: 'udp' | 'tcp' | 'tls' } = {},
  ) => {
    const dns = systemDns({ signal: AbortSignal.timeout(10_000), servers: [server] });
    const { targets, isRefused } = await resolveTargets({ host, dns, random: () => 0.5, ...more });
    return isRefused ? 'refused' : targets.map(({ transport, address, port }) => `${transport} ${address}:${port}`);
  };

  test('NAPTR chooses transport and service, SRV the order; a name without either is its own address', async () => {
    await using names = await startDnsmasq({
      addresses: ADDRESSES,
      naptr: ['cloud.test,20,10,S,SIP+D2U,,_sip._udp.cloud.test', 'cloud.test,10,10,S,SIPS+D2T,,_sips._tcp.cloud.test'],
      srv: [
        '_sips._tcp.cloud.test,two.sip.test,5071,20,0',
        '_sips._tcp.cloud.test,one.sip.test,5061,10,0',
        '_sip._udp.cloud.test,one.sip.test,5060,10,0',
        '_sip._tcp.only-srv.test,two.sip.test,5080,1,1',
      ],
    });
    expect(await found(names.server, 'cloud.test')).toEqual([
      'tls 127.0.0.11:5061',
      'tls 127.0.0.12:5071',
      'udp 127.0.0.11:5060',
    ]);
    expect(await found(names.server, 'cloud.test', { transport: 'udp' })).toEqual(['udp 127.0.0.11:5060']);
    expect(await found(names.server, 'only-srv.test', { transport: 'tcp' })).toEqual(['tcp 127.0.0.12:5080']);
    expect(await found(names.server, 'plain.test', { transport: 'tls' })).toEqual(['tls 127.0.0.13:5061']);
    expect(await found(names.server, 'plain.test', { transport: 'tcp', port: 5099 })).toEqual(['tcp 127.0.0.13:5099']);
    expect(await found(names.server, 'nobody.test', { transport: 'udp' })).toEqual([]);
  });

  test('a name server that is gone is an error, not an empty answer', async () => {
    await using names = await startDnsmasq({ addresses: ADDRESSES });
    await names.stop();
    const steps = await verified({ port: 5060, transport: 'udp', host: 'plain.test', servers: [names.server] });
    expect(brief(steps)).toEqual(['pbx.dns error trunk.dns-failed', 'far-end.dns error trunk.dns-failed']);
  }, 30_000);

  test.skipIf(!hasKamailio())(
    'a trunk is proven by the second server of its SRV records when the first is dead',
    async () => {
      await using far = await startKamailio();
      const dead = await freePort();
      await using names = await startDnsmasq({
        addresses: { 'one.sip.test': '127.0.0.1', 'two.sip.test': '127.0.0.1' },
        srv: [`_sip._tcp.cloud.test,one.sip.test,${dead},10,0`, `_sip._tcp.cloud.test,two.sip.test,${far.port},20,0`],
      });
      const steps = await verified({ port: 5060, transport: 'tcp', host: 'cloud.test', servers: [names.server] });
      expect(steps.get('far-end.dns')).toMatchObject({
        status: 'ok',
        detail: `TCP 127.0.0.1:${dead}, TCP 127.0.0.1:${far.port}; the ports are those of the SRV records, not 5060`,
        evidence: [
          `_sip._tcp.cloud.test: one.sip.test:${dead} (priority 10, weight 0)`,
          `_sip._tcp.cloud.test: two.sip.test:${far.port} (priority 20, weight 0)`,
        ],
      });
      expect(steps.get('far-end.tcp')).toMatchObject({ status: 'warning', code: 'trunk.port-closed' });
      expect(steps.get('far-end.options')).toMatchObject({ status: 'ok' });
    },
  );
});
