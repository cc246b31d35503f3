import type { PbxAdapter, UserItem } from '#pbx-adapters/adapter.ts';

/** The records of a PBX, some at a time where its adapter gives them so. */
export async function* inPages(
  adapter: Pick<PbxAdapter, 'users' | 'userPages'>,
  signal: AbortSignal,
): AsyncGenerator<readonly UserItem[]> {
  if (adapter.userPages) yield* adapter.userPages(signal);
  else for await (const item of adapter.users(signal)) yield [item];
}
