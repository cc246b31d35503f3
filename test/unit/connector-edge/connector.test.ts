import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { connect as tlsConnect } from 'node:tls';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import mqtt from 'mqtt';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { systemClock } from '#config/clock.ts';
import { ConnectorSettings } from '#config/connector-settings.ts';
import { startConnector } from '#connector/main.ts';
import type { Account, HistoryEvent, ProvisioningToken } from '#contract/api.ts';
import { EnrolmentOffer, EnrolmentState, IssuedIdentity } from '#contract/enrolment.ts';
import { topics } from '#contract/topics.ts';
import { ApiClient } from '#test/support/api-client.ts';
import { temporaryFolder, until } from '#test/support/program.ts';
import { gatewayKey } from '../../contract/bus/enrolled.ts';

const parts = { log: pino({ level: 'silent' }), clock: systemClock };
const person = { partnerName: 'Partner', name: 'Ada', email: 'ada@example.org', password: 'correct horse battery' };

async function started(settings: Partial<ConnectorSettings> = {}) {
  const folder = await temporaryFolder('connector');
  const given = ConnectorSettings.parse({ dataFolder: folder.path, host: '127.0.0.1', port: 0, ...settings });
  const connector = await startConnector(given, parts);
  const ca = await readFile(connector.caFile, 'utf8');
  return {
    ...connector,
    given,
    ca,
    api: new ApiClient({ url: connector.url, ca }),
    [Symbol.asyncDispose]: async () => {
      await connector.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

type Started = Awaited<ReturnType<typeof started>>;
interface Answer {
  status: number;
  body: unknown;
}

/** One HTTPS request as a gateway makes it, with its certificate where it has one. */
function call(
  at: Started,
  path: string,
  options: { body?: unknown; bearer?: string; cert?: string; key?: string } = {},
) {
  const text = options.body === undefined ? '' : JSON.stringify(options.body);
  return new Promise<Answer>((resolve, reject) => {
    const sent = request(
      new URL(path, at.url),
      {
        method: 'POST',
        agent: false,
        ca: at.ca,
        ...(options.cert !== undefined && { cert: options.cert, key: options.key }),
        headers: {
          ...(text !== '' && { 'content-type': 'application/json' }),
          ...(options.bearer !== undefined && { authorization: `Bearer ${options.bearer}` }),
        },
      },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          body += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(body) as unknown }));
      },
    );
    sent.once('error', reject);
    sent.end(text);
  });
}

async function enrolled(at: Started) {
  await at.api.setUp(at.setupLink ?? '', person);
  const account = await at.api.post<Account>('/api/v1/accounts', { name: 'Muster AG', country: 'CH' });
  const { token } = await at.api.post<ProvisioningToken>('/api/v1/provisioning-tokens', { account: account.id });
  const keys = await gatewayKey();
  const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const csr = (await Pkcs10CertificateRequestGenerator.create({ keys, signingAlgorithm })).toString('pem');
  const body = { csr, hostName: 'gw', addresses: [], version: '0.1.0', provisioningToken: token };
  const offer = EnrolmentOffer.parse((await call(at, '/api/v1/enrolments', { body })).body);
  const polled = await call(at, `/api/v1/enrolments/${offer.id}/poll`, { bearer: offer.pollSecret });
  const state = EnrolmentState.parse(polled.body);
  if (state.state !== 'confirmed') throw new Error(`not confirmed but ${state.state}`);
  const { identity } = state;
  return {
    identity,
    csr,
    cert: identity.certificate,
    key: keys.key,
    address: { account: account.id, gateway: identity.gateway },
  };
}

type Enrolled = Awaited<ReturnType<typeof enrolled>>;

function dial(at: Started, gateway: Enrolled) {
  const client = mqtt.connect(`${at.url.replace('https', 'wss')}/mqtt`, {
    ca: gateway.identity.ca,
    cert: gateway.cert,
    key: gateway.key,
    clientId: gateway.identity.gateway,
    protocolVersion: 4,
    reconnectPeriod: 0,
  });
  client.on('error', () => undefined);
  return client;
}

const closed = (client: mqtt.MqttClient) => new Promise<void>((resolve) => client.once('close', () => resolve()));

/** The status line and body of a refused or garbled HTTP exchange, by hand. */
function exchange(at: Started, text: string, identity: { cert?: string; key?: string } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = tlsConnect({ port: Number(new URL(at.url).port), host: '127.0.0.1', ca: at.ca, ...identity });
    let answer = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.once('close', () => resolve(answer));
    socket.once('error', reject);
    socket.write(text);
  });
}

const upgrade = (path: string) =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n';

describe('the connector', () => {
  it('shows on /metrics what each of its parts counts', async () => {
    await using at = await started();
    const gateway = await enrolled(at);
    const client = dial(at, gateway);
    await new Promise((resolve) => client.once('connect', resolve));
    const text = await exchange(at, 'GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(text).toContain('demarc_bus_connections 1');
    for (const name of [
      'demarc_http_request_duration_seconds',
      'demarc_gateways',
      'demarc_ingest_messages_total',
      'demarc_ingest_batch_messages',
      'demarc_ingest_commit_seconds',
      'demarc_ingest_waiting_messages',
    ]) {
      expect(text).toContain(`# TYPE ${name} `);
    }
    client.end(true);
    await closed(client);
  });

  it('takes a gateway from its token to a committed event', async () => {
    await using at = await started();
    const gateway = await enrolled(at);
    const client = dial(at, gateway);
    await new Promise((resolve) => client.once('connect', resolve));
    const data = { name: 'site.hello', severity: 'info', message: 'Hello' };
    const envelope = { v: 1, boot: 1, seq: 1, at: new Date().toISOString(), kind: 'event', data };
    await client.publishAsync(topics.event(gateway.address), JSON.stringify(envelope), { qos: 1 });
    const { items } = await at.api.get<{ items: HistoryEvent[] }>(`/api/v1/events?account=${gateway.address.account}`);
    expect(items.map(({ name }) => name)).toContain('site.hello');
    await client.endAsync(true);
  });

  it('renews a certificate for who comes with one, and the old one still holds', async () => {
    await using at = await started();
    const gateway = await enrolled(at);
    const body = { csr: gateway.csr };
    const answer = await call(at, '/api/v1/device/renew', { body, cert: gateway.cert, key: gateway.key });
    const renewed = IssuedIdentity.parse(answer.body);
    expect(renewed.certificate).not.toBe(gateway.cert);
    for (const cert of [renewed.certificate, gateway.cert]) {
      const client = dial(at, { ...gateway, cert });
      await new Promise((resolve, reject) => client.once('connect', resolve).once('close', reject));
      await client.endAsync(true);
    }
    expect(await call(at, '/api/v1/device/renew', { body })).toMatchObject({
      status: 401,
      body: { code: 'identity.required' },
    });
  });

  it('closes a released gateway’s connection and says why it does not come back', async () => {
    await using at = await started();
    const gateway = await enrolled(at);
    const client = dial(at, gateway);
    await new Promise((resolve) => client.once('connect', resolve));
    const end = closed(client);
    await at.api.expect('DELETE', `/api/v1/gateways/${gateway.identity.gateway}`);
    await end;
    const answer = await exchange(at, upgrade('/mqtt'), gateway);
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain('"identity.revoked"');
  });

  it('records once that a gateway left its own topics', async () => {
    await using at = await started();
    const gateway = await enrolled(at);
    for (let n = 0; n < 3; n += 1) {
      const client = dial(at, gateway);
      await new Promise((resolve) => client.once('connect', resolve));
      const end = closed(client);
      client.publish('demarc/1/other/other/up/event', 'x', { qos: 1 });
      await end;
    }
    const wrong = async () => {
      const { items } = await at.api.get<{ items: HistoryEvent[] }>('/api/v1/events');
      return items.filter(({ name }) => name === 'gateway.wrong-topic');
    };
    await until('the event is there', 5000, async () => (await wrong()).length > 0);
    expect(await wrong()).toMatchObject([{ severity: 'error', details: { code: 'link.wrong-account' } }]);
  });

  it('answers what nobody understands, and goes on', async () => {
    await using at = await started();
    expect(await exchange(at, upgrade('/mqtt'))).toContain('"identity.required"');
    expect(await exchange(at, upgrade('/nowhere'))).toBe('');
    expect(await exchange(at, upgrade('/__proto__'))).toBe('');
    expect(await exchange(at, '\u0000\u0001\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect(await exchange(at, `GET / HTTP/1.1\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
    for (const body of [{}, { csr: 'x' }, { csr: 'x', hostName: 'h', addresses: [], version: '1' }]) {
      expect((await call(at, '/api/v1/enrolments', { body })).status).toBe(400);
    }
    expect((await at.api.send('GET', '/readyz')).status).toBe(200);
  });

  it('keeps its CA over a restart, and prints a set-up link only until somebody can sign in', async () => {
    await using at = await started();
    const gateway = await enrolled(at);
    await at.stop();
    const again = await startConnector(at.given, parts);
    try {
      expect(again.setupLink).toBeUndefined();
      expect(await readFile(again.caFile, 'utf8')).toBe(at.ca);
      const client = dial({ ...at, url: again.url }, gateway);
      await new Promise((resolve) => client.once('connect', resolve));
      const begun = performance.now();
      await again.stop();
      expect(performance.now() - begun).toBeLessThan(4000);
      await client.endAsync(true);
    } finally {
      await again.stop();
    }
  });

  it('says plainly that its port is taken, and leaves nothing running', async () => {
    await using at = await started();
    const port = Number(new URL(at.url).port);
    await expect(started({ port })).rejects.toMatchObject({ code: 'config.port-taken', detail: `127.0.0.1:${port}` });
    expect((await at.api.send('GET', '/readyz')).status).toBe(200);
  });

  it.each([
    [{ bus: 'mqtt://broker' }, 'embedded'],
    [{ tlsCertFile: '/only-one.pem' }, 'DEMARC_TLS_KEY'],
  ])('says plainly what it cannot do: %o', async (settings, word) => {
    await expect(started(settings)).rejects.toMatchObject({
      code: 'config.invalid',
      detail: expect.stringContaining(word) as string,
    });
  });
});
