import { isZone, keyOfText } from '@biolistener/core';
import { z } from 'zod';
import { isAddressOrNetwork } from './addresses.ts';

/** One setting: its name outside, what it may be, and a sentence on what it does. */
export interface SettingSpec<S extends z.ZodType> {
  /** Environment variable and key in the settings file. The first is ours; the others are accepted too. */
  readonly names: readonly [string, ...string[]];
  readonly schema: S;
  readonly doc: string;
  /** Shown as asterisks, and readable from a file through `<NAME>_FILE`. */
  readonly isSecret?: boolean;
}

const setting = <S extends z.ZodType>(spec: SettingSpec<S>): SettingSpec<S> => spec;

const port = (standard: number) =>
  z.coerce
    .number<string>('a whole number from 1 to 65535')
    .int('a whole number from 1 to 65535')
    .min(1, 'a whole number from 1 to 65535')
    .max(65_535, 'a whole number from 1 to 65535')
    .default(standard);
const count = (standard: number, min: number, max: number) => {
  const words = `a whole number from ${min} to ${max}`;
  return z.coerce.number<string>(words).int(words).min(min, words).max(max, words).default(standard);
};
const flag = (standard: boolean) =>
  z
    .enum(['yes', 'no', 'true', 'false', '1', '0'], 'yes or no')
    .transform((text) => ['yes', 'true', '1'].includes(text))
    .default(standard);
const url = (protocols: string[]) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`,
    )
    .optional();
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

/**
 * Every setting that is fixed at start, in the order of the example file. Names are documented in docs/settings.md and
 * biolistener.env.example, which are written from this table.
 */
export const SETTINGS = {
  dataDir: setting({
    names: ['BIOLISTENER_DATA_DIR'],
    schema: z.string().min(1, 'a folder').default('./data'),
    doc: 'Folder of the store, the key file, the private Redis and the private nginx.',
  }),
  timeZone: setting({
    names: ['BIOLISTENER_TIME_ZONE'],
    schema: z
      .string()
      .refine(isZone, 'an IANA zone such as Asia/Kolkata')
      .default(Intl.DateTimeFormat().resolvedOptions().timeZone),
    doc: 'Zone given to a terminal when it is approved without one. The default is the zone of this machine.',
  }),
  publicPort: setting({
    names: ['BIOLISTENER_PORT'],
    schema: port(8998),
    doc: 'Where terminals connect: the port of the private nginx.',
  }),
  publicHost: setting({
    names: ['BIOLISTENER_PUBLIC_HOST'],
    schema: z.string().optional(),
    doc: 'Address that people type into terminals, when it is not the address of this machine.',
  }),
  listenerHost: setting({
    names: ['BIOLISTENER_LISTENER_HOST'],
    schema: z.string().default('127.0.0.1'),
    doc: 'Address on which the listener waits behind nginx.',
  }),
  listenerPort: setting({
    names: ['BIOLISTENER_LISTENER_PORT'],
    schema: port(8990),
    doc: 'Port of the listener behind nginx.',
  }),
  trustedProxies: setting({
    names: ['BIOLISTENER_TRUSTED_PROXIES'],
    schema: list
      .refine(
        (items) => items.every(isAddressOrNetwork),
        'IP addresses or networks such as 10.1.0.0/16, separated by commas',
      )
      .default(['127.0.0.1', '::1']),
    doc: 'Addresses or networks (10.1.0.0/16) whose word on the address of a terminal is believed, separated by commas: those of nginx.',
  }),
  apiHost: setting({
    names: ['BIOLISTENER_API_HOST'],
    schema: z.string().default('127.0.0.1'),
    doc: 'Address of the status page, health and metrics. 0.0.0.0 opens them to the network.',
  }),
  apiPort: setting({
    names: ['BIOLISTENER_API_PORT'],
    schema: port(8999),
    doc: 'Port of the status page, health and metrics.',
  }),
  listenerOpsPort: setting({
    names: ['BIOLISTENER_LISTENER_OPS_PORT'],
    schema: port(8991),
    doc: 'Port of health and metrics of a listener that runs by itself.',
  }),
  workerOpsPort: setting({
    names: ['BIOLISTENER_WORKER_OPS_PORT'],
    schema: port(8992),
    doc: 'Port of health and metrics of a worker that runs by itself.',
  }),
  redisUrl: setting({
    names: ['BIOLISTENER_REDIS_URL', 'REDIS_URL'],
    schema: url(['redis:', 'rediss:']),
    doc: 'Redis to use instead of the private one.',
    isSecret: true,
  }),
  redisPort: setting({ names: ['BIOLISTENER_REDIS_PORT'], schema: port(8996), doc: 'Port of the private Redis.' }),
  erpnextUrl: setting({
    names: ['BIOLISTENER_ERPNEXT_URL', 'ERPNEXT_URL'],
    schema: url(['http:', 'https:']),
    doc: 'The ERPNext site. Without it, check-ins go to the sandbox.',
  }),
  erpnextApiKey: setting({
    names: ['BIOLISTENER_ERPNEXT_API_KEY', 'ERPNEXT_API_KEY'],
    schema: z.string().optional(),
    doc: 'API key of the integration user.',
    isSecret: true,
  }),
  erpnextApiSecret: setting({
    names: ['BIOLISTENER_ERPNEXT_API_SECRET', 'ERPNEXT_API_SECRET'],
    schema: z.string().optional(),
    doc: 'API secret of the integration user.',
    isSecret: true,
  }),
  erpnextWebhookSecret: setting({
    names: ['BIOLISTENER_ERPNEXT_WEBHOOK_SECRET'],
    schema: z.string().optional(),
    doc: 'Secret that signs the webhooks of ERPNext, beside the one that the installer made.',
    isSecret: true,
  }),
  socketPathToken: setting({
    names: ['BIOLISTENER_SOCKET_PATH_TOKEN'],
    schema: z
      .string()
      .regex(/^[\w-]{8,128}$/, 'eight or more letters, digits, - and _')
      .optional(),
    doc: 'Terminals that hold a WebSocket must call /t/<this>/… ; any other path is answered 404. Unset: any path will do.',
    isSecret: true,
  }),
  socketBearer: setting({
    names: ['BIOLISTENER_SOCKET_BEARER'],
    schema: z.string().min(8, 'eight or more characters').optional(),
    doc: 'Terminals that hold a WebSocket must send this as `Authorization: Bearer …`. Few can.',
    isSecret: true,
  }),
  erpnextSite: setting({
    names: ['BIOLISTENER_ERPNEXT_SITE'],
    schema: z.string().optional(),
    doc: 'Site name to send as X-Frappe-Site-Name, for a bench without a proxy that sets it.',
  }),
  erpnextTimeZone: setting({
    names: ['BIOLISTENER_ERPNEXT_TIME_ZONE'],
    schema: z.string().refine(isZone, 'an IANA zone such as Asia/Kolkata').optional(),
    doc: 'System time zone of the site, where the integration user may not read it.',
  }),
  supremaUrl: setting({
    names: ['BIOLISTENER_SUPREMA_URL'],
    schema: url(['https:']),
    doc: 'A BioStar 2 server whose devices are read and managed; `biolistener suprema connect` fills in these settings.',
  }),
  supremaLogin: setting({
    names: ['BIOLISTENER_SUPREMA_LOGIN'],
    schema: z.string().optional(),
    doc: 'Operator account of this service on the BioStar server; nobody else should use it.',
  }),
  supremaPassword: setting({
    names: ['BIOLISTENER_SUPREMA_PASSWORD'],
    schema: z.string().optional(),
    doc: 'Password of that account.',
    isSecret: true,
  }),
  supremaPin: setting({
    names: ['BIOLISTENER_SUPREMA_PIN'],
    schema: z
      .string()
      .regex(/^(?:[0-9a-f]{2}:?){32}$/i, 'the SHA-256 of a certificate, 64 hex digits')
      .optional(),
    doc: 'SHA-256 fingerprint of the certificate of the BioStar server, where it signed that itself.',
  }),
  supremaCaFile: setting({
    names: ['BIOLISTENER_SUPREMA_CA_FILE'],
    schema: z.string().optional(),
    doc: 'PEM file of the authority that signed the certificate of the BioStar server.',
  }),
  supremaServerName: setting({
    names: ['BIOLISTENER_SUPREMA_SERVER_NAME'],
    schema: z.string().optional(),
    doc: 'Name in the certificate of the BioStar server, where it is not the host of its address.',
  }),
  supremaTimeZone: setting({
    names: ['BIOLISTENER_SUPREMA_TIME_ZONE'],
    schema: z.string().refine(isZone, 'an IANA zone such as Asia/Kolkata').optional(),
    doc: 'Time zone that the BioStar server is set to; that of BIOLISTENER_TIME_ZONE when absent.',
  }),
  supremaFirstDays: setting({
    names: ['BIOLISTENER_SUPREMA_FIRST_DAYS'],
    schema: count(30, 0, 3650),
    doc: 'How many days of events are read from a BioStar server the first time.',
  }),
  sandboxPort: setting({
    names: ['BIOLISTENER_SANDBOX_PORT'],
    schema: port(8997),
    doc: 'Port of the ERPNext sandbox.',
  }),
  sandboxTimeZone: setting({
    names: ['BIOLISTENER_SANDBOX_TIME_ZONE'],
    schema: z.string().refine(isZone, 'an IANA zone such as Asia/Kolkata').optional(),
    doc: 'System time zone of the sandbox; that of BIOLISTENER_TIME_ZONE when absent.',
  }),
  masterKey: setting({
    names: ['BIOLISTENER_MASTER_KEY'],
    schema: z
      .string()
      .refine((text) => keyOfText(text) !== undefined, '64 hex digits or the base64 of 32 bytes')
      .optional(),
    doc: 'Key that encrypts templates and raw records: 64 hex digits or base64 of 32 bytes. Without it a key file in the data folder is made.',
    isSecret: true,
  }),
  keyFile: setting({
    names: ['BIOLISTENER_KEY_FILE'],
    schema: z.string().optional(),
    doc: 'Key file to use instead of keys/master.key in the data folder.',
  }),
  maxBodyMiB: setting({
    names: ['BIOLISTENER_MAX_BODY_MIB'],
    schema: count(64, 1, 1024),
    doc: 'Largest request of a terminal, in MiB. A larger one is not acknowledged.',
  }),
  bodyTimeoutSeconds: setting({
    names: ['BIOLISTENER_BODY_TIMEOUT_SECONDS'],
    schema: count(120, 1, 3600),
    doc: 'Longest time that one request may take to arrive.',
  }),
  requestsPerSecond: setting({
    names: ['BIOLISTENER_REQUESTS_PER_SECOND'],
    schema: count(50, 1, 100_000),
    doc: 'Requests per second that one serial number may make over a while; twenty times as many in a burst.',
  }),
  addressRequestsPerSecond: setting({
    names: ['BIOLISTENER_ADDRESS_REQUESTS_PER_SECOND'],
    schema: count(2000, 1, 1_000_000),
    doc: 'Requests per second that one address may make; many terminals can stand behind one.',
  }),
  concurrentPerTerminal: setting({
    names: ['BIOLISTENER_CONCURRENT_PER_TERMINAL'],
    schema: count(8, 1, 1000),
    doc: 'Requests of one serial number that are worked on at once.',
  }),
  inFlightMiB: setting({
    names: ['BIOLISTENER_IN_FLIGHT_MIB'],
    schema: count(256, 8, 65_536),
    doc: 'Bytes of request bodies held in memory at once, in MiB; beyond it terminals are asked to come back. One address has a quarter of it, or one largest request.',
  }),
  logLevel: setting({
    names: ['BIOLISTENER_LOG_LEVEL'],
    schema: z.enum(['error', 'warn', 'info', 'debug', 'silent'], 'error, warn, info, debug or silent').default('info'),
    doc: 'How much is logged: error, warn, info, debug or silent.',
  }),
  logFormat: setting({
    names: ['BIOLISTENER_LOG_FORMAT'],
    schema: z.enum(['json', 'pretty', 'auto'], 'json, pretty or auto').default('auto'),
    doc: 'json, pretty, or auto: pretty on a terminal.',
  }),
  keepUnknownRequests: setting({
    names: ['BIOLISTENER_KEEP_UNKNOWN_REQUESTS'],
    schema: flag(true),
    doc: 'Whether requests that no brand claims are kept for a person to look at.',
  }),
} as const;

export type SettingKey = keyof typeof SETTINGS;
export type Settings = { readonly [K in SettingKey]: z.output<(typeof SETTINGS)[K]['schema']> };
