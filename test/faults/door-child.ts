/** Joins a socket in the file system with a port of the network that this process is in: `node door-child.ts SOCKET PORT`. */
import { connect, createServer } from 'node:net';

const [socket = '', port = ''] = process.argv.slice(2);
createServer((near) => {
  const far = connect(Number(port), '127.0.0.1');
  near.pipe(far).pipe(near);
  near.on('error', () => far.destroy());
  far.on('error', () => near.destroy());
  near.on('close', () => far.destroy());
  far.on('close', () => near.destroy());
}).listen(socket, () => process.stdout.write('open\n'));
