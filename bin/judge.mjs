#!/usr/bin/env node
// Started by the launcher beside a new version; nobody types this.
const { judge } = await import('./launch/judge.ts');
await judge(JSON.parse(process.argv[2] ?? '{}'), process.env);
