import { asPin, asSerialNumber } from '@biolistener/core';
import type { Person, Store, StoredCommand, TerminalListing } from '@biolistener/store';
import { apiError } from '../../errors.ts';

/** Errors: API_TERMINAL_UNKNOWN. */
export async function getTerminal(store: Store, serialNumber: string): Promise<TerminalListing> {
  const terminal = await store.findTerminal(asSerialNumber(serialNumber));
  if (terminal) return terminal;
  throw apiError('API_TERMINAL_UNKNOWN', `no terminal ${serialNumber.slice(0, 64)} is known`);
}

/** The active person of a PIN. Errors: API_PERSON_UNKNOWN. */
export async function getPerson(store: Store, pin: string): Promise<Person> {
  const person = await store.findPerson(asPin(pin));
  if (person) return person;
  throw apiError('API_PERSON_UNKNOWN', `nobody is known under the PIN ${pin.slice(0, 64)}`);
}

/** Errors: API_COMMAND_UNKNOWN. */
export async function getCommand(store: Store, id: string): Promise<StoredCommand> {
  const command = /^\d{1,16}$/.test(id) ? await store.findCommand(id) : undefined;
  if (command) return command;
  throw apiError('API_COMMAND_UNKNOWN', `there is no command ${id.slice(0, 64)}`);
}
