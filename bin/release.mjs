#!/usr/bin/env node
import { ensureNode } from './start.mjs';

ensureNode();
const { release } = await import('./release/main.ts');
process.exitCode = await release(process.argv.slice(2), (text) => void process.stdout.write(text));
