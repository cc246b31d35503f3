/** From what the host's sources said to facts with provenance and age (INV-25 to INV-27). Pure. */
import { z } from 'zod';
import type { Instant } from '#contract/ids.ts';
import type { Partition, PlatformReport } from '#contract/sections.ts';
import type { HostReading, SourceReading } from './host-process.ts';

/** A text of the host: one line, bounded. */
const HostText = z
  .string()
  .max(10_000)
  .transform((text) =>
    text
      .replaceAll(/[\p{Cc}\s]+/gu, ' ')
      .trim()
      .slice(0, 512),
  );

const OsInfo = z.object({ platform: HostText, distro: HostText, release: HostText });
const Cpu = z.object({ manufacturer: HostText, brand: HostText });
/** More than 64 TiB is no memory but a broken reading. */
const Mem = z.object({
  total: z
    .number()
    .positive()
    .max(2 ** 46),
});
const System = z.object({ manufacturer: HostText, model: HostText });
const FsSize = z.array(z.unknown()).max(10_000);
const FsEntry = z.object({
  fs: HostText,
  type: HostText,
  size: z
    .number()
    .min(0)
    .max(2 ** 70),
  mount: HostText,
});

/** File systems that are no disk. */
const PSEUDO = new Set(
  (
    'autofs binfmt_misc bpf cgroup cgroup2 configfs debugfs devfs devpts devtmpfs efivarfs fusectl hugetlbfs iso9660 ' +
    'mqueue nsfs proc pstore ramfs rpc_pipefs securityfs selinuxfs squashfs sysfs tmpfs tracefs udf'
  ).split(' '),
);
const MAX_PARTITIONS = 500;

/** The facts of one platform; its id is not one of them. */
export type HostFacts = Pick<
  PlatformReport,
  'platformType' | 'platformName' | 'systemFamily' | 'version' | 'memory' | 'processor' | 'partitions'
>;

interface FactOf<T> {
  value: T | null;
  source: string;
  at: Instant | null;
  stale: boolean;
  problem?: string | undefined;
}

/** A fact as it was found now; when there is none, the previous one, marked as stale with what went wrong. */
function freshOrStale<T>(
  source: string,
  found: Found<T | null>,
  at: Instant,
  previous: FactOf<T> | undefined,
): FactOf<T> & { problem?: string } {
  if ('value' in found) return { value: found.value, source, at, stale: false };
  return {
    value: previous?.value ?? null,
    source: previous?.source ?? source,
    at: previous?.at ?? null,
    stale: true,
    problem: found.problem.slice(0, 512),
  };
}

/** Reads the facts of a host; what a source did not give is taken from `previous`, as stale. */
export function hostFacts(reading: HostReading, at: Instant, previous: HostFacts | undefined): HostFacts {
  const os = take(reading, 'osInfo', OsInfo);
  const system = take(reading, 'system', System);
  const distribution = map(os, ({ distro, release }) => join(distro, release));
  return {
    platformType: freshOrStale('osInfo', map(os, platformType), at, previous?.platformType),
    // A machine without a maker's name is called by its operating system.
    platformName: freshOrStale(
      'system',
      map(system, ({ manufacturer, model }) => join(manufacturer, model) ?? ('value' in os ? os.value.distro : null)),
      at,
      previous?.platformName,
    ),
    systemFamily: freshOrStale<string>(
      'osInfo',
      map(os, ({ platform }) => (platform.startsWith('win') ? 'Windows' : 'Linux')),
      at,
      previous?.systemFamily,
    ),
    version: freshOrStale('osInfo', distribution, at, previous?.version),
    memory: freshOrStale(
      'mem',
      map(take(reading, 'mem', Mem), ({ total }) => total),
      at,
      previous?.memory,
    ),
    processor: freshOrStale(
      'cpu',
      map(take(reading, 'cpu', Cpu), ({ manufacturer, brand }) => join(manufacturer, brand)),
      at,
      previous?.processor,
    ),
    partitions: freshOrStale('fsSize', map(take(reading, 'fsSize', FsSize), partitions), at, previous?.partitions),
  };
}

/** The disks among the mounted file systems; one device may appear with several base paths (INV-26). Bytes. */
export function partitions(mounted: readonly unknown[]): Partition[] {
  const found: Partition[] = [];
  for (const item of mounted) {
    const entry = FsEntry.safeParse(item);
    if (!entry.success) continue;
    const { fs, type, size, mount } = entry.data;
    // A container's root is an overlay and the only disk it has; other overlays are containers of this host.
    const pseudo = PSEUDO.has(type) || type.startsWith('fuse.') || (type === 'overlay' && mount !== '/');
    if (pseudo || size === 0) continue;
    found.push({ id: fs, basePath: mount, fileSystemType: type.slice(0, 64), capacity: size });
  }
  return found.sort((a, b) => (a.basePath < b.basePath ? -1 : 1)).slice(0, MAX_PARTITIONS);
}

/** INV-11: Mitel Standard Linux has a word of its own. */
function platformType({ platform, distro }: z.output<typeof OsInfo>): string {
  if (platform.startsWith('win')) return 'windows';
  return /mitel standard linux|\bmsl\b/i.test(distro) ? 'msl' : 'linux';
}

function take<S extends z.ZodType>(reading: HostReading, source: string, schema: S): Found<z.output<S>> {
  const found: SourceReading | undefined = reading.sources.get(source);
  if (found === undefined) return { problem: reading.problem ?? 'the collector said nothing about this' };
  if ('problem' in found) return found;
  const parsed = schema.safeParse(found.value);
  return parsed.success ? { value: parsed.data } : { problem: `${source} gave an answer that cannot be used` };
}

type Found<T> = { value: T } | { problem: string };

/** A null from the function means that the source works and has nothing to say. */
function map<T, U>(found: Found<T>, change: (value: T) => U | null): Found<U | null> {
  return 'value' in found ? { value: change(found.value) } : found;
}

function join(...parts: string[]): string | null {
  const text = parts.filter((part) => part !== '' && part !== '-').join(' ');
  return text === '' ? null : text.slice(0, 512);
}
