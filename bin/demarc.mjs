#!/usr/bin/env node
import { ensureNode } from './start.mjs';

ensureNode();
const { runCli } = await import('./cli/main.ts');
process.exitCode = await runCli({
  args: process.argv.slice(2),
  env: process.env,
  write: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
  interactive: process.stdout.isTTY,
});
