import { SETTINGS, type SettingKey, type SettingSpec } from './settings.ts';
import type { LoadedSettings } from './load.ts';
import type { z } from 'zod';

export interface ShownSetting {
  readonly name: string;
  readonly value: string;
  readonly origin: string;
  readonly doc: string;
}

const specs = Object.entries(SETTINGS) as [SettingKey, SettingSpec<z.ZodType>][];

function textOf(value: unknown): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** All settings for a person; secrets as asterisks of one length, so that not even theirs is told. */
export function showSettings(loaded: LoadedSettings): ShownSetting[] {
  return specs.map(([key, spec]) => {
    const value = loaded.settings[key];
    const isHidden = spec.isSecret === true && value !== undefined;
    return {
      name: spec.names[0],
      value: isHidden ? '********' : textOf(value),
      origin: loaded.origins[key],
      doc: spec.doc,
    };
  });
}

/** The example file: every setting with its sentence, commented out at its default. */
export function exampleFile(): string {
  const lines = [
    '# Settings of Biolistener. Copy to biolistener.env and uncomment what differs. The environment wins over this file.',
    '# Secrets may be given as <NAME>_FILE=/path instead. Written from packages/config: `npm run generate`.',
    '',
  ];
  for (const [key, spec] of specs) {
    const machineDependent = key === 'timeZone';
    const standard = machineDependent ? 'Asia/Kolkata' : textOf(spec.schema.safeParse(undefined).data);
    lines.push(`# ${spec.doc}`, `#${spec.names[0]}=${standard}`, '');
  }
  return lines.join('\n');
}

/** The table of docs/settings.md. */
export function settingsTable(): string {
  const rows = specs.map(([key, spec]) => {
    const standard = key === 'timeZone' ? "this machine's zone" : textOf(spec.schema.safeParse(undefined).data);
    const aliases = spec.names
      .slice(1)
      .map((name) => `, also \`${name}\``)
      .join('');
    return `| \`${spec.names[0]}\`${aliases}${spec.isSecret === true ? ' (secret)' : ''} | ${standard === '' ? '–' : `\`${standard}\``} | ${spec.doc} |`;
  });
  return ['| Setting | Default | What it does |', '| --- | --- | --- |', ...rows].join('\n');
}
