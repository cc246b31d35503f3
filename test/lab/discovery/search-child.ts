/** `node search-child.ts '{"cidrs":["192.0.2.0/24"]}'`: one search, one JSON line an event. For tests in network namespaces. */
import { type DiscoveryOptions, discover } from '#pbx-adapters/discovery/discover.ts';

const options: DiscoveryOptions = JSON.parse(process.argv[2] ?? '{}');
for await (const event of discover(options, new AbortController().signal)) {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}
