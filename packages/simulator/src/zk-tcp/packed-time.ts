/** `YYYY-MM-DD HH:MM:SS` as the u32 of §3.4: every month has 31 days there. */
export function packTime(text: string): number {
  const [year = 2000, month = 1, day = 1, hour = 0, minute = 0, second = 0] = text.match(/\d+/g)?.map(Number) ?? [];
  return (((year % 100) * 12 + (month - 1)) * 31 + (day - 1)) * 86_400 + (hour * 60 + minute) * 60 + second;
}

const two = (value: number): string => String(value).padStart(2, '0');

export function unpackTime(packed: number): string {
  const days = Math.floor(packed / 86_400);
  const seconds = packed % 86_400;
  const months = Math.floor(days / 31);
  const date = `${2000 + Math.floor(months / 12)}-${two((months % 12) + 1)}-${two((days % 31) + 1)}`;
  return `${date} ${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** The six bytes of events (§6.1). */
export function eventTime(text: string): Buffer {
  const [year = 2000, ...rest] = text.match(/\d+/g)?.map(Number) ?? [];
  return Buffer.from([year - 2000, ...rest]);
}
