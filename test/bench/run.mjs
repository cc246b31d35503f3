#!/usr/bin/env node
// `npm run bench -- NAME`
import { ensureNode } from '../../bin/start.mjs';

ensureNode();
const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
process.exit();
