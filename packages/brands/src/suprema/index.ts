import type { Brand, WireOutput } from '@biolistener/wire';
import { decode } from './decode.ts';
import { COMMANDS, encode } from './encode.ts';
import { SUPREMA_ERRORS } from './errors.ts';
import { claims, identify } from './identify.ts';
import { roster } from './roster.ts';

/** There is nobody to answer: we asked. */
const answer = (): WireOutput => ({ status: 204, headers: [], body: new Uint8Array(0) });

/** Devices of a BioStar 2 or BioStar X server, which is asked over its own API. See docs/protocols/suprema.md. */
export const suprema: Brand = {
  name: 'suprema',
  title: 'Suprema (through a BioStar 2 server)',
  commands: COMMANDS,
  errors: SUPREMA_ERRORS,
  isPulled: true,
  // the server is asked for one device after the other, and a person may have to come to it
  commandsPerPoll: 1,
  isOneOutstanding: true,
  answerWithinMs: 60_000,
  roster,
  keypad: [
    'Nothing at the device: it stays with its BioStar server',
    'BioStar → Settings → Account: an operator of its own for this service, with simultaneous access allowed',
    'Here: npx biolistener suprema connect --url https://SERVER',
  ],
  claims,
  identify,
  decode,
  answer,
  encode,
};
