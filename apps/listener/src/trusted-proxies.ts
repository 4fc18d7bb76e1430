import { BlockList, isIP } from 'node:net';
import type { ListenerDeps } from './deps.ts';

/** So many addresses are remembered before all of them are forgotten; nearly always it is that of one nginx. */
const MOST_VERDICTS = 1_000;

/**
 * Whose word on the address of a terminal is believed: addresses and networks, as the settings checked them. An IPv4 address
 * counts as well where it is written as IPv6 (`::ffff:192.0.2.1`). Every request asks, so each address is looked up once.
 */
export function trustedProxiesOf(items: readonly string[]): ListenerDeps['trustedProxies'] {
  const trusted = new BlockList();
  for (const item of items) trust(item, trusted);
  const verdicts = new Map<string, boolean>();

  function judge(address: string): boolean {
    const family = isIP(address);
    const verdict = family !== 0 && trusted.check(address, familyName(family));
    if (verdicts.size >= MOST_VERDICTS) verdicts.clear();
    verdicts.set(address, verdict);
    return verdict;
  }

  return { has: (address) => verdicts.get(address) ?? judge(address) };
}

function trust(item: string, trusted: BlockList): void {
  const [address = '', bits] = item.split('/');
  const family = familyName(isIP(address));
  if (bits === undefined) trusted.addAddress(address, family);
  else trusted.addSubnet(address, Number(bits), family);
}

const familyName = (family: number): 'ipv4' | 'ipv6' => (family === 4 ? 'ipv4' : 'ipv6');
