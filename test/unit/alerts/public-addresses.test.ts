import { describe, expect, test } from 'vitest';
import { dialable, isPublicAddress } from '#connector/alerts/public-addresses.ts';
import { webhookUrl } from '#connector/alerts/webhook.ts';

describe('an address', () => {
  const refused = [
    '127.0.0.1',
    '0.0.0.0',
    '10.1.2.3',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::a00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    '2001:0:1::1',
    'example.com',
    '',
  ];
  test.each(refused)('%s is not of the public Internet', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
  test.each(['8.8.8.8', '172.32.0.1', '192.169.0.1', '2606:4700::1111', '2a00:1450::1'])('%s is', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

describe('the address of a webhook', () => {
  test.each([
    ['http://example.com/', 'alert.webhook-address'],
    ['ftp://example.com/', 'alert.webhook-address'],
    ['https://user:pass@example.com/', 'alert.webhook-address'],
    ['https://localhost/', 'alert.webhook-private'],
    ['https://127.1/', 'alert.webhook-private'],
    ['https://0x7f000001/', 'alert.webhook-private'],
    ['https://2130706433/', 'alert.webhook-private'],
    ['https://[::1]/', 'alert.webhook-private'],
    ['https://[::ffff:10.0.0.1]/', 'alert.webhook-private'],
    ['https://169.254.169.254/latest/meta-data', 'alert.webhook-private'],
    ['not an address', 'api.invalid'],
  ])('%s is refused', (url, code) => {
    expect(() => webhookUrl(url, false)).toThrow(expect.objectContaining({ code }));
  });

  test('plain http needs the operator’s leave and goes to this machine only', () => {
    expect(webhookUrl('http://127.0.0.1:9/x', true)).toBe('http://127.0.0.1:9/x');
    expect(() => webhookUrl('http://example.com/', true)).toThrow(
      expect.objectContaining({ code: 'alert.webhook-address' }),
    );
  });

  test('is judged by what its name resolves to when it is dialled', async () => {
    await expect(dialable('localhost', false)).rejects.toMatchObject({ code: 'alert.webhook-private' });
    await expect(dialable('[::1]', false)).rejects.toMatchObject({ code: 'alert.webhook-private' });
    expect((await dialable('localhost', true)).length).toBeGreaterThan(0);
    expect(await dialable('8.8.8.8', false)).toEqual([{ address: '8.8.8.8', family: 4 }]);
  });
});
