import type { Brand } from '@biolistener/wire';
import { COMMANDS } from './abilities.ts';
import { decode } from './decode.ts';
import { encode } from './encode.ts';
import { zkTcpErrors } from './errors.ts';
import { roster } from './roster.ts';
import { claims, identify } from './table-input.ts';

/**
 * Standalone ZK terminals that are called on port 4370, by TCP or UDP. They send no request: the worker reads them, and brings
 * what it read here as inputs of the form of `tableInput`. See docs/protocols/zk-tcp.md.
 */
export const zkTcp: Brand = {
  name: 'zk-tcp',
  isPulled: true,
  title: 'ZK standalone terminals that are called (port 4370)',
  commands: COMMANDS,
  errors: zkTcpErrors,
  // one conversation after the other, on the one connection that a terminal has room for (§8.3)
  commandsPerPoll: 1,
  isOneOutstanding: true,
  // longer than the longest step of a conversation (§8.2)
  answerWithinMs: 180_000,
  roster,
  keypad: [
    'Menu → COMM. → Ethernet: give the terminal a fixed address',
    'Menu → COMM. → PC Connection: TCP COMM. Port 4370, and a Comm Key of your own',
    'On the machine of the service: npx biolistener device add <address> --key-file <file with the key>',
  ],
  claims,
  identify,
  decode,
  // nobody asks over HTTP in this brand's words
  answer: () => ({ status: 404, headers: [], body: new Uint8Array(0) }),
  encode,
};
