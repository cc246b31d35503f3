#!/usr/bin/env node
import { ensureNode } from './start.mjs';

ensureNode();
// Whoever reads has read enough, as `demarc logs | head` does.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
const { runCli } = await import('./cli/main.ts');
process.exitCode = await runCli({
  args: process.argv.slice(2),
  env: process.env,
  write: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
  interactive: process.stdout.isTTY,
});
