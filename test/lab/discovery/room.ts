/** A telephone room: stand-ins with the banners of real systems, with none, and with lies. */
import type { Station } from '#test/support/netns.ts';
import type { StandIn } from './stand-ins.ts';

/** What stands where, and as what a search must name it; `none` for what is no telephone system. */
export interface RoomPlace extends StandIn, Station {
  is: string;
}

export const ROOM: readonly RoomPlace[] = [
  {
    is: 'mivoice-business',
    address: '192.0.2.11',
    sip: {
      transports: ['udp', 'tcp'],
      headers: { 'User-Agent': 'Mitel-3300-ICP 8.0.9.18' },
      toTag: '0_3939248944-60431496',
    },
    ports: [1752, 6800, 6801, 6802],
    http: { title: 'Login' },
    certificate: 'business',
  },
  // The same machine's second address: only the certificate tells.
  { is: 'same as 192.0.2.11', address: '192.0.2.12', http: { title: 'Login' }, certificate: 'business' },
  {
    is: 'mivoice-business',
    address: '192.0.2.13',
    sip: { transports: ['udp'], status: '403 Forbidden', toTag: '0_17-4' },
    ports: [1752, 6800],
  },
  {
    is: 'mitel-border-gateway',
    address: '192.0.2.14',
    sip: { transports: ['udp', 'tls'], headers: { Server: 'Mitel Border GW/4.11.0.163-01' }, toTag: '1f2e3d4c' },
    ports: [6801],
    http: { title: 'Login' },
    certificate: 'border',
  },
  {
    is: 'mitel-phone',
    address: '192.0.2.15',
    mac: '14:00:e9:aa:bb:cc',
    sip: { transports: ['udp'], headers: { 'User-Agent': 'Mitel-6865i-SIP-Phone 5.1.0.1024 1400E9AABBCC' } },
  },
  {
    is: 'sip-dect-manager',
    address: '192.0.2.16',
    sip: { transports: ['udp'], headers: { Server: 'Mitel SIP-DECT (SW-Version=8.1-KA15)' } },
  },
  {
    is: 'mitel-5000-cp',
    address: '192.0.2.17',
    mac: '00:10:36:01:02:03',
    sip: { transports: ['udp'], status: '403 Forbidden', toTag: 'Mitel-5000_12345-6789' },
    ports: [4000, 5566],
  },
  {
    is: 'mivoice-office-400',
    address: '192.0.2.18',
    sip: { transports: ['udp'], headers: { 'User-Agent': 'Aastra 400' } },
    ports: [7001],
    ftp: '220-Welcome to the Ascotel FTP server',
  },
  // Another SIP server that gives itself out as a 3300.
  {
    is: 'sip-device',
    address: '192.0.2.19',
    sip: {
      transports: ['udp'],
      headers: { 'User-Agent': 'Mitel-3300-ICP 8.0.9.18', Server: 'kamailio (5.6.3 (x86_64/linux))' },
    },
  },
  // Reached over TLS alone.
  {
    is: 'mx-one',
    address: '192.0.2.20',
    sip: { transports: ['tls'], headers: { 'User-Agent': 'Aastra MX-ONE SN/7.4.1' } },
    ports: [8882],
    certificate: 'mxone',
  },
  { is: 'unnamed-sip', address: '192.0.2.21', sip: { transports: ['udp'] }, ports: [389] },
  {
    is: 'none',
    address: '192.0.2.22',
    sip: { transports: ['udp', 'tcp'], fault: 'garbage' },
    http: { fault: 'silent' },
    certificate: 'other',
  },
  { is: 'none', address: '192.0.2.23', http: { title: 'Office printer', server: 'printer/1.0' } },
  { is: 'none', address: '192.0.2.24', ports: [389, 636, 443, 7001] },
  { is: 'none', address: '192.0.2.25', sip: { transports: ['udp'], fault: 'forged' } },
  { is: 'none', address: '192.0.2.26', sip: { transports: ['tcp'], fault: 'endless' }, http: { fault: 'endless' } },
  {
    is: 'none',
    address: '192.0.2.27',
    sip: { transports: ['tcp'], fault: 'silent' },
    http: { location: 'http://192.0.2.23/elsewhere' },
  },
];

/** Behind the router. */
export const FAR_PLACE: RoomPlace = {
  is: 'mx-one',
  address: '198.51.100.10',
  sip: { transports: ['udp'], headers: { 'User-Agent': 'Aastra MX-ONE SN/6.3' } },
  ports: [22225],
};
