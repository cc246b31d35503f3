/** Answers SIP OPTIONS over UDP (RFC 3261 section 11) with a banner of choice, or with none. */
import { createSocket } from 'node:dgram';

export interface SipNasty {
  silent?: boolean;
  /** Leaves out `User-Agent`, as the PBX can be set to. */
  noBanner?: boolean;
  /** Refuses strangers with this status. */
  status?: number;
}

export interface LabSip {
  host: string;
  port: number;
  nasty: SipNasty;
  stop(): Promise<void>;
}

export async function startSip(options: {
  banner?: string;
  toTag?: string;
  host?: string;
  port?: number;
}): Promise<LabSip> {
  const socket = createSocket('udp4');
  const lab: LabSip = {
    host: options.host ?? '127.0.0.1',
    port: 0,
    nasty: {},
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  };
  socket.on('message', (message, from) => {
    const lines = message.toString('latin1').split('\r\n');
    if (lab.nasty.silent || !lines[0]?.startsWith('OPTIONS ')) return;
    const same = lines.filter((line) => /^(via|v|from|f|call-id|i|cseq)\s*:/i.test(line));
    const to = lines.find((line) => /^(to|t)\s*:/i.test(line));
    const status = lab.nasty.status ?? 200;
    const answer = [
      `SIP/2.0 ${status} ${status === 200 ? 'OK' : 'Forbidden'}`,
      ...same,
      `${to ?? 'To: <sip:lab>'};tag=${options.toTag ?? '0_3939248944-60431496'}`,
      'Allow: INVITE,BYE,CANCEL,ACK,INFO,PRACK,OPTIONS,SUBSCRIBE,NOTIFY,REFER,REGISTER,UPDATE',
      ...(lab.nasty.noBanner || options.banner === undefined ? [] : [`User-Agent: ${options.banner}`]),
      'Content-Length: 0',
      '',
      '',
    ];
    socket.send(answer.join('\r\n'), from.port, from.address);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(options.port ?? 0, lab.host, resolve);
  });
  lab.port = socket.address().port;
  return lab;
}
