import type { Terminal } from '@biolistener/core';
import type { TerminalView } from '@biolistener/wire';

/** What codecs and rules know of a terminal: a terminal is one already, they only see less of it. */
export const viewOf = (terminal: Terminal): TerminalView => terminal;
