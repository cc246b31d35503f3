import { describe, expect, it } from 'vitest';
import { hasProgram, until } from '#test/support/program.ts';
import { hasNetworkd, startSitePort } from '#test/support/site-port.ts';

const at = (address: string) => ({ method: 'static', address, gateway: '192.0.2.1', dns: ['192.0.2.53'] });

describe.skipIf(!hasNetworkd || !hasProgram('curl'))('the port of a gateway that systemd-networkd has', () => {
  it('moves to a new address when that is confirmed there, and comes back when it is not, also after kill -9 and a reboot', async () => {
    await using m = await startSitePort();
    await m.start('boot-1');
    await m.reaches('192.0.2.50');
    expect(await m.fromPc('192.0.2.50', 'PUT', '/api/network/eth9', at('192.0.2.255/24'))).toMatchObject({
      code: 'network.invalid',
    });
    expect(await m.fromPc('192.0.2.50', 'PUT', '/api/network/eth9', at('192.0.2.60/24'))).toMatchObject({
      unsupported: null,
      pending: { port: 'eth9', phase: 'applying' },
    });
    await m.reaches('192.0.2.60');
    expect(await m.fromPc('192.0.2.60', 'POST', '/api/network/confirm')).toMatchObject({
      pending: null,
      last: { outcome: 'confirmed' },
    });
    const addresses = m.run('ip', '-4', 'addr', 'show', 'eth9');
    expect(addresses).toContain('192.0.2.60/24');
    expect(addresses).not.toContain('192.0.2.50');
    expect(m.run('ip', 'route')).toContain('default via 192.0.2.1');

    await m.fromPc('192.0.2.60', 'PUT', '/api/network/eth9', at('192.0.2.70/24'));
    await m.reaches('192.0.2.70');
    await m.kill();
    await m.start('boot-2');
    await m.reaches('192.0.2.60');
    expect(await m.fromPc('192.0.2.60', 'GET', '/api/network')).toMatchObject({
      pending: null,
      last: { outcome: 'reverted' },
      ports: [{ name: 'eth9', settings: at('192.0.2.60/24') }],
    });
    expect(m.run('ip', '-4', 'addr', 'show', 'eth9')).not.toContain('192.0.2.70');

    const set = m.demarc('network', 'set', 'eth9', '--address', '192.0.2.80/24', '--gateway', '192.0.2.1');
    expect(set).toMatchObject({ status: 0, text: expect.stringContaining('On trial: eth9 192.0.2.80/24') });
    expect(m.demarc('network', 'confirm')).toEqual({ status: 0, text: 'The network settings stay.\n' });
    expect(m.demarc('network', 'show').text).toContain('192.0.2.80/24, gateway 192.0.2.1');
    expect(m.demarc('network', 'confirm').status).toBe(1);
  });

  it('is given back when a file that comes before ours decides', async () => {
    await using m = await startSitePort();
    m.run('cp', '/run/systemd/network/50-host.network', '/run/systemd/network/10-cloud.network');
    await m.start('boot-1');
    await m.reaches('192.0.2.50');
    await m.fromPc('192.0.2.50', 'PUT', '/api/network/eth9', at('192.0.2.60/24'));
    await until('it has failed', 20_000, async () => {
      const answer = await m.fromPc('192.0.2.50', 'GET', '/api/network');
      return answer?.last?.outcome === 'failed' && answer.last.error?.message.includes('10-cloud') === true;
    });
    expect(m.run('ls', '/run/systemd/network')).not.toContain('demarc');
  });
});
