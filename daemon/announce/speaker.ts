import { BlockList } from 'node:net';
import makeMdns from 'multicast-dns';
import type { Card } from './network.ts';
import type { Answer, Question } from './records.ts';

/** What others ask and say on one network. `legacy`: a plain DNS client, answered alone (RFC 6762 section 6.7). */
export interface Heard {
  onQuery(query: { id: number; questions: Question[]; answers: Answer[]; authorities: Answer[] }, from: From): void;
  onSaid(records: Answer[]): void;
  onTrouble(error: Error): void;
}
interface From {
  address: string;
  port: number;
  legacy: boolean;
}

const MDNS_PORT = 5353;
const GROUP_V6 = 'ff02::fb';

/**
 * Multicast DNS on one network card, by IPv4 and by IPv6 where the card has them. A socket hears every network of the
 * machine, so that only what comes from this one is taken.
 */
export class Speaker {
  readonly card: Card;
  readonly #sockets: makeMdns.MulticastDNS[] = [];

  constructor(card: Card, heard: Heard) {
    this.card = card;
    const inside = new BlockList();
    for (const { cidr, family } of card.addresses) {
      const [base = '', prefix] = cidr.split('/');
      inside.addSubnet(base, Number(prefix), family === 'IPv4' ? 'ipv4' : 'ipv6');
    }
    const own4 = card.addresses.find(({ family }) => family === 'IPv4');
    const own6 = card.addresses.find(({ family, address }) => family === 'IPv6' && address.startsWith('fe80:'));
    if (own4) {
      const isHere = (address: string) => inside.check(address, 'ipv4');
      this.#add({ interface: own4.address, bind: '0.0.0.0' }, isHere, heard);
    }
    if (own6) {
      const scope = `%${card.name}`;
      const options = { type: 'udp6', ip: `${GROUP_V6}${scope}`, interface: `::${scope}`, bind: '::' } as const;
      this.#add(options, (address) => address.endsWith(scope), heard);
    }
  }

  /** Resolves when it has left; what the network does not take is lost, as any of its packets may be. */
  async respond(
    answers: Answer[],
    additionals: Answer[] = [],
    to?: { address: string; port: number; id: number; questions: Question[] },
  ) {
    const isV6 = to?.address.includes(':') ?? false;
    const chosen = to === undefined ? this.#sockets : this.#sockets.slice(isV6 ? -1 : 0).slice(0, 1);
    await Promise.all(
      chosen.map(
        (socket) =>
          new Promise<void>((resolve) => {
            const done = () => resolve();
            if (to === undefined) socket.respond({ answers, additionals }, done);
            else {
              const { id, questions, ...place } = to;
              socket.respond({ id, questions, answers, additionals }, place, done);
            }
          }),
      ),
    );
  }

  query(questions: Question[], authorities: Answer[]): void {
    for (const socket of this.#sockets) socket.query({ questions, authorities });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#sockets.map((socket) => new Promise<void>((resolve) => socket.destroy(() => resolve()))));
  }

  #add(options: makeMdns.Options, isHere: (address: string) => boolean, heard: Heard): void {
    const socket = makeMdns({ ...options, loopback: true });
    socket.on('error', (error: Error) => heard.onTrouble(error));
    // A packet that nobody can read, or a card that has just gone: the next look at the cards sees that.
    socket.on('warning', () => undefined);
    socket.on('query', (packet, { address, port }) => {
      if (!isHere(address)) return;
      const { id = 0, questions = [], answers = [], authorities = [] } = packet;
      heard.onQuery({ id, questions, answers, authorities }, { address, port, legacy: port !== MDNS_PORT });
    });
    socket.on('response', ({ answers = [], additionals = [] }, { address, port }) => {
      // Whoever is honest speaks from this port (section 11).
      if (isHere(address) && port === MDNS_PORT) heard.onSaid([...answers, ...additionals]);
    });
    this.#sockets.push(socket);
  }
}
