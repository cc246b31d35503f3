import type { ProbeReport, UserItem } from '#pbx-adapters/adapter.ts';
import type { CstaSession } from '#pbx-adapters/channels/csta/session.ts';
import { resolveHost } from '#pbx-adapters/channels/tcp/transport.ts';
import type { LoginGuard } from '#pbx-adapters/login-guard.ts';
import { ProbeSteps } from '#pbx-adapters/probe-steps.ts';
import { PeopleBook } from './book.ts';
import type { MiVoiceOffice400Connection } from './connection.ts';

const PLAN = [
  { id: 'resolve', title: 'Find the address' },
  { id: 'connect', title: 'Connect to the CSTA service' },
  { id: 'start', title: 'Start the CSTA link' },
  { id: 'identity', title: 'Ask what the PBX is' },
  { id: 'export', title: 'Read the export of the users' },
  { id: 'phone-book', title: 'Read the phone book' },
  { id: 'users', title: 'Join phones and people' },
] as const;

const EXAMPLES = 5;

/** The parts of the adapter that a probe shows one by one. */
interface Readers {
  addExport(book: PeopleBook, signal: AbortSignal): Promise<string | undefined>;
  addPhoneBook(book: PeopleBook, signal: AbortSignal, loginGuard: LoginGuard): Promise<void>;
  join(link: CstaSession, book: PeopleBook, signal: AbortSignal): AsyncIterable<UserItem>;
}

/** Every step with what to do about it. Never throws. */
export async function probeOffice400(
  readers: Readers,
  connection: MiVoiceOffice400Connection,
  loginGuard: LoginGuard,
  signal: AbortSignal,
): Promise<ProbeReport> {
  const steps = new ProbeSteps(PLAN);
  const { host, port, csta } = connection;
  await steps.run('resolve', async () => {
    const addresses = await resolveHost(host, connection.connectMs, signal);
    return { value: addresses, detail: `${host} is ${addresses.slice(0, 5).join(', ')}` };
  });
  let link: CstaSession | undefined;
  if (csta) link = await startLink(steps, connection, loginGuard, signal);
  else for (const id of ['connect', 'start', 'identity']) steps.skip(id, 'CSTA is switched off in the settings.');
  await using _closing = link;
  const manufacturer = !link
    ? undefined
    : await steps.run('identity', async () => {
        const value = await link.manufacturer(signal);
        return { value, detail: value ?? `The system at port ${port} does not tell its manufacturer.` };
      });
  const book = new PeopleBook();
  if (connection.file === undefined && connection.folder === undefined) steps.skip('export', 'None is set.');
  else {
    await steps.run('export', async () => {
      const path = await readers.addExport(book, signal);
      return { value: path, detail: `${path}: ${book.size} people.` };
    });
  }
  if (connection.phoneBook === undefined) steps.skip('phone-book', 'None is set.');
  else {
    const before = book.size;
    await steps.run('phone-book', async () => {
      await readers.addPhoneBook(book, signal, loginGuard);
      const detail = `${book.size - before} more people; ${book.contacts} entries without an extension of this PBX.`;
      return { value: true, detail };
    });
  }
  const users = await steps.run('users', async () => {
    const found = link ? readers.join(link, book, signal) : book.all();
    return { ...(await counted(found)) };
  });
  return steps.report({
    ...(users === undefined ? {} : { users }),
    ...(connection.declaredVersion === undefined ? {} : { version: connection.declaredVersion }),
    ...(manufacturer === undefined ? {} : { learned: { manufacturer } }),
  });
}

async function startLink(
  steps: ProbeSteps,
  connection: MiVoiceOffice400Connection,
  loginGuard: LoginGuard,
  signal: AbortSignal,
): Promise<CstaSession | undefined> {
  const link = await steps.run('connect', async () => {
    if (connection.user !== undefined) loginGuard.allow();
    const { CstaSession } = await import('#pbx-adapters/channels/csta/session.ts');
    const value = await CstaSession.connect(connection, signal);
    return { value, detail: `Port ${connection.port} answers. CSTA is not encrypted.` };
  });
  if (!link) return undefined;
  await steps.run('start', async () => {
    const value = await link.start({ signal, loginGuard });
    const how = value.greeted ? 'The PBX greets by itself' : 'The PBX waits for the application';
    const session = value.session ? 'an application session is open' : 'no application session is needed';
    return { value, detail: `${how}; ${session}${value.status === undefined ? '' : `; status ${value.status}`}.` };
  });
  return link;
}

async function counted(items: AsyncIterable<UserItem> | Iterable<UserItem>) {
  let value = 0;
  let rejected = 0;
  const examples: string[] = [];
  for await (const item of items) {
    if (item.kind === 'user') value += 1;
    else {
      rejected += 1;
      if (examples.length < EXAMPLES) examples.push(`${item.where}: ${item.reason}`);
    }
  }
  const detail = `${value} people; ${rejected} without a counterpart or not usable. ${examples.join('; ')}`.trim();
  const unmatched =
    'Complete the names in the PBX, or the phones; people who need no applications may stay as they are.';
  const none = 'Check that the account may see the phones, and that numbers in phone book or export are extensions.';
  const warning = value === 0 ? none : rejected > 0 ? unmatched : undefined;
  return { value, detail, ...(warning === undefined ? {} : { warning }) };
}
