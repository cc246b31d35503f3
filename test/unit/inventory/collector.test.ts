import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it, test } from 'vitest';
import { systemClock } from '#config/clock.ts';
import { type ApplicationReport, InventorySection } from '#contract/sections.ts';
import { InventoryCollector } from '#inventory/collector.ts';
import { partitions } from '#inventory/host-facts.ts';
import { readHost } from '#inventory/host-process.ts';
import { platformId } from '#inventory/platform-id.ts';
import { temporaryFolder, until } from '#test/support/program.ts';

const children = {
  host: new URL('./children/host.ts', import.meta.url),
  hangs: new URL('./children/hangs.ts', import.meta.url),
  blocks: new URL('./children/blocks.ts', import.meta.url),
  crashes: new URL('./children/crashes.ts', import.meta.url),
  floods: new URL('./children/floods.ts', import.meta.url),
  garbage: new URL('./children/garbage.ts', import.meta.url),
  'is not there': new URL('file:///nowhere/at-all.ts'),
};
const child = (name: keyof typeof children): URL => children[name];
const collector = (script?: URL, deadlineMs = 5000): InventoryCollector =>
  new InventoryCollector({
    version: '1.2.3+45',
    fallbackPlatformId: 'made-once',
    clock: systemClock,
    log: pino({ level: 'silent' }),
    deadlineMs,
    ...(script && { script }),
  });
const signal = (): AbortSignal => new AbortController().signal;
const only = (section: InventorySection) => {
  const [platform] = section.platforms;
  if (platform === undefined) throw new Error('no platform');
  return platform;
};

describe('this host', () => {
  it('is reported with every fact fresh and with its source', async () => {
    const section = await collector(undefined, 20_000).collect(undefined, [], signal());
    expect(InventorySection.parse(section)).toEqual(section);
    const platform = only(section);
    expect(platform.systemFamily).toMatchObject({ value: 'Linux', source: 'osInfo', stale: false });
    expect(platform.memory.value).toBeGreaterThan(100 * 1024 * 1024);
    expect(platform.processor.value).toBeTruthy();
    expect(platform.partitions.stale).toBe(false);
    expect(platform.hostName.value).toBeTruthy();
    expect(section.applications).toEqual([
      expect.objectContaining({
        type: 'demarc-gateway',
        platform: platform.id,
        licence: null,
        hasPortal: false,
        version: expect.objectContaining({ value: '1.2.3+45' }),
      }),
    ]);
  });
});

describe('a host that answers', () => {
  it('has its platform type, name, family, version, memory, processor and partitions (INV-25 to INV-27)', async () => {
    const platform = only(await collector(child('host')).collect(undefined, [], signal()));
    expect(platform).toMatchObject({
      platformType: { value: 'msl', stale: false },
      platformName: { value: 'VMware, Inc. VMware Virtual Platform' },
      systemFamily: { value: 'Linux' },
      version: { value: 'Mitel Standard Linux 12.1.10.0' },
      memory: { value: 8_589_934_592 },
      processor: { value: 'Intel Xeon Gold 6142' },
    });
    expect(platform.partitions.value?.map(({ id, basePath }) => [id, basePath])).toEqual([
      ['/dev/sda2', '/'],
      ['/dev/sda2', '/var/data'],
    ]);
  });

  it('has the applications that the PBX links reported beside the gateway itself', async () => {
    const application: ApplicationReport = {
      id: 'pbx-1',
      platform: null,
      type: 'mivoice-5000',
      version: { value: '8.2', source: 'ldap', at: null, stale: false },
      licence: null,
      hasPortal: true,
    };
    const section = await collector(child('host')).collect(undefined, [application], signal());
    expect(section.applications.map(({ type }) => type)).toEqual(['demarc-gateway', 'mivoice-5000']);
  });
});

describe('a collecting process that misbehaves costs no more than fresh facts', () => {
  const before = async () => collector(child('host')).collect(undefined, [], signal());

  test.each([
    ['hangs', 700, /did not end within 700 ms/],
    ['blocks', 700, /did not end within 700 ms/],
    ['crashes', 5000, /ended with SIGABRT/],
    ['floods', 5000, /wrote more than/],
    ['garbage', 5000, /no such tool/],
    ['is not there', 5000, /ended with code 1/],
  ] as const)('it %s', async (name, deadlineMs, problem) => {
    const previous = await before();
    const section = await collector(child(name), deadlineMs).collect(previous, [], signal());
    expect(InventorySection.parse(section)).toEqual(section);
    expect(only(section).platformName).toEqual({
      ...only(previous).platformName,
      stale: true,
      problem: expect.stringMatching(problem),
    });
    expect(only(section).hostName.stale).toBe(false);
  });

  it('keeps what a process said before it hung or crashed', async () => {
    const previous = await before();
    const hung = only(await collector(child('hangs'), 700).collect(previous, [], signal()));
    expect(hung.memory).toMatchObject({ value: 4_294_967_296, stale: false });
    expect(hung.version).toMatchObject({ value: 'Mitel Standard Linux 12.1.10.0', stale: true });
    const crashed = only(await collector(child('crashes')).collect(previous, [], signal()));
    expect(crashed.processor).toMatchObject({ value: 'Intel Xeon', stale: false });
  });

  it('shows no value where there never was one', async () => {
    const platform = only(await collector(child('garbage')).collect(undefined, [], signal()));
    expect(platform.memory).toMatchObject({ value: null, at: null, stale: true });
    expect(platform.partitions).toMatchObject({ value: [], stale: false });
  });

  it('kills what the process started too', async () => {
    const reading = await readHost({ script: child('hangs'), deadlineMs: 700 }, signal());
    const left = reading.sources.get('left');
    if (left === undefined || !('value' in left)) throw new Error('the child told no process id');
    await until('the process that was left is gone', 2000, () => !isAlive(Number(left.value)));
  });

  it('ends at once when it is stopped', async () => {
    const controller = new AbortController();
    const collecting = collector(child('blocks'), 60_000).collect(undefined, [], controller.signal);
    controller.abort(new Error('stopping'));
    await expect(collecting).rejects.toThrow('stopping');
  });
});

/** A killed process whose new parent has not looked yet is a zombie: gone, but still with an entry. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('partitions', () => {
  test.each([
    ['a disk', { fs: '/dev/sda1', type: 'ext4', size: 5, mount: '/' }, true],
    ['a network mount', { fs: 'nas:/x', type: 'nfs4', size: 5, mount: '/mnt' }, true],
    ['the root of a container', { fs: 'overlay', type: 'overlay', size: 5, mount: '/' }, true],
    ['another overlay', { fs: 'overlay', type: 'overlay', size: 5, mount: '/x' }, false],
    ['memory', { fs: 'tmpfs', type: 'tmpfs', size: 5, mount: '/run' }, false],
    ['a snap', { fs: '/dev/loop1', type: 'squashfs', size: 5, mount: '/snap/x' }, false],
    ['a user-space file system', { fs: 'lxcfs', type: 'fuse.lxcfs', size: 5, mount: '/y' }, false],
    ['one without size', { fs: '/dev/sr0', type: 'ext4', size: 0, mount: '/z' }, false],
    ['a size that is no number', { fs: '/dev/sda1', type: 'ext4', size: Number.NaN, mount: '/' }, false],
  ])('%s: listed %s', (_, entry, listed) => {
    expect(partitions([entry])).toHaveLength(listed ? 1 : 0);
  });

  it('are at most 500', () => {
    const many = Array.from({ length: 2000 }, (_, n) => ({ fs: `/dev/x${n}`, type: 'ext4', size: 5, mount: `/m${n}` }));
    expect(partitions(many)).toHaveLength(500);
  });
});

describe('the platform id', () => {
  it('comes from the machine id, is always the same, and is not the machine id itself', async () => {
    await using folder = await temporaryFolder('machine-id');
    const file = join(folder.path, 'machine-id');
    await writeFile(file, '0123456789abcdef0123456789abcdef\n');
    const id = await platformId('made-once', [join(folder.path, 'none'), file]);
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(id).not.toContain('0123456789abcdef');
    expect(await platformId('other', [file])).toBe(id);
  });

  test.each(['', 'uninitialized\n', '0'.repeat(32), 'x'.repeat(32)])('is the fallback for %j', async (content) => {
    await using folder = await temporaryFolder('machine-id');
    const file = join(folder.path, 'machine-id');
    await writeFile(file, content);
    expect(await platformId('made-once', [file])).toBe('made-once');
  });
});
