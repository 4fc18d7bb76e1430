import { loadSettings, showSettings } from '@biolistener/config';
import { CommandFailure, EXIT } from '../exit-codes.ts';
import { print, table } from '../output.ts';

interface Options {
  readonly json?: boolean;
}

/** Loading refuses what does not fit; what is left to say is names that nothing reads. */
export function checkConfig(options: Options): void {
  const { unknownNames, file } = loadSettings();
  const where = file === undefined ? 'the environment (there is no biolistener.env)' : `the environment and ${file}`;
  print(options, { fits: true, file, unknownNames }, () =>
    [`All settings of ${where} fit.`, ...unknownNames.map((name) => `Nothing reads ${name}: is it misspelt?`)].join(
      '\n',
    ),
  );
  if (unknownNames.length > 0)
    throw new CommandFailure('some names are not settings', EXIT.unhealthy, 'docs/settings.md lists them all.');
}

export function showConfig(options: Options): void {
  const shown = showSettings(loadSettings());
  const columns = [
    { title: 'setting', value: (row: (typeof shown)[number]) => row.name },
    { title: 'value', value: (row: (typeof shown)[number]) => (row.value === '' ? '–' : row.value) },
    { title: 'from', value: (row: (typeof shown)[number]) => row.origin },
  ];
  print(options, shown, () => table(shown, columns, ''));
}
