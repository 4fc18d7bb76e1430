import { digestOf } from '@biolistener/core';
import { parseSettings, type Settings } from './settings.ts';

// The head of a file of ours: a sentence for people, the settings for `status`, a digest for `disable`.

const FIRST = '# Written by biolistener. Change it with `biolistener enable`, remove it with `biolistener disable`.';
const SETTINGS = '# Settings: ';
const DIGEST = '# Digest: ';

/** Puts the head before a rendered block. The digest covers all that follows it and the settings. */
export function stampOf(settings: Settings, block: string): string {
  const covered = `${SETTINGS}${JSON.stringify(flat(settings))}\n${block}`;
  return `${FIRST}\n${DIGEST}${digestOf(covered)}\n${covered}`;
}

/** What stands in a file at our place: `ours`, changed since (`edited`), or somebody else's (`foreign`). */
export type Origin =
  { readonly kind: 'ours' | 'edited'; readonly settings: Settings | undefined } | { readonly kind: 'foreign' };

export function originOf(content: string): Origin {
  const [first, digest = '', line = ''] = content.split('\n', 3);
  if (first !== FIRST || !digest.startsWith(DIGEST)) return { kind: 'foreign' };
  const covered = content.slice(FIRST.length + digest.length + 2);
  const isIntact = digestOf(covered) === digest.slice(DIGEST.length);
  return { kind: isIntact ? 'ours' : 'edited', settings: settingsIn(line) };
}

function settingsIn(line: string): Settings | undefined {
  if (!line.startsWith(SETTINGS)) return undefined;
  try {
    const parsed: unknown = JSON.parse(line.slice(SETTINGS.length));
    return typeof parsed === 'object' && parsed !== null ? parseSettings(parsed) : undefined;
  } catch {
    return undefined; // a person edited the line: the file counts as edited, and its settings as not known
  }
}

/** Settings in the shape of options, so that the same parser reads them back. Absent values leave no trace. */
function flat(settings: Settings): Record<string, unknown> {
  const { tls, rate, ...rest } = settings;
  return {
    ...rest,
    ...(tls && { certificate: tls.certificate, key: tls.key, tlsOld: tls.old, plainPort: tls.plainPort }),
    ...(rate && { requestsPerSecond: rate.perSecond, burst: rate.burst, connections: rate.connections }),
  };
}
