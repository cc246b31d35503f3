import { describe, expect, test } from 'vitest';
import { hasProgram, until } from '#test/support/program.ts';
import { hasNetworkd, startSitePort } from '#test/support/site-port.ts';
import { buildPages, hasChromium, launchBrowser, newContext, watchedPage } from './support/console.ts';
import { axe, overflow } from './support/seeded.ts';
import { picture, setupSecret } from './support/wizard.ts';

const canRun = hasChromium && hasNetworkd && hasProgram('dnsmasq') && hasProgram('curl');
/** A page that asks every three seconds, on a machine that may be busy. */
const SOON = 30_000;

describe.skipIf(!canRun)('the Ethernet port in a browser on a PC beside it (skipped without systemd-networkd)', () => {
  test('an address by hand, taken back, by DHCP, each kept only by who confirms it there (ONB-18)', async () => {
    await buildPages('wizard');
    await using machine = await startSitePort();
    await using stack = new AsyncDisposableStack();
    await machine.start('boot-1');
    await machine.reaches('192.0.2.50');
    const browser = await launchBrowser(await machine.onPc('/usr/bin/chromium'));
    stack.defer(() => browser.close());
    const context = await newContext(browser);
    const { page, faults } = await watchedPage(context, 'https://192.0.2.');
    stack.defer(() => picture(page, 'ethernet-last'));

    const enter = async (address: string) => {
      if (!page.url().startsWith(`https://${address}:`)) await page.goto(`https://${address}:9443/setup/gateway`);
      await page.getByLabel('Set-up secret').fill(await setupSecret({ daemon: machine }));
      await page.getByRole('button', { name: 'Begin' }).click();
      await page.getByRole('heading', { level: 1, name: 'Gateway', exact: true }).waitFor();
      await page.getByText('Port eth9', { exact: true }).waitFor();
    };
    const port = page.getByRole('region', { name: 'Ethernet' });
    const apply = async () => {
      await port.getByRole('button', { name: 'Apply' }).click();
      const question = page.getByRole('dialog', { name: 'The address of the gateway changes' });
      await question.waitFor();
      await picture(page, 'ethernet-question');
      await question.getByRole('button', { name: 'Apply' }).click();
    };

    await enter('192.0.2.50');
    await page.getByText('192.0.2.50/24').waitFor();
    await page.getByText('Static', { exact: true }).click();
    await page.getByLabel('IP Address').fill('192.0.2.60');
    await page.getByLabel('Subnet Mask').fill('255.0.255.0');
    await page.getByText('This is no subnet mask.').waitFor();
    await port.getByRole('button', { name: 'Apply' }).click();
    expect(await page.getByRole('dialog').count(), 'nothing is asked while a field is wrong').toBe(0);
    await page.getByLabel('Subnet Mask').fill('255.255.255.0');
    await page.getByLabel('Default Gateway').fill('192.0.3.1');
    await page.getByLabel('DNS Servers').fill('192.0.2.53, 192.0.2.54');
    await picture(page, 'ethernet-static');
    // What the gateway refuses is told where it was asked.
    await apply();
    await page.getByText(/is outside of the network 192\.0\.2\.0\/24/).waitFor();
    await picture(page, 'ethernet-refused');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByLabel('Default Gateway').fill('192.0.2.1');
    await page.getByLabel('DNS Servers').fill('192.0.2.53 192.0.2.54 192.0.2.55 192.0.2.56');
    await apply();
    await page.getByRole('dialog').getByText(/dns/).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByLabel('DNS Servers').fill('192.0.2.53, 192.0.2.54');
    await apply();

    // The way to the new address stands on the page that has lost the gateway.
    const there = page.getByRole('link', { name: 'https://192.0.2.60:9443/setup/gateway' });
    await there.waitFor();
    await page.getByText('Connection to the gateway lost').waitFor({ timeout: SOON });
    expect(await page.getByRole('button', { name: 'Keep the new settings' }).count()).toBe(0);
    await picture(page, 'ethernet-trial-old');
    await there.click();
    await enter('192.0.2.60');
    await page.getByRole('button', { name: 'Keep the new settings' }).waitFor();
    expect(await axe(page)).toEqual([]);
    await picture(page, 'ethernet-trial-new');
    await page.getByRole('button', { name: 'Keep the new settings' }).click();
    await page.getByText('The network settings were confirmed').waitFor();
    await page.getByText('The last change was confirmed.').waitFor();
    expect(await page.getByLabel('IP Address').inputValue()).toBe('192.0.2.60');
    expect(await page.getByLabel('DNS Servers').inputValue()).toBe('192.0.2.53, 192.0.2.54');

    // By DHCP nobody knows the new address before; a machine that starts anew before it is confirmed goes back.
    machine.serve(...DHCP);
    await page.getByText('DHCP', { exact: true }).click();
    await apply();
    await page.getByText(/Open the gateway under the address that the network gave it/).waitFor();
    await machine.reaches('192.0.2.100');
    await machine.kill();
    await machine.start('boot-2');
    await machine.reaches('192.0.2.60');
    await page.getByText('The last change was taken back').waitFor({ timeout: SOON });
    await picture(page, 'ethernet-taken-back');

    await page.getByText('DHCP', { exact: true }).click();
    await apply();
    await page.getByText(/Open the gateway under the address that the network gave it/).waitFor();
    await machine.reaches('192.0.2.100');
    await enter('192.0.2.100');
    await page.setViewportSize({ width: 320, height: 800 });
    await page.getByRole('button', { name: 'Keep the new settings' }).waitFor();
    await expect.poll(() => overflow(page)).toBeLessThanOrEqual(0);
    await picture(page, 'ethernet-dhcp-narrow');
    await page.getByRole('button', { name: 'Keep the new settings' }).click();
    await page.getByText('The last change was confirmed.').waitFor();
    await until('the static address is gone', SOON, () => !machine.run('ip', '-4', 'addr').includes('192.0.2.60'), 200);
    expect(faults.filter((fault) => !/ERR_|status of (400|401)/.test(fault))).toEqual([]);
  }, 240_000);
});

/** Gives the port 192.0.2.100. */
const DHCP = [
  '/usr/sbin/dnsmasq',
  '--no-daemon',
  '--conf-file=/dev/null',
  '--port=0',
  '--user=',
  '--interface=eth0',
  '--bind-interfaces',
  '--dhcp-range=192.0.2.100,192.0.2.100,1h',
  '--dhcp-leasefile=/run/leases',
  '--dhcp-authoritative',
] as const;
