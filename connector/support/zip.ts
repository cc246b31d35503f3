/** Zip files (PKWARE APPNOTE 6.3.10) of members that are stored as they are: logs and traces are packed already. */
import { crc32 } from 'node:zlib';

/** A member; its bytes are read twice, as their checksum stands before them. */
export interface ZipMember {
  name: string;
  bytes: number;
  modified: Date;
  read(): AsyncIterable<unknown>;
}

/** Names are UTF-8 (general purpose bit 11). */
const FLAGS = 0x0800;
const VERSION = 20;
/** Where the form without its 64-bit extension ends. */
const LIMIT = 0xffff_ffff;

/** MS-DOS date and time, in UTC: the format knows no zone. */
function dosTime(at: Date): [time: number, date: number] {
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  const date = ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  return [time, date];
}

/** What the local header and the entry of the directory have alike, from the version on. */
function common(member: ZipMember, crc: number): Buffer {
  const [time, date] = dosTime(member.modified);
  const part = Buffer.alloc(26);
  part.writeUInt16LE(VERSION, 0);
  part.writeUInt16LE(FLAGS, 2);
  part.writeUInt16LE(0, 4);
  part.writeUInt16LE(time, 6);
  part.writeUInt16LE(date, 8);
  part.writeUInt32LE(crc, 10);
  part.writeUInt32LE(member.bytes, 14);
  part.writeUInt32LE(member.bytes, 18);
  part.writeUInt16LE(Buffer.byteLength(member.name), 22);
  return part;
}

const word = (...bytes: number[]) => Buffer.from([0x50, 0x4b, ...bytes]);

async function* chunksOf(member: ZipMember): AsyncGenerator<Buffer> {
  for await (const chunk of member.read()) yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
}

/** Streams the file at its reader's pace. @throws Error when it would be larger than 4 GiB, or a member changes meanwhile */
export async function* zip(members: readonly ZipMember[]): AsyncGenerator<Buffer> {
  const directory: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    if (offset + member.bytes > LIMIT) throw new Error('more than 4 GiB do not fit into this form of a zip file');
    let crc = 0;
    for await (const chunk of chunksOf(member)) crc = crc32(chunk, crc);
    const name = Buffer.from(member.name);
    const head = common(member, crc);
    const entry = Buffer.alloc(14);
    // A plain file that its owner may write, as Unix has it: without that it would be unpacked unreadable.
    entry.writeUInt32LE((0o100644 << 16) >>> 0, 6);
    entry.writeUInt32LE(offset, 10);
    directory.push(word(1, 2), Buffer.from([VERSION, 3]), head, entry, name);
    yield Buffer.concat([word(3, 4), head, name]);
    let sent = 0;
    for await (const chunk of chunksOf(member)) {
      sent += chunk.length;
      yield chunk;
    }
    if (sent !== member.bytes) throw new Error(`${member.name} has changed while it was read`);
    offset += 30 + name.length + member.bytes;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(members.length, 4);
  end.writeUInt16LE(members.length, 6);
  end.writeUInt32LE(entries.length, 8);
  end.writeUInt32LE(offset, 12);
  yield Buffer.concat([entries, word(5, 6), end]);
}
