import type { JsonObject } from '@biolistener/core';
import type { TerminalView } from '@biolistener/wire';
import { isTrue, textOf } from './values.ts';
import type { Problem } from './template-forms.ts';

/** A picture as base64 goes into one JSON body; larger ones are no portraits. */
export const LARGEST_PHOTO = 512 * 1024;

const idOption = (options: JsonObject | undefined, name: string): string | undefined => {
  const id = textOf(options?.[name]);
  return id !== undefined && /^\d{1,10}$/.test(id) ? id : undefined;
};

/** `options.accessGroup`: who has it is let in at this device (protocols/suprema.md §3.2). */
export const accessGroupOf = ({ options }: TerminalView): string | undefined => idOption(options, 'accessGroup');

/** `options.userGroup`; 1 is the root, All Users. */
export const userGroupOf = ({ options }: TerminalView): string => idOption(options, 'userGroup') ?? '1';

export const mayTakeOver = ({ options }: TerminalView): boolean => isTrue(options?.['takeOverUsers']);

/** Nothing is written for a device that no server has shown, or whose access group nobody named. */
export function accessProblem(terminal: TerminalView): Problem | undefined {
  if (textOf(terminal.profile['server']) === undefined)
    return { reason: 'SU_PROFILE_UNKNOWN', detail: 'no BioStar server has shown this device yet' };
  if (accessGroupOf(terminal) !== undefined) return undefined;
  return { reason: 'SU_ACCESS_GROUP_UNSET', detail: 'options.accessGroup of the device is not set' };
}
