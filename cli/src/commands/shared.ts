import { Option } from 'commander';

/** Words that many commands share. */
export const jsonOption = (): Option => new Option('--json', 'as JSON');
export const yesOption = (): Option => new Option('--yes', 'do not ask; needed where nobody can be asked');

export const examples = (...lines: string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ biolistener ${line}`).join('\n')}`;

/** For an option that may be given several times. */
export const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];
