import { serialOf } from './stage.ts';

// Requests as a terminal of the attendance dialect sends them. They are put together while the clock runs, so what does not
// change from one to the next is made once.

const once = (make: (connection: number) => string): ((connection: number) => string) => {
  const made: string[] = [];
  return (connection) => (made[connection] ??= make(connection));
};

export const poll = once(
  (connection) =>
    `GET /iclock/getrequest?SN=${serialOf(connection)} HTTP/1.1\r\nHost: x\r\nUser-Agent: iClock Proxy/1.09\r\nAccept: */*\r\n\r\n`,
);

const uploadHead = once(
  (connection) =>
    `POST /iclock/cdata?SN=${serialOf(connection)}&table=ATTLOG&Stamp=9999 HTTP/1.1\r\nHost: x\r\nUser-Agent: iClock Proxy/1.09\r\nContent-Type: text/plain\r\nContent-Length: `,
);

const START = Date.UTC(2026, 0, 1);
const DAY_SECONDS = 86_400;
const dayText = once((day) => new Date(START + day * DAY_SECONDS * 1000).toISOString().slice(0, 10));
const two = (value: number): string => (value < 10 ? `0${value}` : `${value}`);

/** `2026-01-01 00:00:07`: the seventh second of the year. */
export function secondOfYear(second: number): string {
  const ofDay = second % DAY_SECONDS;
  const [hour, minute] = [Math.floor(ofDay / 3600), Math.floor(ofDay / 60) % 60];
  return `${dayText(Math.floor(second / DAY_SECONDS))} ${two(hour)}:${two(minute)}:${two(ofDay % 60)}`;
}

let punches = 0;

/** A row that no other has: one person a second. */
export function attlogRow(): string {
  punches += 1;
  return `${1000 + (punches % 500)}\t${secondOfYear(punches)}\t${punches % 2}\t15\t0\t0\t0\n`;
}

export function upload(connection: number, rows: number): string {
  const body = rows === 1 ? attlogRow() : Array.from({ length: rows }, attlogRow).join('');
  return `${uploadHead(connection)}${body.length}\r\n\r\n${body}`;
}
