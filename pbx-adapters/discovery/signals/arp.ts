import { readFile } from 'node:fs/promises';
import type { ArpEvidence } from '../evidence.ts';

/** Prefixes of network cards by maker, as registered with the IEEE; only makers of the systems that we look for. */
const MAKERS: Readonly<Record<string, string>> = {
  '08:00:0f': 'Mitel Corporation',
  '00:08:5d': 'Mitel (earlier Aastra)',
  '14:00:e9': 'Mitel Networks',
  '00:10:36': 'Inter-Tel',
  '00:10:bc': 'Aastra Telecom',
};

const COMPLETE = 0x2;

/** Neighbours that answered, of the kernel's table as Linux prints it. Lines that have another form are left out. */
export function parseArpTable(text: string): ArpEvidence[] {
  return text.split('\n').flatMap((line) => {
    const [address = '', , flags = '', mac = ''] = line.trim().split(/\s+/);
    const isThere = /^\d+\.\d+\.\d+\.\d+$/.test(address) && (Number(flags) & COMPLETE) !== 0;
    if (!isThere || !/^[\da-f]{2}(?::[\da-f]{2}){5}$/i.test(mac) || mac === '00:00:00:00:00:00') return [];
    const vendor = MAKERS[mac.slice(0, 8).toLowerCase()];
    return [{ signal: 'arp', address, mac: mac.toLowerCase(), ...(vendor ? { vendor } : {}) }];
  });
}

/** The table of this network namespace; undefined where the system has none in this form. */
export async function readArpTable(): Promise<ArpEvidence[] | undefined> {
  try {
    return parseArpTable(await readFile('/proc/net/arp', 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
