// Dependencies point one way (docs/architecture.md). Each package may import what stands beside it here, and nothing else of ours.
const graph = {
  'packages/core': [],
  'packages/wire': ['packages/core'],
  'packages/brands': ['packages/core', 'packages/wire'],
  'packages/store': ['packages/core'],
  'packages/queue': ['packages/core', 'packages/store'],
  'packages/erpnext': ['packages/core', 'packages/store'],
  'packages/roster': ['packages/(core|wire|store)'],
  'packages/security': ['packages/core'],
  'packages/config': ['packages/core'],
  'packages/telemetry': ['packages/core'],
  'packages/intake': ['packages/(core|wire|store|security)'],
  'packages/pull': ['packages/(core|brands)'],
  'packages/simulator': [],
  'packages/sandbox': [],
  'packages/testing': ['packages/core', 'packages/wire'],
  'apps/listener': [
    'packages/(core|wire|brands|store|security|intake|config|telemetry)',
    'packages/roster/src/logs-proof.ts',
  ],
  'apps/worker': ['packages/(core|wire|brands|store|queue|erpnext|roster|config|telemetry|security|intake|pull)'],
  'apps/api': ['packages/(core|store|config|telemetry|erpnext|security|roster)'],
  nginx: ['packages/core'],
};

const direction = Object.entries(graph).map(([from, to]) => ({
  name: `direction-${from.replace('/', '-')}`,
  comment: `${from} imports only ${to.length === 0 ? 'nothing of ours' : to.join(', ')}`,
  severity: 'error',
  from: { path: `^${from}/src/`, pathNot: '\\.test\\.ts$' },
  to: { path: '^(packages|apps|cli|nginx|test)/', pathNot: [`^${from}/`, ...to.map((target) => `^${target}(/|$)`)] },
}));

module.exports = {
  forbidden: [
    ...direction,
    {
      name: 'pure',
      comment: 'codecs and words do no IO: no sockets, files, timers, Express, Redis',
      severity: 'error',
      from: { path: '^packages/(core|wire|brands|attendance)/src/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^(node:)?(net|http|https|fs|fs/promises|dgram|tls|child_process|worker_threads|timers|timers/promises|sqlite)$|node_modules/(express|ioredis|bullmq|axios)/',
      },
    },
    {
      name: 'brands-apart',
      comment: 'a brand does not import another brand',
      severity: 'error',
      from: { path: '^packages/brands/src/([^/]+)/' },
      to: { path: '^packages/brands/src/([^/]+)/', pathNot: '^packages/brands/src/$1/' },
    },
    {
      name: 'bullmq-in-queue',
      comment: 'only packages/queue touches BullMQ',
      severity: 'error',
      from: { path: '^(packages|apps|cli)/', pathNot: '^packages/queue/|\\.test\\.ts$' },
      to: { path: 'node_modules/bullmq/' },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: { path: '^(packages|apps|cli|nginx)/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(data|tmp|node_modules/(?!@biolistener))' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
