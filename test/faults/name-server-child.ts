/** A name server that knows one name (RFC 1035 section 4.1): `node name-server-child.ts NAME ADDRESS`. */
import { createSocket } from 'node:dgram';

const [name = '', address = ''] = process.argv.slice(2);
const TYPE_A = 1;
const NAME_ERROR = 3;
const HEADER = 12;

const server = createSocket('udp4');
server.on('message', (query, { port, address: asker }) => {
  const labels: string[] = [];
  let at = HEADER;
  for (let length = query[at] ?? 0; length > 0 && at < query.length; length = query[at] ?? 0) {
    labels.push(query.toString('ascii', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const question = query.subarray(HEADER, at + 5);
  const known = labels.join('.').toLowerCase() === name;
  const isAsked = known && query.readUInt16BE(at + 1) === TYPE_A;
  const header = Buffer.alloc(HEADER);
  query.copy(header, 0, 0, 2);
  // An answer, recursion wanted and there.
  header.writeUInt16BE(0x8180 | (known ? 0 : NAME_ERROR), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(isAsked ? 1 : 0, 6);
  // The name as a pointer to the question, type, class, seconds to live, length.
  const record = Buffer.from([0xc0, HEADER, 0, TYPE_A, 0, 1, 0, 0, 0, 1, 0, 4, ...address.split('.').map(Number)]);
  server.send(Buffer.concat(isAsked ? [header, question, record] : [header, question]), port, asker);
});
server.bind(53, '0.0.0.0', () => process.stdout.write('ready\n'));
