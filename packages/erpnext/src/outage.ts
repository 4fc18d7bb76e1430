import type { ServerWords } from './server-text.ts';

/** Classes of a database, a Redis or a connection that is away, in pymysql, psycopg2, redis-py and Python itself. */
const CLASSES: ReadonlySet<string> = new Set([
  'OperationalError',
  'InterfaceError',
  'ConnectionError',
  'ConnectionRefusedError',
  'ConnectionResetError',
  'ConnectionAbortedError',
  'BrokenPipeError',
  'TimeoutError',
  'BusyLoadingError',
  'ReadOnlyError',
  'MemoryError',
]);

/**
 * Too many connections, shutting down, not reachable, gone, lost in the middle; limits of the account, read-only, killed.
 * Numbers of MariaDB and MySQL; of a disk that is full the system tells.
 */
const WORDS =
  /\((1021|1040|1053|1114|1203|1226|1290|1317|1836|1927|2002|2003|2006|2013|2055),|No space left on device|Too many open files/;

/** OperationalError as well, but about values of the document: null, out of range, cut off, no such date, odd characters. */
const OF_THE_DOCUMENT = /\((1048|1264|1265|1292|1366|1406),/;

/** Whether a 500 of Frappe is about what it stands on. One that says nothing at all is: a document at fault is named. */
export function isOutage({ excType, text, exception }: ServerWords): boolean {
  if (excType === undefined && text === '') return true;
  const told = `${exception} ${text}`;
  if (OF_THE_DOCUMENT.test(told)) return false;
  return WORDS.test(told) || CLASSES.has(excType ?? '');
}
