/** Debian's baresip as a telephone behind the far end: registers as `trunk` and answers every call at once. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freeUdpPort, startProgram, temporaryFolder, until } from './program.ts';

interface BaresipOptions {
  /** Where it registers. */
  port: number;
  transport: 'udp' | 'tcp';
  /** It takes encrypted audio only. */
  isEncrypted?: boolean;
}

/** A telephone with a tone for a microphone and nothing for a loudspeaker. */
export async function startBaresip({ port, transport, isEncrypted = false }: BaresipOptions) {
  const folder = await temporaryFolder('baresip');
  const listen = await freeUdpPort();
  const tone = join(folder.path, 'tone.wav');
  await writeFile(tone, wav());
  const lines = [
    `sip_listen 127.0.0.1:${listen}`,
    'module_path /usr/lib/baresip/modules',
    'module g711.so',
    'module aufile.so',
    'module srtp.so',
    'module_app account.so',
    'module_app menu.so',
    `audio_source aufile,${tone}`,
    'rtp_stats yes',
    'call_max_calls 4',
  ];
  await writeFile(join(folder.path, 'config'), `${lines.join('\n')}\n`);
  const account = `<sip:trunk@127.0.0.1:${port};transport=${transport}>;auth_user=trunk;auth_pass=trunk-pass;answermode=auto;regint=300${isEncrypted ? ';mediaenc=srtp-mand' : ''}`;
  await writeFile(join(folder.path, 'accounts'), `${account}\n`);
  await writeFile(join(folder.path, 'contacts'), '');
  const program = startProgram('baresip', ['-f', folder.path, '-4', '-v'], { cwd: folder.path });
  const stop = async () => {
    await program.stop();
    await folder[Symbol.asyncDispose]();
  };
  try {
    await until('baresip is registered', 10_000, () => /200 OK/.test(program.output()));
  } catch (error) {
    const text = program.output();
    await stop();
    throw new Error(text.slice(-3000), { cause: error });
  }
  return { output: () => program.output(), [Symbol.asyncDispose]: stop };
}

/** Twenty seconds of 400 Hz at 8,000 samples of 16 bits. */
function wav(): Buffer {
  const samples = Buffer.alloc(2 * 8000 * 20);
  for (let at = 0; at < samples.length / 2; at += 1)
    samples.writeInt16LE(Math.round(8000 * Math.sin(at / 3.18)), 2 * at);
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8000, 24);
  head.writeUInt32LE(16_000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}
