// The floors of the house (docs/architecture.md): a folder imports only from lower floors.
const floor = (from, allowed) => ({
  name: `floor-${from}`,
  comment: `${from}/ may import only ${allowed.join(', ') || 'nothing of ours'}`,
  severity: 'error',
  from: { path: `^${from}/` },
  to: {
    path: '^(contract|config|pbx-adapters|inventory|sip-trunks|tunnel|daemon|connector|web|bin|test)/',
    pathNot: `^(${[from, ...allowed].join('|')})/`,
  },
});

const middle = ['contract', 'config'];
export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
    { name: 'not-resolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^node:' } },
    {
      name: 'no-dev-deps-in-product',
      severity: 'error',
      from: { pathNot: '^(test|web|bin/demo|vite|vitest)' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: 'node_modules/@types/' },
    },
    floor('contract', []),
    floor('config', ['contract']),
    floor('pbx-adapters', [...middle, 'sip-trunks']),
    floor('inventory', middle),
    floor('sip-trunks', middle),
    floor('tunnel', middle),
    floor('daemon', [...middle, 'pbx-adapters', 'inventory', 'sip-trunks', 'tunnel']),
    floor('connector', [...middle, 'tunnel', 'inventory']),
    floor('web', ['contract']),
    {
      name: 'product-never-imports-tests',
      severity: 'error',
      from: { pathNot: '^(test|bin/demo)' },
      to: { path: '^test/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
