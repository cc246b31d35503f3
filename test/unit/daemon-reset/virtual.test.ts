import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { detectVirtual } from '#daemon/reset/virtual.ts';
import { temporaryFolder } from '#test/support/program.ts';

const DMI = 'sys/class/dmi/id';

describe('whether a host is virtual', () => {
  it.each([
    ['VMware by its vendor', { [`${DMI}/sys_vendor`]: 'VMware, Inc.\n' }, true],
    [
      'KVM by its product',
      { [`${DMI}/product_name`]: 'Standard PC (Q35 + ICH9, 2009)', [`${DMI}/sys_vendor`]: 'QEMU' },
      true,
    ],
    ['Hyper-V by its product', { [`${DMI}/product_name`]: 'Virtual Machine' }, true],
    ['any hypervisor by the processor', { 'proc/cpuinfo': 'flags\t\t: fpu sse2 hypervisor lahf_lm\n' }, true],
    ['a container', { '.dockerenv': '' }, true],
    [
      'an appliance with tables of a BIOS',
      {
        [`${DMI}/sys_vendor`]: 'Dell Inc.',
        [`${DMI}/product_name`]: 'Edge Gateway 3001',
        'proc/cpuinfo': 'flags : fpu vmx\n',
      },
      false,
    ],
    [
      'a board that tells its model',
      { 'proc/device-tree/model': 'Raspberry Pi 4', 'proc/cpuinfo': 'Model : Pi' },
      false,
    ],
    ['a host that tells nothing', {}, null],
  ] as const)('%s', async (_name, files, expected) => {
    await using root = await temporaryFolder('virtual');
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(root.path, path)), { recursive: true });
      await writeFile(join(root.path, path), text);
    }
    expect(await detectVirtual(root.path)).toBe(expected);
  });
});
