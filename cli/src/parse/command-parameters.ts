import type { JsonObject } from '@biolistener/core';
import { ASKED_KINDS, isAskedKind, type AskedKind } from '@biolistener/api/work';
import { CommandFailure, EXIT } from '../exit-codes.ts';
import { nearest } from './nearest.ts';
import { parsePin } from './person-options.ts';

export interface ParameterOptions {
  readonly pin?: string;
  readonly from?: string;
  readonly to?: string;
  readonly what?: string;
  readonly template?: string;
  readonly no?: string;
  readonly overwrite?: boolean;
  readonly card?: string;
  readonly text?: string;
}

type Word = keyof ParameterOptions;

/** Which options each kind takes; `!` marks those that it needs. */
const WORDS: Readonly<Record<AskedKind, readonly (Word | `${Word}!`)[]>> = {
  'user.delete': ['pin!'],
  'user.query': ['pin'],
  'template.query': ['pin', 'template!', 'no'],
  'enrol.start': ['pin!', 'template!', 'no', 'overwrite', 'card'],
  'logs.query': ['from!', 'to!', 'what'],
  'logs.clear': ['what'],
  'clock.set': [],
  restart: [],
  info: [],
  'door.open': [],
  check: [],
  raw: ['text!'],
};

/** Errors: usage (2) with kinds that look like it. */
export function parseKind(text: string): AskedKind {
  if (isAskedKind(text)) return text;
  const near = nearest(text, ASKED_KINDS, 3);
  const advice = near.length > 0 ? `Did you mean ${near.join(', ')}?` : `There are ${ASKED_KINDS.join(', ')}.`;
  throw new CommandFailure(`nothing is called ${JSON.stringify(text.slice(0, 40))}`, EXIT.usage, advice);
}

/** Errors: usage (2) for what is missing or belongs to another kind. */
export function parseParameters(kind: AskedKind, options: ParameterOptions): JsonObject {
  const known = WORDS[kind].map((word) => word.replace('!', ''));
  const needed = WORDS[kind].flatMap((word) => (word.endsWith('!') ? [word.slice(0, -1)] : []));
  const given = GIVABLE.filter((word) => options[word] !== undefined);
  const foreign = given.find((word) => !known.includes(word));
  if (foreign !== undefined) throw new CommandFailure(`${kind} takes no --${foreign}`, EXIT.usage);
  const missing = needed.find((word) => !given.some((one) => one === word));
  if (missing !== undefined) throw new CommandFailure(`${kind} needs --${missing}`, EXIT.usage);
  return parametersOf(kind, options);
}

const GIVABLE = ['pin', 'from', 'to', 'what', 'template', 'no', 'overwrite', 'card', 'text'] as const;

function parametersOf(kind: AskedKind, options: ParameterOptions): JsonObject {
  const { pin, from, to, what, template, no, overwrite, card, text } = options;
  return {
    ...(pin === undefined ? {} : { pin: parsePin(pin) }),
    ...(from === undefined ? {} : { from: wallTime('--from', from, '00:00:00') }),
    ...(to === undefined ? {} : { to: wallTime('--to', to, '23:59:59') }),
    ...(what !== undefined || kind === 'logs.clear' ? { what: logsOf(what ?? 'attendance') } : {}),
    ...(template === undefined ? {} : { kind: template }),
    ...(no === undefined ? {} : { no: numberOf(no) }),
    ...(overwrite === true ? { overwrite } : {}),
    ...(card === undefined ? {} : { card }),
    ...(text === undefined ? {} : { text, confirmed: true }),
  };
}

/** A wall time of the terminal; a day alone means its begin or end. */
function wallTime(option: string, text: string, rest: string): string {
  const [, day, time] = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}:\d{2}))?$/.exec(text) ?? [];
  if (day !== undefined) return `${day} ${time ?? rest}`;
  throw new CommandFailure(
    `${option} must be a wall time of the terminal, not ${JSON.stringify(text.slice(0, 40))}`,
    EXIT.usage,
    'Write 2026-03-09 or "2026-03-09 08:30:00".',
  );
}

function logsOf(what: string): string {
  if (what === 'attendance' || what === 'photos') return what;
  throw new CommandFailure('--what must be attendance or photos', EXIT.usage);
}

function numberOf(text: string): number {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  throw new CommandFailure('--no must be a whole number from 0 to 99', EXIT.usage);
}
