import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { CATALOGS, generatedFiles, root } from '../../scripts/generated.ts';

test.each(generatedFiles())('$path is what `npm run generate` writes', ({ path, content }) => {
  expect(readFileSync(join(root, path), 'utf8')).toBe(content);
});

test('every error code is told once, with a sentence on when it happens and one on what to do', () => {
  const seen = new Set<string>();
  for (const catalog of Object.values(CATALOGS)) {
    for (const [code, { when, fix }] of Object.entries(catalog)) {
      expect(code).toMatch(/^[A-Z][A-Z0-9]*_[A-Z0-9_]+$/);
      expect(seen.has(code)).toBe(false);
      seen.add(code);
      expect(when).toMatch(/^[A-Z`].{10,}[.;]?$/s);
      expect(fix).toMatch(/^[A-Z`].{5,}$/s);
    }
  }
});
