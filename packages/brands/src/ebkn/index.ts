import type { Brand } from '@biolistener/wire';
import { answer } from './answer.ts';
import { decode } from './decode.ts';
import { COMMANDS, encode } from './encode.ts';
import { EBKN_ERRORS } from './errors.ts';
import { identify } from './identify.ts';
import { claimsRequest } from './request.ts';
import { roster } from './roster.ts';

/** Terminals that speak FKWeb, also called the BS SDK: EBKN, Realand, SmackBio, Biomax and others. See docs/protocols/ebkn.md. */
export const ebkn: Brand = {
  name: 'ebkn',
  title: 'EBKN / FKWeb (BS communication)',
  commands: COMMANDS,
  errors: EBKN_ERRORS,
  // one command for each poll, and the next poll comes when it is done (§4.1)
  commandsPerPoll: 1,
  isOneOutstanding: true,
  // existing servers wait 180 to 300 s (§4.6)
  answerWithinMs: 240_000,
  roster,
  keypad: [
    'Menu → Communication → Network mode: Internet (also called BS or Cloud)',
    'Menu → Communication → Server IP: {host}',
    'Menu → Communication → Server port: {port}',
    'Menu → Communication → Server address or path, where asked: / (any path will do)',
    'Menu → Communication → Device id: read it, this is the serial number here (letters and digits)',
    'Leave the menu: the terminal is silent while it is open',
  ],
  sharedKey: 'every-request',
  keepsClock: true,
  claims: claimsRequest,
  identify,
  decode,
  answer,
  encode,
};
