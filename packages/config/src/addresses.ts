import { isIP } from 'node:net';

/** An IP address, or a network such as `10.1.0.0/16`. */
export function isAddressOrNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  const isWhole = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
  return family !== 0 && !address.includes('%') && isWhole && rest.length === 0;
}
