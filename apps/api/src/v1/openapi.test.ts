import { describe, expect, test } from '@jest/globals';
import type { Router } from 'express';
import { PERMISSIONS } from '@biolistener/security';
import { silentLog } from '@biolistener/telemetry';
import { openApiDocument } from './openapi.ts';
import { v1Router, type V1Deps } from './router.ts';
import { ROUTES } from './routes/index.ts';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, unknown>>;
}
const { paths } = openApiDocument() as { paths: Record<string, Record<string, Operation>> };
const documented = Object.entries(paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => `${method} ${path}`),
);

/** What Express really answers, read off the router itself. */
function mounted(router: Router): string[] {
  return router.stack.flatMap(({ route }) =>
    route === undefined ? [] : route.stack.map(({ method }) => `${method} ${route.path.replaceAll(/:(\w+)/g, '{$1}')}`),
  );
}

test('the document has every route that is mounted, and no other', () => {
  const deps = { log: silentLog, now: () => 0, store: {} } as unknown as V1Deps; // nothing is called
  const served = new Set(mounted(v1Router(deps)));
  served.delete('get /openapi.json'); // needs no token and describes itself
  expect([...served].toSorted()).toEqual(documented.toSorted());
});

test('ids are unique', () => {
  expect(new Set(ROUTES.map(({ id }) => id)).size).toBe(ROUTES.length);
});

describe.each(ROUTES.map((one) => [one.id, one] as const))('%s', (_, one) => {
  const operation = paths[one.path]?.[one.method];

  test('has a permission, a summary, replies, and its path parameters', () => {
    expect(PERMISSIONS).toContain(one.permission);
    expect(one.summary.length).toBeGreaterThan(10);
    expect(Object.keys(operation?.responses ?? {})).toEqual([String(one.status ?? 200), 'default']);
    const named = [...one.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const inPath = (operation?.parameters ?? []).filter((each) => each.in === 'path').map(({ name }) => name);
    expect(inPath).toEqual(named);
  });

  test('only looks with GET', () => {
    if (one.method === 'get') expect(one.permission).toBe('read');
  });
});
