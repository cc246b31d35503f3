// Gives one source, leaves a process behind that holds the pipe, and hangs, deaf to SIGTERM.
import { spawn } from 'node:child_process';

process.on('SIGTERM', () => undefined);
process.stdout.write('{"source":"mem","value":{"total":4294967296}}\n');
const left = spawn('sleep', ['600'], { stdio: ['ignore', 'inherit', 'ignore'] });
process.stdout.write(`{"source":"left","value":${left.pid}}\n`);
setInterval(() => undefined, 1000);
