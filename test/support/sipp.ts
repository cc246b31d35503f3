/** Debian's sipp with a scenario of a test: it ends with 0 only when each message came as the scenario says. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freeUdpPort, startProgram, temporaryFolder, until } from './program.ts';

/** The headers that an answer takes over from its request. */
const SAME = ['[last_Via:]', '[last_From:]', '[last_To:];tag=sipp[call_number]', '[last_Call-ID:]'];

/** A step in which sipp sends these lines, with an SDP when asked for. */
export function send(lines: readonly string[], body: readonly string[] = []): string {
  const type = body.length > 0 ? ['Content-Type: application/sdp'] : [];
  return `<send><![CDATA[\n${[...lines, ...type, 'Content-Length: [len]', '', ...body].join('\n')}\n\n]]></send>\n`;
}

/** An answer to the last request, or to one before it when `cseq` names that. */
export const reply = (
  status: string,
  more: readonly string[] = [],
  body: readonly string[] = [],
  cseq?: string,
): string =>
  send(
    [
      `SIP/2.0 ${status}`,
      ...SAME,
      cseq === undefined ? '[last_CSeq:]' : `CSeq: ${cseq}`,
      'Contact: <sip:sipp@[local_ip]:[local_port]>',
      ...more,
    ],
    body,
  );

/** A step in which a request has to come; each header has to match its pattern. */
export function recv(method: string, headers: Readonly<Record<string, string>> = {}): string {
  const checks = Object.entries(headers).map(
    ([name, pattern], at) =>
      `<ereg regexp="${pattern}" search_in="hdr" header="${name}:" case_indep="true" check_it="true" assign_to="${at + 1}"/>`,
  );
  const action = checks.length > 0 ? `<action>${checks.join('')}</action>` : '';
  return `<recv request="${method}">${action}</recv>\n`;
}

function scenario(steps: readonly string[]): string {
  const text = steps.join('');
  // sipp takes a variable that is only written for a mistake.
  const variables = [...new Set([...text.matchAll(/assign_to="(\d+)"/g)].map(([, name]) => name))].join(',');
  const used = variables === '' ? '' : `<Reference variables="${variables}"/>\n`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="test">\n${text}${used}</scenario>\n`;
}

/** Waits for one call and plays the steps. */
export async function answeringSipp(...steps: string[]) {
  const port = await freeUdpPort();
  const folder = await temporaryFolder('sipp');
  const program = await start(folder.path, steps, ['-p', String(port)]);
  const bound = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  const stop = async () => {
    await program.stop('SIGKILL');
    await folder[Symbol.asyncDispose]();
  };
  try {
    await until('sipp listens', 10_000, async () => (await readFile('/proc/net/udp', 'utf8')).includes(bound));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    port,
    /** What sipp says of it: empty when all went as the steps say. */
    async verdict(): Promise<string> {
      const code = await program.exited;
      return code === 0 ? '' : `${code}: ${await errors(folder.path)}`;
    },
    [Symbol.asyncDispose]: stop,
  };
}

/** Plays the steps to a port, sipp being the one who begins. Gives what sipp says of it. */
export async function callingSipp(port: number, ...steps: string[]): Promise<string> {
  await using folder = await temporaryFolder('sipp');
  const own = await freeUdpPort();
  await using program = await start(folder.path, steps, ['-p', String(own), `127.0.0.1:${port}`]);
  const code = await program.exited;
  return code === 0 ? '' : `${code}: ${await errors(folder.path)}`;
}

async function start(folder: string, steps: readonly string[], more: readonly string[]) {
  const file = join(folder, 'test.xml');
  await writeFile(file, scenario(steps));
  const always = [
    '-sf',
    file,
    '-i',
    '127.0.0.1',
    '-t',
    'u1',
    '-m',
    '1',
    '-nostdin',
    '-timeout',
    '20s',
    '-timeout_error',
  ];
  const logs = ['-trace_err', '-error_file', join(folder, 'errors.log')];
  return startProgram('sipp', [...always, ...logs, ...more], { cwd: folder, env: { TERM: 'xterm' } });
}

const errors = (folder: string): Promise<string> =>
  readFile(join(folder, 'errors.log'), 'utf8').catch(() => 'it says nothing');
