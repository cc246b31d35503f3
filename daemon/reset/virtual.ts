import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What hypervisors call their machines in the tables of the BIOS (DMI type 1, SMBIOS specification 7.2). */
const MACHINES =
  /vmware|virtualbox|kvm|qemu|bochs|xen|hvm domu|parallels|bhyve|virtual machine|openstack|google compute|amazon ec2|rhev|ovirt|nutanix|cloud server/i;
const TEXTS = ['sys_vendor', 'product_name', 'bios_vendor', 'board_vendor'];

/**
 * Whether this host is a virtual machine or a container: such a gateway is released, never wiped from afar (ONB-43).
 * Null when the host does not tell. `root` is `/`; tests give another.
 */
export async function detectVirtual(root = '/'): Promise<boolean | null> {
  const read = (path: string) => readFile(join(root, path), 'utf8').catch(() => undefined);
  const there = (path: string) =>
    access(join(root, path)).then(
      () => true,
      () => false,
    );
  if ((await there('.dockerenv')) || (await there('run/.containerenv')) || (await there('run/systemd/container')))
    return true;
  const dmi = await Promise.all(TEXTS.map((name) => read(`sys/class/dmi/id/${name}`)));
  if (dmi.some((text) => text !== undefined && MACHINES.test(text))) return true;
  // A processor tells that a hypervisor is beneath it (CPUID leaf 1, ECX bit 31).
  const processor = await read('proc/cpuinfo');
  if (processor !== undefined && /^flags\s*:.*\bhypervisor\b/m.test(processor)) return true;
  if (await there('proc/device-tree/hypervisor')) return true;
  const known = dmi.some((text) => text !== undefined) || (await there('proc/device-tree/model'));
  return known ? false : null;
}
