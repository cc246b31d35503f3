#!/usr/bin/env node
import { ensureNode } from './start.mjs';

ensureNode();
await import('./demo/main.ts');
