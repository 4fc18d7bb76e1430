import { isZone } from '@biolistener/core';
import type { Settings } from '@biolistener/config';
import type { Store, TerminalListing } from '@biolistener/store';
import { ago, counted, printable } from '../output.ts';
import { listTerminals } from '../services/terminals.ts';
import { DRIFT_SECONDS, driftText, shellWord } from '../views/device.ts';
import { at, type Finding } from './finding.ts';

/** Terminals poll every minute or so; after this long people should hear of it. */
const SILENT_MS = 60 * 60_000;

export async function lookAtTerminals(store: Store, settings: Settings, now: number): Promise<Finding[]> {
  const hop = at('terminals');
  const all = await listTerminals(store);
  const of = (status: TerminalListing['status']): TerminalListing[] => all.filter((one) => one.status === status);
  const [approved, pending] = [of('approved'), of('pending')];
  if (all.length === 0)
    return [
      hop.warn(
        'none has called yet',
        `Type the address of this machine and port ${settings.publicPort} into one; \`biolistener up\` prints how.`,
      ),
    ];
  return [
    approved.length > 0
      ? hop.ok(`${counted(approved.length, 'terminal')} approved`)
      : hop.warn(
          'none is approved',
          pending.length > 0 ? undefined : 'biolistener device approve <serial> --zone <zone>',
        ),
    ...pendingFinding(pending),
    ...silentFinding(approved, now),
    ...driftFinding(approved),
    ...zoneFinding(approved),
  ];
}

const names = (terminals: readonly TerminalListing[], word: (one: TerminalListing) => string): string => {
  const shown = terminals.slice(0, 5).map((one) => printable(word(one)));
  return `${shown.join(', ')}${terminals.length > 5 ? ` and ${terminals.length - 5} more` : ''}`;
};

function pendingFinding(pending: readonly TerminalListing[]): Finding[] {
  const [first] = pending;
  if (!first) return [];
  const kept = pending.reduce((sum, one) => sum + one.quarantined, 0);
  const message = `${counted(pending.length, 'terminal waits', 'terminals wait')} for approval, with ${counted(kept, 'request')} in quarantine: ${names(pending, (one) => one.serialNumber)}`;
  return [
    at('terminals').warn(
      message,
      `Approve or block: biolistener device approve ${shellWord(first.serialNumber)} --zone <zone>`,
    ),
  ];
}

function silentFinding(approved: readonly TerminalListing[], now: number): Finding[] {
  const silent = approved.filter((one) => now - one.lastContactAt > SILENT_MS);
  if (silent.length === 0) return [];
  const message = `silent: ${names(silent, (one) => `${one.name ?? one.serialNumber} (${ago(one.lastContactAt, now)})`)}`;
  return [
    at('terminals').warn(
      message,
      'Check power, network, and the server address in the terminal. They keep their punches meanwhile.',
    ),
  ];
}

function driftFinding(approved: readonly TerminalListing[]): Finding[] {
  const wrong = approved.filter((one) => Math.abs(one.clockDriftSeconds ?? 0) > DRIFT_SECONDS);
  if (wrong.length === 0) return [];
  const message = `clocks are wrong: ${names(wrong, (one) => `${one.name ?? one.serialNumber} (${driftText(one.clockDriftSeconds) ?? ''})`)}`;
  return [
    at('terminals').warn(
      message,
      'Set the clock at the terminal; a whole number of hours means that its time zone is wrong here.',
    ),
  ];
}

function zoneFinding(approved: readonly TerminalListing[]): Finding[] {
  const without = approved.filter((one) => one.zone === undefined || !isZone(one.zone));
  const [first] = without;
  if (!first) return [];
  const message = `without a time zone, so nothing of them is taken: ${names(without, (one) => one.serialNumber)}`;
  return [at('terminals').bad(message, `biolistener device set ${shellWord(first.serialNumber)} --zone <zone>`)];
}
