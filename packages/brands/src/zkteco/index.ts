import { COMMAND_KINDS } from '@biolistener/core';
import type { Brand } from '@biolistener/wire';
import { answer } from './answer.ts';
import { fitsBatch } from './command-batch.ts';
import { SEC_LACKS } from './command-words.ts';
import { decode } from './decode.ts';
import { encode } from './encode.ts';
import { zktecoErrors } from './errors.ts';
import { identify } from './identify.ts';
import { roster } from './roster.ts';
import { join, split } from './split.ts';
import { hasIclockPath } from './target.ts';

export { zktecoErrors, type ZkReason } from './errors.ts';
export { BATCH_BYTES, BATCH_COMMANDS, fitsBatch } from './command-batch.ts';

/** ZKTeco PUSH ("ADMS", "iclock"): terminals that post to `/iclock/…` and poll for commands. See docs/protocols/zkteco.md. */
export const zkteco: Brand = {
  name: 'zkteco',
  title: 'ZKTeco push (ADMS): ZKTeco, eSSL, Ronald Jack and other re-brands',
  commands: COMMAND_KINDS,
  families: [{ name: 'access control', cannot: [...SEC_LACKS] }],
  errors: zktecoErrors,
  // far below the 200 of the vendor's server; what a reply can hold is limited by bytes as well, see `fitsBatch`
  commandsPerPoll: 20,
  fitsReply: fitsBatch,
  // the default of the document; encoders say where a command takes longer (§4.2)
  answerWithinMs: 120_000,
  roster,
  keypad: [
    'Menu → COMM. → Cloud Server Setting (older: ADMS, or Web Server)',
    'Server mode: ADMS',
    'Enable domain name: ON for a host name, OFF for an IP address',
    'Server address: {host}',
    'Server port: {port}',
    'Enable proxy server: OFF',
    'HTTPS: OFF, unless the proxy in front serves it',
    'Leave the menu; restart the terminal if the cloud sign does not appear within a minute',
  ],
  sharedKey: 'greeting',
  keepsClock: true,
  claims: (head) => hasIclockPath(head.target),
  identify,
  split,
  join,
  decode,
  answer,
  encode,
};
