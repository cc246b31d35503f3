/** The Service Node of a simulated MX-ONE: an SSH server with `mdsh`, in this process and without root. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import type { Connection, ServerChannel } from 'ssh2';
import ssh2 from 'ssh2';
import { isAbout, runMdsh } from './run.ts';
import type { MxOneSite } from './site.ts';

/** Misbehaviour of the server itself. */
export interface ServerNasty {
  /** Drops the connection when so many bytes of this command were written. */
  drop?: { command: string; afterBytes: number };
  /** Tells that a command has ended well before it has sent the output, as OpenSSH may. */
  exitFirst?: boolean;
  /** Gives output in pieces of so many bytes. */
  pieces?: number;
  /** Answers to password log-ins, or takes only these methods. */
  methods?: ('password' | 'keyboard-interactive' | 'publickey')[];
  /** Hangs up on a wrong password instead of refusing it. */
  hangUp?: boolean;
  /** Writes these bytes in answer to this command, instead of what it prints. */
  garbage?: { command: string; bytes: Buffer };
  /** Called before a command takes effect, as often as it comes: for what others do meanwhile. */
  meanwhile?: (command: string) => void;
}

export interface MxOneServer {
  host: string;
  port: number;
  user: string;
  password: string;
  /** As OpenSSH prints it. */
  hostKeyFingerprint: string;
  site: MxOneSite;
  nasty: ServerNasty;
  /** Every command line that was run, in order. */
  commands: string[];
  /** Passwords that were tried, in order. */
  tries: ('accepted' | 'refused')[];
  /** Connections in all and open now, and the most commands that ran at a time on one. */
  seen: { connections: number; open: number; together: number };
  /** Ends all connections. */
  disconnect(): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A host key as PEM. Not ssh2's own generator: its ed25519 keys with a leading zero byte are malformed. */
export const newHostKey = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey.export({ type: 'sec1', format: 'pem' }).toString();

/** The host key is a new one unless its PEM is given; port 0 (the default) takes a free one. */
export async function startMxOne(
  site: MxOneSite,
  nasty: ServerNasty = {},
  own: { host?: string; port?: number; hostKey?: string } = {},
): Promise<MxOneServer> {
  const key = own.hostKey ?? newHostKey();
  const parsed = ssh2.utils.parseKey(key);
  if (parsed instanceof Error) throw parsed;
  const hash = createHash('sha256').update(parsed.getPublicSSH()).digest('base64').replace(/=+$/, '');
  const open = new Set<Socket>();
  const lab: MxOneServer = {
    host: own.host ?? '127.0.0.1',
    port: 0,
    user: 'mxone_reader',
    password: 'lab-secret',
    hostKeyFingerprint: `SHA256:${hash}`,
    site,
    nasty,
    commands: [],
    tries: [],
    seen: { connections: 0, open: 0, together: 0 },
    disconnect: () => {
      for (const socket of open) socket.destroy();
    },
    [Symbol.asyncDispose]: async () => {
      lab.disconnect();
      await new Promise<void>((resolve) => listener.close(() => resolve()));
    },
  };
  const server = new ssh2.Server({ hostKeys: [key] }, (client) => {
    lab.seen.connections += 1;
    client.on('error', () => undefined);
    authenticate(client, lab);
    serve(client, lab);
  });
  const listener = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    lab.seen.open = open.size;
    socket.on('close', () => {
      open.delete(socket);
      lab.seen.open = open.size;
    });
    server.injectSocket(socket);
  });
  await new Promise<void>((resolve) => listener.listen(own.port ?? 0, lab.host, resolve));
  const address = listener.address();
  lab.port = typeof address === 'object' && address !== null ? address.port : 0;
  return lab;
}

function authenticate(client: Connection, lab: MxOneServer): void {
  client.on('authentication', (attempt) => {
    const methods = lab.nasty.methods ?? ['password'];
    const judge = (password: string | undefined) => {
      const isRight = attempt.username === lab.user && password === lab.password;
      lab.tries.push(isRight ? 'accepted' : 'refused');
      if (isRight) attempt.accept();
      else if (lab.nasty.hangUp) client.end();
      else attempt.reject(methods);
    };
    if (attempt.method === 'password' && methods.includes('password')) judge(attempt.password);
    else if (attempt.method === 'keyboard-interactive' && methods.includes('keyboard-interactive')) {
      attempt.prompt([{ prompt: 'Password: ', echo: false }], (answers) => judge(answers[0]));
    } else attempt.reject(methods);
  });
}

function serve(client: Connection, lab: MxOneServer): void {
  let running = 0;
  client.on('session', (accept) => {
    accept().on('exec', (take, _reject, { command }) => {
      lab.commands.push(command);
      running += 1;
      lab.seen.together = Math.max(lab.seen.together, running);
      const channel = take();
      channel.on('close', () => {
        running -= 1;
      });
      channel.on('error', () => undefined);
      // Without a reader of its input a channel never tells that it is closed.
      channel.resume();
      void answer(client, channel, command, lab);
    });
  });
}

async function answer(client: Connection, channel: ServerChannel, line: string, lab: MxOneServer): Promise<void> {
  const command = /^mdsh -c (?:-f )?'([^']*)'$/.exec(line)?.[1];
  const finish = (status: number) => {
    channel.exit(status);
    channel.end();
  };
  if (command === undefined) return finish(127);
  lab.nasty.meanwhile?.(command);
  const { drop, garbage, pieces, exitFirst } = lab.nasty;
  if (garbage && isAbout(garbage, command)) {
    channel.write(garbage.bytes);
    return finish(0);
  }
  if (exitFirst) channel.exit(0);
  let written = 0;
  for (const step of runMdsh(command, lab.site)) {
    if ('exit' in step) return exitFirst ? void channel.end() : finish(step.exit);
    if ('hang' in step) return;
    let bytes = Buffer.from(step.text);
    const cut = drop && isAbout(drop, command) ? drop.afterBytes - written : Number.POSITIVE_INFINITY;
    if (cut < bytes.length) bytes = bytes.subarray(0, cut);
    for (let at = 0; at < bytes.length; at += pieces ?? bytes.length) {
      await write(channel, bytes.subarray(at, at + (pieces ?? bytes.length)));
    }
    written += bytes.length;
    if (drop && written >= cut) {
      client.end();
      return;
    }
  }
}

const write = (channel: ServerChannel, bytes: Buffer): Promise<void> =>
  new Promise((resolve) => {
    if (channel.write(bytes)) resolve();
    else {
      channel.once('drain', resolve);
      channel.once('close', resolve);
    }
  });
