import type { ParkedItem } from '@biolistener/store';
import { CommandFailure, EXIT } from '../exit-codes.ts';
import { nearest } from '../parse/nearest.ts';
import { fixOf } from '../services/catalogs.ts';
import { isParkReason, PARK_REASONS } from '../views/reasons.ts';

const REASONS = Object.keys(PARK_REASONS);

/** Of a punch, of a catalogue, or of a piece that an older version parked. Errors: usage (2), naming those that there are. */
export async function checkReason(
  reason: string | undefined,
  pieces: () => Promise<readonly ParkedItem[]>,
): Promise<void> {
  if (reason === undefined || isParkReason(reason) || (await fixOf(reason)) !== undefined) return;
  const codes = [...new Set((await pieces()).map((piece) => piece.reason))].toSorted();
  if (codes.includes(reason)) return;
  const [meant] = nearest(reason, [...REASONS, ...codes]);
  const parked = codes.length === 0 ? '' : ` (parked now: ${codes.join(', ')})`;
  throw new CommandFailure(
    `no reason is called ${JSON.stringify(reason)}`,
    EXIT.usage,
    `${meant === undefined ? '' : `Did you mean ${meant}? `}It is one of ${REASONS.join(', ')}, or the code of a piece${parked}.`,
  );
}
