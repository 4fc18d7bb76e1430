/**
 * A command that takes several lines (a user and what they may open): the lines before the last carry its id with a letter
 * behind, so that each result finds its command. Ids are letters and digits, and come back as they went (§4.1).
 */
export const subId = (id: string, at: number): string => `${id}${String.fromCharCode(65 + at)}`;

export const LONGEST_CHAIN = 26;

/** The command of a line that went before; undefined for an id that is a command's own. */
export const parentOf = (id: string): string | undefined => /^(\d{1,15})[A-Z]$/.exec(id)?.[1];
