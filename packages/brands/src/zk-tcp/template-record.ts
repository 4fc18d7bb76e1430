import type { Charset } from './text.ts';
import { encodeUser, type UserLayout, type UserRecord } from './user-record.ts';

export interface TemplateRecord {
  readonly uid: number;
  readonly finger: number;
  /** 0 invalid, 1 valid, 3 duress. */
  readonly flag: number;
  /** Secret. */
  readonly data: Uint8Array;
}

const HEAD = 6;

/** Entries of a bulk read; stops where a size cannot be. Source: protocols/zk-tcp.md §4.5, case C27. */
export function decodeTemplates(records: Uint8Array): {
  readonly templates: TemplateRecord[];
  readonly isWhole: boolean;
} {
  const view = Buffer.from(records.buffer, records.byteOffset, records.length);
  const templates: TemplateRecord[] = [];
  let at = 0;
  while (at + HEAD <= view.length) {
    const size = view.readUInt16LE(at);
    if (size < HEAD || at + size > view.length) break;
    templates.push({
      uid: view.readUInt16LE(at + 2),
      finger: view[at + 4] ?? 0,
      flag: view[at + 5] ?? 0,
      data: view.subarray(at + HEAD, at + size),
    });
    at += size;
  }
  return { templates, isWhole: at === view.length };
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};

function tableRow({ uid, finger }: TemplateRecord, offset: number): Buffer {
  const row = Buffer.alloc(8);
  row[0] = 2;
  row.writeUInt16LE(uid, 1);
  row[3] = 0x10 + finger;
  row.writeUInt32LE(offset, 4);
  return row;
}

/** One buffer that writes users with their templates (§4.5, case C30). The flag does not travel: it counts as valid. */
export function encodeBulk(
  users: readonly UserRecord[],
  templates: readonly TemplateRecord[],
  layout: UserLayout,
  charset?: Charset,
): Buffer {
  const userPart = Buffer.concat(
    users.map((user) => Buffer.concat([Buffer.from([2]), encodeUser(user, layout, charset)])),
  );
  const features = templates.map(({ data }) => {
    const size = Buffer.alloc(2);
    size.writeUInt16LE(data.length);
    return Buffer.concat([size, data]);
  });
  let offset = 0;
  const table = templates.map((template, at) => {
    const row = tableRow(template, offset);
    offset += features[at]?.length ?? 0;
    return row;
  });
  const [tablePart, featurePart] = [Buffer.concat(table), Buffer.concat(features)];
  const head = [u32(userPart.length), u32(tablePart.length), u32(featurePart.length)];
  return Buffer.concat([...head, userPart, tablePart, featurePart]);
}
