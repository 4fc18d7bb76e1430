import { existsSync } from 'node:fs';
import { loadSettings, type Settings } from '@biolistener/config';
import { asSerialNumber, messageOf } from '@biolistener/core';
import { listDevices } from '@biolistener/worker';
import { CommandFailure, EXIT } from '../exit-codes.ts';
import { facts, print, table } from '../output.ts';
import { supremaServerOf, withBioStar } from '../services/suprema.ts';
import { storeFile, withStore } from '../services/with-store.ts';
import { stateWord } from './suprema-connect.ts';

interface Row {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  /** As this service knows it: pending, approved, blocked; undefined when it was not read yet. */
  readonly here: string | undefined;
}

/** Logs in and lists the devices, writing nothing anywhere. */
export async function check(options: { readonly json?: boolean }): Promise<void> {
  const { settings } = loadSettings();
  const server = supremaServerOf(settings);
  if (!server)
    throw new CommandFailure(
      'no BioStar server is configured',
      EXIT.notFound,
      'biolistener suprema connect --url https://…',
    );
  const { devices, date } = await withBioStar(server, listDevices).catch((error: unknown) => {
    throw new CommandFailure(
      messageOf(error),
      EXIT.unhealthy,
      'Nothing is lost: the server keeps its events, and they are read when it is back.',
    );
  });
  const known = await statusesOf(settings);
  const rows: Row[] = devices.map((device) => ({ ...device, here: known.get(asSerialNumber(device.id)) }));
  const ahead = date === undefined ? undefined : Math.round((date - Date.now()) / 1000);
  print(options, { url: server.url, clockAheadSeconds: ahead ?? null, devices: rows }, () =>
    [
      facts([
        ['server', server.url],
        ['its clock', ahead === undefined ? 'it does not say' : `${ahead} s ahead of this machine`],
      ]),
      '',
      deviceTable(rows),
    ].join('\n'),
  );
}

const deviceTable = (rows: readonly Row[]): string =>
  table(
    rows,
    [
      { title: 'DEVICE', value: (row) => row.id },
      { title: 'NAME', value: (row) => row.name },
      { title: 'STATE', value: (row) => stateWord(row.status) },
      { title: 'HERE', value: (row) => row.here ?? 'not seen yet' },
    ],
    'The server has no devices.',
  );

async function statusesOf(settings: Settings): Promise<ReadonlyMap<string, string>> {
  if (!existsSync(storeFile(settings))) return new Map();
  return withStore(
    async ({ store }) => new Map((await store.allTerminals()).map((each) => [each.serialNumber, each.status])),
  );
}
