import { asSerialNumber } from '@biolistener/core';
import type { Store, TerminalListing } from '@biolistener/store';
import { CommandFailure, EXIT } from '../exit-codes.ts';
import { printable } from '../output.ts';
import { nearest } from '../parse/nearest.ts';

export const listTerminals = (store: Store): Promise<TerminalListing[]> => store.listTerminals({});

/** Errors: not found (3), naming the known serial numbers that look most like it. */
export async function getTerminal(store: Store, serialNumber: string): Promise<TerminalListing> {
  const terminal = await findTerminal(store, serialNumber);
  if (terminal) return terminal;
  throw await noTerminal(store, serialNumber);
}

export const findTerminal = (store: Store, serialNumber: string): Promise<TerminalListing | undefined> =>
  store.findTerminal(asSerialNumber(serialNumber));

export async function noTerminal(store: Store, serialNumber: string, more?: string): Promise<CommandFailure> {
  const known = (await listTerminals(store)).map((terminal) => terminal.serialNumber);
  const near = nearest(serialNumber, known).map(printable);
  const advice = [
    near.length > 0 ? `Known and similar: ${near.join(', ')}.` : '`biolistener device list` shows those that called.',
    ...(more === undefined ? [] : [more]),
  ];
  return new CommandFailure(`no terminal ${printable(serialNumber)} is known`, EXIT.notFound, advice.join('\n'));
}
