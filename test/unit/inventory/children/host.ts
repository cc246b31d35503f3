// An honest host: Mitel Standard Linux on a VMware machine.
const sources = {
  osInfo: { platform: 'linux', distro: 'Mitel Standard Linux', release: '12.1.10.0' },
  cpu: { manufacturer: 'Intel', brand: 'Xeon Gold 6142' },
  mem: { total: 8_589_934_592 },
  system: { manufacturer: 'VMware, Inc.', model: 'VMware Virtual Platform' },
  fsSize: [
    { fs: '/dev/sda2', type: 'xfs', size: 53_687_091_200, mount: '/' },
    { fs: '/dev/sda2', type: 'xfs', size: 53_687_091_200, mount: '/var/data' },
    { fs: 'tmpfs', type: 'tmpfs', size: 1024, mount: '/run' },
    { fs: 'overlay', type: 'overlay', size: 1024, mount: '/var/lib/docker/overlay2/x/merged' },
  ],
};
for (const [source, value] of Object.entries(sources)) process.stdout.write(`${JSON.stringify({ source, value })}\n`);
