/** The wire format as it was released: old gateways stay in the field for years, so these lines must always be read. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { z } from 'zod';
import { CommandCancel, CommandMessage, CommandResult } from '#contract/commands.ts';
import { DeviceStanding, EnrolmentOffer, EnrolmentRequest, EnrolmentState, LeaveRequest } from '#contract/enrolment.ts';
import { Ack, Ask, Conn, Envelope } from '#contract/envelope.ts';
import { DroppedRecords, GatewayEvent } from '#contract/events.ts';
import { SectionMessage, sections, Want } from '#contract/sections.ts';
import { ReleaseManifest, SignedRelease } from '#contract/update.ts';
import { UploadPart, UploadState } from '#contract/uploads.ts';
import { UsersChunk, UsersHeader, UsersTrailer } from '#contract/users.ts';

const schemas: Record<string, z.ZodType> = {
  conn: Conn,
  ack: Ack,
  ask: Ask,
  want: Want,
  command: CommandMessage,
  'command.cancel': CommandCancel,
  'enrolment-request': EnrolmentRequest,
  'enrolment-offer': EnrolmentOffer,
  'enrolment-state': EnrolmentState,
  'device-standing': DeviceStanding,
  'leave-request': LeaveRequest,
  'upload-part': UploadPart,
  'upload-state': UploadState,
  'users.header': UsersHeader,
  'users.chunk': UsersChunk,
  'users.trailer': UsersTrailer,
  event: GatewayEvent,
  dropped: DroppedRecords,
  result: CommandResult,
  section: SectionMessage,
  'section.unchanged': SectionMessage,
  release: SignedRelease,
  'release.manifest': ReleaseManifest,
  ...Object.fromEntries(Object.entries(sections).map(([name, schema]) => [`section:${name}`, schema])),
};

interface Sample {
  schema: string;
  message: Record<string, unknown>;
}

const samples = (await readFile(new URL('./golden/wire-v1.jsonl', import.meta.url), 'utf8'))
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Sample);

const dataOf = ({ message }: Sample): unknown =>
  'seq' in message && 'kind' in message ? Envelope.parse(message).data : message;

test.each(samples)('$schema is read as it was written', (sample) => {
  const schema = schemas[sample.schema];
  if (schema === undefined) throw new Error(`no schema ${sample.schema}`);
  expect(schema.parse(dataOf(sample))).toEqual(dataOf(sample));
});

test('every message of the contract has a golden sample', () => {
  expect([...new Set(samples.map((sample) => sample.schema))].sort()).toEqual(Object.keys(schemas).sort());
});

test('fields that a later version adds do not make a message unreadable', () => {
  for (const sample of samples.filter(({ schema }) => schema !== 'enrolment-request')) {
    const schema = schemas[sample.schema];
    const later = { ...(dataOf(sample) as object), addedLater: { anything: true } };
    expect(schema?.safeParse(later).success, sample.schema).toBe(true);
  }
});
