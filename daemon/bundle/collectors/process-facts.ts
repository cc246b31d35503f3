import { readdir, readFile } from 'node:fs/promises';
import { cpus, freemem, loadavg, release, totalmem, uptime } from 'node:os';
import type { Collector } from '../collector.ts';

/** The limits that the kernel and the service manager put on us. */
const FILES = [
  '/proc/self/limits',
  '/proc/self/cgroup',
  '/sys/fs/cgroup/memory.max',
  '/proc/sys/kernel/random/boot_id',
];

/** The daemon's own process and what it runs on. */
export const processFacts: Collector = {
  id: 'process',
  limitMs: 10_000,
  collect: async ({ sources, out }) => {
    const texts = await Promise.all(
      FILES.map(async (path) => [path, await readFile(path, 'utf8').catch(() => null)] as const),
    );
    await out.document('process.json', {
      version: sources.version,
      startedAt: sources.startedAt,
      pid: process.pid,
      uptimeSeconds: process.uptime(),
      arguments: process.argv,
      versions: process.versions,
      memory: process.memoryUsage(),
      resources: process.resourceUsage(),
      openFiles: await readdir('/proc/self/fd').then(
        (all) => all.length,
        () => null,
      ),
      settings: Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('DEMARC_'))),
      host: {
        platform: `${process.platform} ${process.arch}`,
        kernel: release(),
        uptimeSeconds: uptime(),
        load: loadavg(),
        processors: cpus().length,
        memoryBytes: totalmem(),
        freeMemoryBytes: freemem(),
      },
      files: Object.fromEntries(texts),
    });
  },
};
