import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { ListQuery } from '#contract/api.ts';
import { type CsvColumn, csvStream } from '../lists/csv.ts';

/** The query of an export: that of the list without paging. `bom=true` helps spreadsheets to know UTF-8. */
export const CsvQuery = ListQuery.omit({ cursor: true, limit: true }).extend({
  bom: z.enum(['true', 'false']).default('false'),
});

/** What a CSV route answers, for the OpenAPI document. */
export const csvAnswer = { 200: { description: 'CSV (RFC 4180)', content: { 'text/csv': { schema: z.string() } } } };

/** Sends items as a CSV file, as they are read. */
export function sendCsv<T>(
  reply: FastifyReply,
  file: string,
  batches: AsyncIterable<readonly T[]>,
  columns: readonly CsvColumn<T>[],
  bom: 'true' | 'false',
): FastifyReply {
  return reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', `attachment; filename="${file}"`)
    .send(csvStream(batches, columns, { bom: bom === 'true' }));
}
