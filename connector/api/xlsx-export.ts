import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { WrittenColumn } from '../imports/spreadsheet/xlsx-writer.ts';

const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** What a route that answers a workbook answers, for the OpenAPI document. */
export const xlsxAnswer = { 200: { description: 'An Excel workbook', content: { [TYPE]: { schema: z.string() } } } };

/** Sends rows of texts as a workbook with one sheet; the writer is loaded when somebody wants one. */
export async function sendXlsx(
  reply: FastifyReply,
  file: string,
  sheet: { name: string; columns: readonly WrittenColumn[]; rows: Iterable<readonly string[]> },
): Promise<FastifyReply> {
  const { writeXlsx } = await import('../imports/spreadsheet/xlsx-writer.ts');
  return reply
    .type(TYPE)
    .header('content-disposition', `attachment; filename="${file}"`)
    .send(writeXlsx(sheet.name, sheet.columns, sheet.rows));
}
