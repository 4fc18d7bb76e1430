import { serialOf } from './stage.ts';

/** Requests as a terminal of the attendance dialect sends them. */
export const poll = (connection: number): Buffer =>
  Buffer.from(
    `GET /iclock/getrequest?SN=${serialOf(connection)} HTTP/1.1\r\nHost: x\r\nUser-Agent: iClock Proxy/1.09\r\nAccept: */*\r\n\r\n`,
  );

const START = Date.UTC(2026, 0, 1);
let punches = 0;

/** A row that no other has: one person a second. */
export function attlogRow(): string {
  punches += 1;
  const time = new Date(START + punches * 1000).toISOString().slice(0, 19).replace('T', ' ');
  return `${1000 + (punches % 500)}\t${time}\t${punches % 2}\t15\t0\t0\t0\n`;
}

export function upload(connection: number, rows: number): Buffer {
  const body = Array.from({ length: rows }, attlogRow).join('');
  return Buffer.from(
    `POST /iclock/cdata?SN=${serialOf(connection)}&table=ATTLOG&Stamp=9999 HTTP/1.1\r\nHost: x\r\nUser-Agent: iClock Proxy/1.09\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
}
