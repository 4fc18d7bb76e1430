import type { SerialNumber } from '@biolistener/core';
import type { TemplateFamily } from '@biolistener/store';
import type { RosterDeps } from './deps.ts';
import { viewOf } from './terminal-view.ts';

/**
 * Some terminals send templates before they say which versions they have. Whatever has none is of the version that the terminal
 * says it has of that kind: without it, no other terminal could be given the template.
 */
export async function nameTemplates(serialNumber: SerialNumber, { store, rulesOf }: RosterDeps): Promise<void> {
  const terminal = await store.findTerminal(serialNumber);
  const known = terminal ? (rulesOf(terminal.brand)?.abilities(viewOf(terminal)).templates ?? []) : [];
  const families = known.filter((family) => family.version !== '' && isOnly(family, known));
  if (families.length > 0) await store.nameTemplates(serialNumber, families);
}

const isOnly = ({ kind, algorithm }: TemplateFamily, families: readonly TemplateFamily[]): boolean =>
  families.filter((other) => other.kind === kind && other.algorithm === algorithm).length === 1;
