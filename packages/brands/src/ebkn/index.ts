import type { Brand } from '@biolistener/wire';
import { answer } from './answer.ts';
import { decode } from './decode.ts';
import { COMMANDS, encode } from './encode.ts';
import { EBKN_ERRORS } from './errors.ts';
import { identify } from './identify.ts';
import { claimsRequest } from './request.ts';

/** Terminals that speak FKWeb, also called the BS SDK: EBKN, Realand, SmackBio, Biomax and others. See docs/protocols/ebkn.md. */
export const ebkn: Brand = {
  name: 'ebkn',
  title: 'EBKN / FKWeb (BS communication)',
  commands: COMMANDS,
  errors: EBKN_ERRORS,
  keypad: [
    'Menu → Communication → Network mode: Internet (also called BS or Cloud)',
    'Menu → Communication → Server IP: {host}',
    'Menu → Communication → Server port: {port}',
    'Menu → Communication → Server address or path, where asked: / (any path will do)',
    'Menu → Communication → Device id: read it, this is the serial number here (letters and digits)',
    'Leave the menu: the terminal is silent while it is open',
  ],
  claims: claimsRequest,
  identify,
  decode,
  answer,
  encode,
};
