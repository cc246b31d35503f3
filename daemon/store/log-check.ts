import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The form of LevelDB's log (doc/log_format.md of LevelDB): blocks of records, each with checksum, length and type. */
const BLOCK = 32_768;
const HEADER = 7;

/**
 * How many bytes of the store's logs are damaged with good records behind them. LevelDB leaves such records out without
 * a word when it opens. What breaks off at the end does not count: that is how the last write before a power cut looks.
 */
export async function damagedLogBytes(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  let damaged = 0;
  for (const name of names) {
    // 4 MB at most, which is when LevelDB writes a table of it.
    if (/^\d+\.log$/.test(name)) damaged += damageIn(await readFile(join(folder, name)));
  }
  return damaged;
}

function damageIn(log: Buffer): number {
  let damaged = 0;
  let suspected = 0;
  for (let start = 0; start < log.length; start += BLOCK) {
    const block = log.subarray(start, start + BLOCK);
    let at = 0;
    while (at + HEADER <= block.length) {
      const end = at + HEADER + block.readUInt16LE(at + 4);
      if (!isRecord(block, at, end)) {
        // The length cannot be trusted, so LevelDB gives up the rest of the block, and so do we.
        suspected += block.length - at;
        break;
      }
      damaged += suspected;
      suspected = 0;
      at = end;
    }
  }
  return damaged;
}

function isRecord(block: Buffer, at: number, end: number): boolean {
  const type = block[at + 6];
  if (type === undefined || type < 1 || type > 4 || end > block.length) return false;
  return masked(crc32c(block.subarray(at + 6, end))) === block.readUInt32LE(at);
}

/** LevelDB stores checksums turned and moved, since a checksum of checksums is a weak one. */
const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** CRC-32C (RFC 3720 appendix B.4); Node has only the other CRC-32. */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}
