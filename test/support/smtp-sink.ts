/** A real mail server that is none of ours: Debian's python3-aiosmtpd. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { readFileIfThere } from '#config/atomic-file.ts';
import { freePort, portOpen, startProgram } from './program.ts';

/** Whether it is installed, for `describe.skipIf`. */
export const hasSmtpSink = spawnSync('/usr/bin/python3', ['-c', 'import aiosmtpd']).status === 0;

/** A mail as the server took it. */
export interface TakenMail {
  to: string[];
  from: string;
  tls: boolean;
  subject: string;
  id: string;
  toHeader: string;
  auto: string;
  text: string;
}

interface SinkOptions {
  folder: string;
  mode?: 'plain' | 'starttls' | 'tls';
  certificate?: { certPath: string; keyPath: string };
  user?: string;
  password?: string;
  port?: number;
}

/** Starts it on a free port; what it does to a mail is said by the address (see smtp-sink.py). */
export async function startSmtpSink({
  folder,
  mode = 'plain',
  certificate,
  user = '-',
  password = '-',
  ...rest
}: SinkOptions) {
  const port = rest.port ?? (await freePort());
  const file = join(folder, 'mails.jsonl');
  const script = join(import.meta.dirname, 'smtp-sink.py');
  const files = [certificate?.certPath ?? '-', certificate?.keyPath ?? '-'];
  const program = startProgram('/usr/bin/python3', [script, String(port), file, mode, ...files, user, password]);
  await portOpen(port).catch((error: unknown) => {
    throw new Error(`the mail server did not start: ${program.output()}`, { cause: error });
  });
  return {
    port,
    async mails(): Promise<TakenMail[]> {
      const text = (await readFileIfThere(file)) ?? '';
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as TakenMail);
    },
    [Symbol.asyncDispose]: () => program.stop(),
  };
}
