import pino from 'pino';

/** What our code logs to; pino behind it. Messages are short statements, particulars are fields. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Log;
  /** For callers that would gather fields for nothing. */
  isLevelEnabled(level: string): boolean;
}

/** Fields that must never be read in a log, wherever they stand. Length of the list is cheap; a leak is not. */
export const MASKED_FIELDS = [
  'password',
  'passwd',
  'secret',
  'apiSecret',
  'apiKey',
  'api_secret',
  'api_key',
  'token',
  'authorization',
  'Authorization',
  'cookie',
  'commKey',
  'key',
  'template',
  'tmp',
  'data',
  'photo',
  'body',
  'raw',
  'sealed',
  'card',
] as const;

const paths = MASKED_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

export interface LogOptions {
  readonly level: string;
  /** `json` for machines, `pretty` for a terminal. */
  readonly format: 'json' | 'pretty';
  /** Defaults to standard output. */
  readonly destination?: pino.DestinationStream;
}

/** URLs and headers get into error texts; what looks like a credential in a string is blanked too. */
const CREDENTIAL = /(token |Basic |Bearer |api_secret=|api_key=|:\/\/[^/\s:@]+:)[^\s@&"']+/g;
export const blankCredentials = (text: string): string => text.replace(CREDENTIAL, '$1[masked]');

export function openLog(options: LogOptions): Log {
  const settings: pino.LoggerOptions = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths, censor: '[masked]' },
    serializers: { error: serializeError },
    formatters: { level: (label) => ({ level: label }) },
  };
  if (options.format === 'pretty' && !options.destination) {
    const transport = {
      target: 'pino-pretty',
      options: { colorize: process.stdout.isTTY, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' },
    };
    return pino({ ...settings, formatters: {} }, whileItLasts(pino.transport(transport)));
  }
  return pino(settings, options.destination ?? whileItLasts(pino.destination(1)));
}

/** Where a log goes may go away: a pipe nobody reads, a closed window. Then lines are lost, and nothing else. */
function whileItLasts(sink: pino.DestinationStream & NodeJS.EventEmitter): pino.DestinationStream {
  let isGone = false;
  sink.on('error', () => (isGone = true));
  return {
    write: (line) => {
      if (!isGone) sink.write(line);
    },
  };
}

/** Type, code and message; no stack and no request object, which would carry keys. */
export function serializeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: blankCredentials(String(error)) };
  const code = 'code' in error ? { code: String(error.code) } : {};
  return { type: error.name, ...code, message: blankCredentials(error.message) };
}

export const silentLog: Log = pino({ level: 'silent' });
