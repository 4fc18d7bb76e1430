// Writes every exchange of cases-*.ts as `<file>.http` and `<file>.expected.json` beside itself.
// Run: node test/captures/zkteco/make.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACCESS_CASES } from './cases-access.ts';
import { HANDSHAKE_CASES } from './cases-handshake.ts';
import { STRANGE_CASES, UPLOAD_CASES } from './cases-upload.ts';
import { NOW, SERIAL, type Exchange } from './exchange.ts';

export const ALL_CASES: readonly Exchange[] = [...HANDSHAKE_CASES, ...UPLOAD_CASES, ...STRANGE_CASES, ...ACCESS_CASES];

/** The text of one `.expected.json`. */
export function expectedJson({ story, expected }: Exchange): string {
  const { given, ...rest } = expected;
  const full = {
    story: { what: story, date: '2026-03-09', origin: 'synthetic, from protocols/zkteco-push.md §7; no real person' },
    given: { now: NOW, serialNumber: SERIAL, zone: 'Asia/Kolkata', status: 'approved', ...given },
    ...rest,
  };
  return `${JSON.stringify(full, null, 2)}\n`;
}

if (import.meta.main) {
  for (const exchange of ALL_CASES) {
    writeFileSync(join(import.meta.dirname, `${exchange.file}.http`), exchange.request);
    writeFileSync(join(import.meta.dirname, `${exchange.file}.expected.json`), expectedJson(exchange));
  }
}
