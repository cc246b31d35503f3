/** The REST log-in of the Provisioning Manager, which tells what it is. No list of users is known to be behind it. */
import { request as httpRequest } from 'node:http';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { z } from 'zod';
import { DemarcError } from '#contract/errors/demarc-error.ts';
import { networkError } from '#pbx-adapters/channels/tcp/errors.ts';
import { discard, openSocket, within } from '#pbx-adapters/channels/tcp/transport.ts';
import type { LoginGuard } from '#pbx-adapters/login-guard.ts';

const LIMIT_MS = 10_000;
const MAX_BODY = 64 * 1024;
const MAX_TEXT = 100;

/** Where it is and who logs in. */
export interface ManagerLogin {
  host: string;
  port: number;
  user: string;
  password: string;
  /** SHA-256 of the certificate that a person confirmed, as browsers show it. */
  certificateFingerprint: string | undefined;
}

const Text = z
  .union([z.string(), z.number()])
  .transform((value) => String(value).slice(0, MAX_TEXT).toWellFormed())
  .optional()
  .catch(undefined);
/** The answer of a log-in that was accepted; its tokens are not looked at. */
const ManagerFacts = z.object({ version: Text, build: Text, brand: Text });
export type ManagerFacts = z.infer<typeof ManagerFacts>;

/**
 * Logs in once. The password is sent only to the certificate that was confirmed: these servers mostly sign their own.
 * @throws DemarcError `pbx.tls-untrusted`, `pbx.bad-credentials`, `pbx.login-stopped`, `http.protocol`, `pbx.…`
 */
export async function askManager(
  login: ManagerLogin,
  { signal, loginGuard }: { signal: AbortSignal; loginGuard: LoginGuard },
): Promise<ManagerFacts> {
  loginGuard.allow();
  return loginGuard.inTurn(signal, async () => {
    loginGuard.allow();
    const where = `${login.host}:${login.port}`;
    const socket = await trusted(login, signal);
    try {
      const { status, body } = await within(post(socket, login), `log-in at ${where}`, LIMIT_MS, signal);
      if (status === 400 || status === 401 || status === 403) {
        await loginGuard.refused();
        throw new DemarcError('pbx.bad-credentials', `${login.user}: ${where} answers ${status}`);
      }
      const facts = status === 200 ? ManagerFacts.safeParse(parsed(body)) : undefined;
      if (!facts?.success) throw new DemarcError('http.protocol', `${where}: status ${status}, no answer of a log-in`);
      await loginGuard.accepted();
      return facts.data;
    } catch (error) {
      throw networkError(error, where, 'http.protocol');
    } finally {
      discard(socket);
    }
  });
}

/** TLS to the very certificate that was confirmed. */
async function trusted(login: ManagerLogin, signal: AbortSignal): Promise<TLSSocket> {
  const where = `${login.host}:${login.port}`;
  const plain = await openSocket(login, LIMIT_MS, signal);
  const socket = tlsConnect({ socket: plain, rejectUnauthorized: false });
  try {
    const secured = new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('closed by the peer')));
    });
    await within(secured, `TLS with ${where}`, LIMIT_MS, signal);
    const found = socket.getPeerX509Certificate()?.fingerprint256 ?? 'none';
    if (found === login.certificateFingerprint) return socket;
    const told = login.certificateFingerprint === undefined ? 'not confirmed yet' : 'not the one that was confirmed';
    throw new DemarcError('pbx.tls-untrusted', `${where}: the certificate SHA-256 ${found} is ${told}`);
  } catch (error) {
    discard(socket);
    discard(plain);
    throw networkError(error, where, 'pbx.tls-failed');
  }
}

function post(socket: TLSSocket, login: ManagerLogin): Promise<{ status: number; body: string }> {
  const text = JSON.stringify({ username: login.user, password: login.password });
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
  const { host, port } = login;
  const options = { host, port, path: '/auth/login', method: 'POST', headers, maxHeaderSize: 16 * 1024 };
  return new Promise((resolve, reject) => {
    // Over the connection whose certificate was looked at, and no other: an agent would open one of its own.
    const request = httpRequest({ ...options, createConnection: () => socket }, (answer) => {
      const parts: Buffer[] = [];
      let size = 0;
      answer.on('data', (part: Buffer) => {
        size += part.length;
        if (size > MAX_BODY) answer.destroy(new Error('an answer of more than 64 KiB'));
        else parts.push(part);
      });
      answer.once('error', reject);
      answer.once('close', () => reject(new Error('closed within the answer')));
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts).toString('utf8') }),
      );
    });
    request.once('error', reject);
    request.end(text);
  });
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Whatever it was, it was no answer of this log-in; the schema says so.
    return undefined;
  }
}
