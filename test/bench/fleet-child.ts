/**
 * Many gateways in one process, reduced to their way to the cloud: the daemon's own link with a queue in memory instead of
 * the one on disk. Orders come and news goes over the channel to the parent.
 */

import { Agent, request } from 'node:https';
import 'reflect-metadata';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { pino } from 'pino';
import { z } from 'zod';
import { systemClock as clock } from '#config/clock.ts';
import { EnrolmentOffer, EnrolmentState } from '#contract/enrolment.ts';
import { CloudLink, type LinkIdentity } from '#daemon/link/cloud-link.ts';
import { FleetOrder } from './fleet-orders.ts';
import { MemoryQueue } from './memory-queue.ts';

const log = pino({ level: 'silent' });
const links: { link: CloudLink; queue: MemoryQueue }[] = [];
let ca = '';
let url = '';
let caFile = '';

const tell = (news: Record<string, unknown>): void => void process.send?.(news);

/** One HTTPS exchange. */
function post<S extends z.ZodType>(
  schema: S,
  path: string,
  agent: Agent,
  body: unknown,
  token?: string,
): Promise<z.output<S>> {
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const asked = request(new URL(path, url), { method: 'POST', agent, headers }, (answer) => {
      let said = '';
      answer.setEncoding('utf8').on('data', (piece: string) => {
        said += piece;
      });
      answer.once('end', () => {
        const parsed = schema.safeParse(JSON.parse(said));
        if (parsed.success) resolve(parsed.data);
        else reject(new Error(`${path}: ${answer.statusCode} ${said.slice(0, 300)}`));
      });
    });
    asked.once('error', reject);
    asked.end(text);
  });
}

/** As the daemon makes them, which starts a process for each. */
async function keyAndRequest(): Promise<{ csr: string; key: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const request = await Pkcs10CertificateRequestGenerator.create({ name: 'CN=gateway', keys, signingAlgorithm });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return {
    csr: request.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${pkcs8.replaceAll(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`,
  };
}

async function enrol(n: number, token: string): Promise<LinkIdentity> {
  // One of the many addresses of loopback: enrolments are counted by address.
  const from = `127.1.${Math.floor(n / 20) >> 8}.${(Math.floor(n / 20) & 255) + 1}`;
  const { csr, key } = await keyAndRequest();
  const body = { csr, hostName: `gateway-${n}`, addresses: [], version: '0.1.0', provisioningToken: token };
  const agent = new Agent({ ca, localAddress: from, keepAlive: true });
  const offer = await post(EnrolmentOffer, '/api/v1/enrolments', agent, body);
  const state = await post(EnrolmentState, `/api/v1/enrolments/${offer.id}/poll`, agent, {}, offer.pollSecret);
  agent.destroy();
  if (state.state !== 'confirmed') throw new Error(`gateway ${n} is ${state.state}`);
  const { account, gateway, certificate } = state.identity;
  return { account, gateway, certificate, key, candidate: false };
}

function start(identity: LinkIdentity): void {
  const queue = new MemoryQueue();
  const ignore = async () => undefined;
  let was = '';
  const link = new CloudLink({
    outbox: queue,
    boot: 1,
    clock,
    random: Math.random,
    log,
    target: () => ({ url, caFile }),
    identity: async () => identity,
    birth: () => ({ version: '0.1.0', capabilities: [] }),
    onCommand: ignore,
    onAsk: ignore,
    onWant: ignore,
    onStatus: ({ state }) => {
      if (state !== was && (state === 'online' || was === 'online'))
        tell({ what: state === 'online' ? 'online' : 'gone', at: Date.now() });
      if (state !== was && state === 'connecting') tell({ what: 'try', at: Date.now() });
      was = state;
    },
  });
  links.push({ link, queue });
  link.start();
}

const orders = {
  enrol: async ({ from, count, token, url: cloud, caFile: file, ca: pem }: Extract<FleetOrder, { what: 'enrol' }>) => {
    [url, caFile, ca] = [cloud, file, pem];
    let next = from;
    const one = async () => {
      while (next < from + count) start(await enrol(next++, token));
    };
    // A few at a time: the time of an enrolment is not what is measured.
    await Promise.all(Array.from({ length: 6 }, one));
    tell({ what: 'enrolled' });
  },
  send: async ({ events }: Extract<FleetOrder, { what: 'send' }>) => {
    for (const { queue } of links) queue.append(events);
  },
  left: async () => tell({ what: 'left', records: links.reduce((sum, { queue }) => sum + queue.state().records, 0) }),
  stop: async () => {
    await Promise.all(links.map(({ link }) => link.stop()));
    process.disconnect();
  },
};

process.on('message', (message) => {
  const order = FleetOrder.parse(message);
  const work = async () => {
    switch (order.what) {
      case 'enrol':
        return await orders.enrol(order);
      case 'send':
        return await orders.send(order);
      case 'left':
        return await orders.left();
      case 'stop':
        return await orders.stop();
      default:
        return order satisfies never;
    }
  };
  work().catch((error: unknown) => tell({ what: 'failed', error: String(error) }));
});
tell({ what: 'ready' });
