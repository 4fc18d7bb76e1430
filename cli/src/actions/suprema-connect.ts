import { messageOf } from '@biolistener/core';
import { DEFAULT_FILE, type LoadedSettings } from '@biolistener/config';
import { listDevices, normalPin, readCertificate, type SeenCertificate, type SupremaServer } from '@biolistener/worker';
import { CommandFailure, EXIT } from '../exit-codes.ts';
import { facts, print, table } from '../output.ts';
import { parseZone } from '../parse/device-options.ts';
import { ask, askHidden, confirm, isInteractive } from '../services/confirm.ts';
import { overwritten, readEnvFile, withValues, writeEnvFile, type EnvValues } from '../services/env-file.ts';
import { secretOf, settingsIfTheyFit } from '../services/erpnext-access.ts';
import { caOf, withBioStar } from '../services/suprema.ts';

export interface ConnectOptions {
  readonly json?: boolean;
  readonly url?: string;
  readonly login?: string;
  readonly passwordFile?: string;
  readonly pin?: string;
  readonly caFile?: string;
  readonly serverName?: string;
  readonly timeZone?: string;
  readonly save?: boolean;
  readonly yes?: boolean;
}

/** Shows the certificate, has it accepted by a person, logs in, and writes it down when that works. */
export async function connect(options: ConnectOptions): Promise<void> {
  const loaded = settingsIfTheyFit();
  const url = urlOf(
    options.url ?? loaded?.settings.supremaUrl ?? (await asked('--url', 'Address of the server: ', ask)),
  );
  const certificate = await seen(url, options.serverName);
  const pin = await acceptedPin(certificate, options);
  const server = await serverOf(url, pin, options, loaded);
  const { devices } = await reached(server);
  const saved = await save(server, options, loaded);
  print(options, { url, certificate, pin: pin ?? null, devices, savedTo: saved ?? null }, () =>
    [
      ...(options.json === true ? [] : ['The login works.']),
      table(
        devices,
        [
          { title: 'DEVICE', value: (device) => device.id },
          { title: 'NAME', value: (device) => device.name },
          { title: 'STATE', value: (device) => stateWord(device.status) },
        ],
        'The server has no devices.',
      ),
      saved === undefined
        ? 'Nothing was saved; --save writes it into the settings file.'
        : `Saved to ${saved}. Restart biolistener, then approve the devices: biolistener device approve`,
    ].join('\n'),
  );
}

export const stateWord = (status: string): string =>
  ({ '0': 'disconnected', '1': 'connected', '2': 'synchronization failed' })[status] ?? status;

function urlOf(text: string): string {
  if (URL.canParse(text) && new URL(text).protocol === 'https:') return new URL(text).origin;
  throw new CommandFailure(`--url must be a URL that begins with https://, not ${JSON.stringify(text)}`, EXIT.usage);
}

async function asked(option: string, question: string, how: (question: string) => Promise<string>): Promise<string> {
  const answer = isInteractive() ? (await how(question)).trim() : '';
  if (answer !== '') return answer;
  throw new CommandFailure(`${option} is missing`, EXIT.usage, 'Give it as an option, or in the settings.');
}

async function seen(url: string, serverName: string | undefined): Promise<SeenCertificate> {
  try {
    return await readCertificate(url, serverName);
  } catch (error) {
    throw new CommandFailure(messageOf(error), EXIT.unhealthy, 'Check the address and the network. Nothing was saved.');
  }
}

/**
 * The fingerprint that counts from now on; undefined where an authority vouches for the certificate. `--yes` accepts none: a
 * certificate that nobody compared is worth nothing.
 */
async function acceptedPin(certificate: SeenCertificate, options: ConnectOptions): Promise<string | undefined> {
  const { fingerprint, subject, validTo, isTrusted } = certificate;
  if (options.pin !== undefined) {
    if (normalPin(options.pin) === fingerprint) return fingerprint;
    throw new CommandFailure(
      `the server shows another certificate: ${fingerprint}`,
      EXIT.refused,
      'Somebody may stand between, or the certificate was renewed: compare it on the server itself.',
    );
  }
  if (options.caFile !== undefined || isTrusted) return undefined;
  const shown = facts([
    ['certificate of', subject],
    ['valid until', validTo],
    ['SHA-256', fingerprint],
  ]);
  const question = `Nobody vouches for the certificate of this server.\n${shown}\nIs this the certificate that the server itself shows?`;
  if (!isInteractive())
    throw new CommandFailure(question, EXIT.refused, `Compare it there, then say --pin ${fingerprint}`);
  await confirm(question, {});
  return fingerprint;
}

async function serverOf(
  url: string,
  pin: string | undefined,
  options: ConnectOptions,
  loaded: LoadedSettings | undefined,
): Promise<SupremaServer> {
  const known = loaded?.settings;
  const login = options.login ?? known?.supremaLogin ?? (await asked('--login', 'Operator account: ', ask));
  const isOther = login !== known?.supremaLogin;
  const password =
    secretOf(undefined, options.passwordFile) ??
    (isOther ? undefined : known.supremaPassword) ??
    (await asked('--password-file', 'Password (not shown): ', askHidden));
  const zone = options.timeZone === undefined ? known?.supremaTimeZone : parseZone(options.timeZone);
  return {
    url,
    login,
    password,
    pin,
    ca: caOf(options.caFile),
    serverName: options.serverName,
    zone: zone ?? known?.timeZone ?? 'UTC',
    firstDays: known?.supremaFirstDays ?? 30,
  };
}

async function reached(server: SupremaServer): ReturnType<typeof listDevices> {
  try {
    return await withBioStar(server, listDevices);
  } catch (error) {
    throw new CommandFailure(messageOf(error), EXIT.unhealthy, 'Nothing was saved.');
  }
}

const valuesFor = (server: SupremaServer, options: ConnectOptions): EnvValues => ({
  BIOLISTENER_SUPREMA_URL: server.url,
  BIOLISTENER_SUPREMA_LOGIN: server.login,
  BIOLISTENER_SUPREMA_PASSWORD: server.password,
  BIOLISTENER_SUPREMA_PASSWORD_FILE: undefined,
  BIOLISTENER_SUPREMA_PIN: server.pin,
  BIOLISTENER_SUPREMA_CA_FILE: options.caFile,
  BIOLISTENER_SUPREMA_SERVER_NAME: options.serverName,
  ...(options.timeZone === undefined ? {} : { BIOLISTENER_SUPREMA_TIME_ZONE: server.zone }),
});

/** Answers the file that holds it now; undefined when nobody wanted it saved. */
async function save(
  server: SupremaServer,
  options: ConnectOptions,
  loaded: LoadedSettings | undefined,
): Promise<string | undefined> {
  if (options.save !== true && (!isInteractive() || options.json === true)) return undefined;
  const file = loaded?.file ?? process.env['BIOLISTENER_CONFIG'] ?? DEFAULT_FILE;
  const values = valuesFor(server, options);
  const before = readEnvFile(file);
  const names = overwritten(before, values);
  if (names.length > 0)
    await confirm(`${file} has other values for ${names.join(', ')}, which will be overwritten.`, options);
  else if (options.save !== true) await confirm(`Write this into ${file}?`, options);
  writeEnvFile(file, withValues(before, values));
  return file;
}
