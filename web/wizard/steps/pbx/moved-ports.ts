import { MovedPorts } from '#contract/discovery.ts';

/** "sip=5070, https=8443" as the search takes it; undefined for what cannot be read. */
export function movedPorts(typed: string): MovedPorts | undefined {
  const pairs = typed
    .split(/[\s,;]+/)
    .filter((pair) => pair !== '')
    .map((pair) => pair.split('='));
  const parsed = MovedPorts.safeParse(Object.fromEntries(pairs.map(([name = '', port]) => [name, Number(port)])));
  return parsed.success ? parsed.data : undefined;
}
