import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** Files below this size are not worth a second form, in bytes. */
const SMALL = 1024;

/** Lays each built text beside itself as .br and .gz, so that no server compresses anything while somebody waits. */
export const compressed = (folder: string) => ({
  name: 'compressed',
  apply: 'build' as const,
  async closeBundle() {
    const files = await readdir(folder, { recursive: true });
    await Promise.all(
      files
        .filter((file) => /\.(js|css|svg|html)$/.test(file))
        .map(async (file) => {
          const path = join(folder, file);
          const content = await readFile(path);
          if (content.length < SMALL) return;
          const params = { [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
          await Promise.all([
            promisify(brotliCompress)(content, { params }).then((small) => writeFile(`${path}.br`, small)),
            promisify(gzip)(content, { level: 9 }).then((small) => writeFile(`${path}.gz`, small)),
          ]);
        }),
    );
  },
});
