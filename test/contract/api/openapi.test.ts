import 'reflect-metadata';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { systemClock } from '#config/clock.ts';
import { Certificates } from '#connector/enrolment/certificates.ts';
import { DeviceIdentity } from '#connector/enrolment/device-identity.ts';
import { deviceRoutes } from '#connector/enrolment/device-routes.ts';
import { Enrolments } from '#connector/enrolment/enrolments.ts';
import { Offers } from '#connector/enrolment/offers.ts';
import { ProvisioningTokens } from '#connector/enrolment/provisioning-tokens.ts';
import { Standings } from '#connector/enrolment/standing.ts';
import { PrivateCa } from '#connector/pki/private-ca.ts';
import { Store } from '#connector/store/store.ts';
import { temporaryFolder } from '#test/support/program.ts';
import { startApp } from '#test/unit/connector-api/support.ts';

const Operation = z.looseObject({
  summary: z.string().min(5),
  tags: z.array(z.string()).min(1),
  responses: z.record(z.string(), z.looseObject({ description: z.string() })),
});
const OpenApi = z.looseObject({
  openapi: z.literal('3.1.0'),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  paths: z.record(
    z.string().startsWith('/api/v1/'),
    z.partialRecord(z.enum(['get', 'post', 'put', 'patch', 'delete']), Operation),
  ),
});

/** What the design promises of the API. */
const PROMISED = [
  'get /uploads',
  'get /uploads/{id}/file',
  'delete /uploads/{id}',
  'patch /device/uploads/{command}',
  'get /support-logs',
  'post /support-logs',
  'get /support-logs/products',
  'get /support-logs/{id}',
  'patch /support-logs/{id}',
  'get /support-logs/{id}/export.zip',
  'get /alerts',
  'get /alerts.csv',
  'get /alerts/{id}',
  'post /alerts/{id}/acknowledge',
  'post /alerts/{id}/mute',
  'get /accounts/{id}/alert-rules',
  'put /accounts/{id}/alert-rules',
  'get /alert-delivery',
  'get /alert-contacts',
  'post /alert-contacts',
  'patch /alert-contacts/{id}',
  'delete /alert-contacts/{id}',
  'post /alert-contacts/{id}/test',
  'get /alert-webhooks',
  'post /alert-webhooks',
  'patch /alert-webhooks/{id}',
  'delete /alert-webhooks/{id}',
  'post /alert-webhooks/{id}/secret',
  'post /alert-webhooks/{id}/test',
  'post /auth/login',
  'post /auth/setup',
  'post /auth/logout',
  'post /auth/sign-in-links',
  'post /auth/redeem',
  'get /me',
  'get /me/profile',
  'patch /me/profile',
  'post /me/password',
  'get /me/sessions',
  'delete /me/sessions/{session}',
  'post /auth/password-links/look',
  'post /auth/password-links/redeem',
  'get /auth/providers',
  'get /auth/providers/{id}/start',
  'get /auth/provider-callback',
  'get /auth/provider-sign-out',
  'get /sign-in-provider',
  'put /sign-in-provider',
  'delete /sign-in-provider',
  'get /people',
  'post /people',
  'patch /people/{id}',
  'delete /people/{id}',
  'post /people/{id}/password-link',
  'get /roles',
  'post /roles',
  'get /roles/{id}',
  'patch /roles/{id}',
  'delete /roles/{id}',
  'get /roles/{id}/accounts',
  'post /roles/{id}/accounts',
  'get /account-managers',
  'get /account-managers/accounts',
  'post /account-managers/{id}/accounts',
  'get /api-tokens',
  'post /api-tokens',
  'delete /api-tokens/{id}',
  'get /accounts',
  'post /accounts',
  'get /accounts/{id}',
  'patch /accounts/{id}',
  'post /accounts/{id}/deactivate',
  'post /accounts/{id}/reactivate',
  'delete /accounts/{id}',
  'get /gateways',
  'get /gateways/{id}',
  'delete /gateways/{id}',
  'post /gateways/{id}/commands',
  'get /users',
  'get /users/summary',
  'get /users.csv',
  'get /users/{id}',
  'post /users',
  'patch /users/{id}',
  'delete /users/{id}',
  'post /users/manage',
  'get /imports',
  'post /imports',
  'get /imports/template.xlsx',
  'get /imports/{id}',
  'delete /imports/{id}',
  'get /imports/{id}/rows',
  'post /imports/{id}/rows',
  'put /imports/{id}/rows/{n}',
  'delete /imports/{id}/rows/{n}',
  'get /imports/{id}/bad-rows.xlsx',
  'post /imports/{id}/apply',
  'get /sync-runs',
  'get /sync-runs/{id}',
  'get /sync-runs/{id}/held-users',
  'post /sync-runs/{id}/decision',
  'get /platforms',
  'get /launches',
  'get /launches/{id}/requests',
  'get /tunnels',
  'post /launches',
  'post /launches/redeem',
  'post /launches/{id}/end',
  'get /platforms.csv',
  'get /applications',
  'get /applications.csv',
  'get /trunks',
  'post /trunks',
  'get /trunks/{id}',
  'put /trunks/{id}',
  'delete /trunks/{id}',
  'get /trunks/{id}/plan',
  'get /trunks/{id}/health',
  'get /trunks/{id}/worksheet.html',
  'get /trunks/{id}/worksheet/{form}',
  'post /trunks/{id}/numbers',
  'get /extension-ranges',
  'get /extension-ranges.csv',
  'get /extension-ranges/{id}',
  'post /extension-ranges',
  'patch /extension-ranges/{id}',
  'delete /extension-ranges/{id}',
  'get /dids',
  'get /dids.csv',
  'get /dids/{id}',
  'post /dids',
  'patch /dids/{id}',
  'delete /dids/{id}',
  'get /extension-ranges/next-free',
  'get /number-sources',
  'get /locations',
  'get /locations.csv',
  'post /locations',
  'get /locations/{id}',
  'put /locations/{id}',
  'delete /locations/{id}',
  'get /integrations',
  'post /integrations',
  'delete /integrations',
  'put /integrations/{id}/switch',
  'delete /pbxs/{id}',
  'get /trunks/{id}/proof',
  'get /commands',
  'post /commands',
  'get /commands/{id}',
  'post /commands/{id}/cancel',
  'get /events',
  'get /events.csv',
  'get /events/choices',
  'get /home',
  'get /notifications',
  'get /notifications/unread',
  'post /notifications/read',
  'delete /notifications/{id}',
  'get /enrolments/code/{code}',
  'post /enrolments/{code}/confirm',
  'post /enrolments',
  'post /enrolments/{id}/poll',
  'post /device/renew',
  'get /device/standing',
  'post /device/leave',
  'get /device/time',
  'get /provisioning-tokens',
  'post /provisioning-tokens',
  'delete /provisioning-tokens/{id}',
  'get /stream',
];

/** The API with the routes of the gateways, as the process serves it. */
async function startWhole() {
  const folder = await temporaryFolder('openapi');
  const store = await Store.open({ path: ':memory:', clock: systemClock });
  const ca = await PrivateCa.open({ folder: folder.path, clock: systemClock });
  const parts = { store, clock: systemClock };
  const tokens = new ProvisioningTokens(parts);
  const certificates = new Certificates({ ...parts, ca });
  const offers = new Offers({ ...parts, tokens, certificates, publicUrl: 'https://demarc.example' });
  const identity = new DeviceIdentity(parts);
  const enrolments = new Enrolments({ ...parts, tokens, disconnect: () => undefined });
  const standings = new Standings({ ...parts, ca: ca.certificate });
  const api = await startApp({
    deviceRoutes: deviceRoutes({ clock: systemClock, offers, certificates, identity, standings, enrolments }),
  });
  return {
    app: api.app,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Every `$ref` in a document. */
function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    key === '$ref' && typeof item === 'string' ? [item] : references(item),
  );
}

describe('the OpenAPI document', () => {
  test('is valid in form, describes every operation, and holds what the design promises', async () => {
    await using api = await startWhole();
    const answer = await api.app.inject('/api/v1/openapi.json');
    const document = OpenApi.parse(answer.json());
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path.replace('/api/v1', '')}`),
    );
    expect(operations.toSorted()).toEqual(PROMISED.toSorted());
    expect(new Set(operations).size).toBe(operations.length);
  });

  test('resolves every reference, and uses nothing that 3.1 took away', async () => {
    await using api = await startWhole();
    const document: unknown = (await api.app.inject('/api/v1/openapi.json')).json();
    for (const reference of references(document)) {
      const found = reference
        .slice(2)
        .split('/')
        .reduce<unknown>(
          (at, key) =>
            typeof at === 'object' && at !== null ? Object.entries(at).find(([name]) => name === key)?.[1] : undefined,
          document,
        );
      expect([reference, found !== undefined]).toEqual([reference, true]);
    }
    expect(JSON.stringify(document)).not.toContain('"nullable"');
  });

  test('names the parameters of lists and the body of errors', async () => {
    await using api = await startWhole();
    const document = (await api.app.inject('/api/v1/openapi.json')).json<{
      paths: Record<
        string,
        Record<string, { parameters: { name: string; in: string }[]; responses: Record<string, unknown> }>
      >;
    }>();
    const users = document.paths['/api/v1/users']?.['get'];
    expect(users?.parameters.map((parameter) => parameter.name).toSorted()).toEqual([
      'account',
      'cursor',
      'filter',
      'limit',
      'q',
      'sort',
    ]);
    expect(JSON.stringify(users?.responses['4XX'])).toContain('requestId');
  });
});
