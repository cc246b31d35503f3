import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toDemarcError } from '#contract/errors/demarc-error.ts';
import { NetworkSettings, PortName } from '#contract/wizard/network.ts';
import { networkFile } from '#daemon/network/networkd.ts';
import { checkSettings } from '#daemon/network/settings.ts';

const problem = (given: object, taken: string[] = []): string | undefined => {
  try {
    checkSettings(NetworkSettings.parse({ method: 'static', ...given }), taken);
    return undefined;
  } catch (error) {
    return toDemarcError(error).detail;
  }
};

describe('settings of a port', () => {
  it.each([
    [{ address: '192.0.2.10/24', gateway: '192.0.2.1', dns: ['192.0.2.53', '2001:db8::53'] }, []],
    [{ address: '10.1.2.3/8' }, ['192.168.1.1']],
    [{ address: '192.168.255.254/16', gateway: '192.168.0.1', dns: ['127.0.0.53'] }, []],
    [{ address: '172.16.0.5/30', gateway: '172.16.0.6' }, []],
  ])('%j is fine', (given, taken) => {
    expect(problem(given, taken)).toBeUndefined();
  });

  it.each([
    [{ address: '192.0.2.10' }, 'with the prefix'],
    [{ address: '192.0.2.300/24' }, 'must be like'],
    [{ address: '192.0.2.10/31' }, 'from /8 to /30'],
    [{ address: '192.0.2.10/4' }, 'from /8 to /30'],
    [{ address: '192.0.2.0/24' }, 'that of the network'],
    [{ address: '192.0.2.255/24' }, 'broadcast address of 192.0.2.0/24'],
    [{ address: '192.0.3.255/22' }, 'broadcast address of 192.0.0.0/22'],
    [{ address: '127.0.0.2/8' }, 'loopback'],
    [{ address: '169.254.1.1/16' }, 'link-local'],
    [{ address: '224.0.0.5/24' }, 'multicast'],
    [{ address: '192.0.2.10/24', gateway: '192.0.3.1' }, 'outside of the network 192.0.2.0/24'],
    [{ address: '192.0.2.10/24', gateway: '192.0.2.255' }, 'no host of the network'],
    [{ address: '192.0.2.10/24', gateway: '192.0.2.10' }, 'own address'],
    [{ address: '192.0.2.10/24', gateway: 'router' }, 'not an IPv4 address'],
    [{ address: '192.0.2.10/24', dns: ['192.0.2.53', '192.0.2.53'] }, 'named twice'],
    [{ address: '192.0.2.10/24', dns: ['dns.example'] }, 'not an IP address'],
    [{ address: '192.0.2.10/24', dns: ['0.0.0.0'] }, 'means no address'],
  ])('%j is refused: %s', (given, expected) => {
    expect(problem(given)).toContain(expected);
  });

  it('are refused when the address is on another port of this host', () => {
    expect(problem({ address: '192.0.2.10/24' }, ['192.0.2.10'])).toContain('another port');
  });

  it('never bring a line of their own into the file of systemd-networkd, whatever is typed', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('192.0.2.1\n[Match]', '192.0.2.1\nDNS=9.9.9.9', '1.1.1.1 #'));
    fc.assert(
      fc.property(text, text, fc.array(text, { maxLength: 3 }), (address, gateway, dns) => {
        const parsed = NetworkSettings.safeParse({ method: 'static', address, gateway, dns });
        if (!parsed.success) return;
        try {
          checkSettings(parsed.data, []);
        } catch {
          return;
        }
        const lines = networkFile('eth0', parsed.data).split('\n');
        expect(lines).toHaveLength(7 + 1 + dns.length);
      }),
    );
    expect(PortName.safeParse('eth0/../../x').success).toBe(false);
    expect(PortName.safeParse('..').success).toBe(false);
  });
});
