/** Debian's Kamailio as a registrar and proxy of a trunk's far end: digest, TLS, and faults on demand. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, hasProgram, portOpen, startProgram, temporaryFolder } from './program.ts';

/** Whether it is here with its TLS. */
export const hasKamailio = (): boolean =>
  hasProgram('kamailio') &&
  ['x86_64', 'aarch64'].some((kind) => existsSync(`/usr/lib/${kind}-linux-gnu/kamailio/modules/tls.so`));

interface KamailioOptions {
  algorithm?: 'MD5' | 'SHA-256';
  /** Lines at the beginning of the routing: a fault. */
  route?: string;
  /** PEM files; `clientCa` makes TLS mutual. */
  tls?: { certificate: string; key: string; clientCa?: string; verify?: boolean };
  address?: string;
  /** For UDP and TCP; a free one when left out. */
  port?: number;
}

/** User `trunk`, password `trunk-pass`, any realm. Registered users are called; 486 for 9999, 404 for the rest. */
export async function startKamailio({
  algorithm = 'MD5',
  route = '',
  tls,
  address = '127.0.0.1',
  port: wanted,
}: KamailioOptions = {}) {
  const folder = await temporaryFolder('kamailio');
  const port = wanted ?? (await freePort());
  const tlsPort = await freePort();
  const config = join(folder.path, 'kamailio.cfg');
  const tlsConfig = join(folder.path, 'tls.cfg');
  const shown = address.includes(':') ? `[${address}]` : address;
  if (tls) {
    await writeFile(
      tlsConfig,
      `[server:default]
method = TLSv1.2+
certificate = ${tls.certificate}
private_key = ${tls.key}
verify_certificate = ${tls.clientCa ? 'yes' : 'no'}
require_certificate = ${tls.clientCa ? 'yes' : 'no'}
${tls.clientCa ? `ca_list = ${tls.clientCa}` : ''}
[client:default]
verify_certificate = no
`,
    );
  }
  await writeFile(
    config,
    `#!KAMAILIO
debug=1
log_stderror=yes
children=2
tcp_children=2
disable_sctp=yes
auto_aliases=no
alias="127.0.0.1:${port}"
alias="localhost"
${tls ? 'enable_tls=yes' : ''}
listen=udp:${shown}:${port}
listen=tcp:${shown}:${port}
${tls ? `listen=tls:${shown}:${tlsPort}` : ''}
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/:/usr/lib/aarch64-linux-gnu/kamailio/modules/:/usr/lib/kamailio/modules/"
loadmodule "kex.so"
loadmodule "corex.so"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "auth.so"
${tls ? `loadmodule "tls.so"\nmodparam("tls","config","${tlsConfig}")` : ''}
modparam("usrloc","db_mode",0)
modparam("registrar","min_expires",90)
modparam("auth","nonce_expire",120)
modparam("auth","algorithm","${algorithm === 'MD5' ? '' : algorithm}")
modparam("auth","qop","auth")
request_route {
  ${route}
  if (!mf_process_maxfwd_header("10")) { sl_send_reply("483","Too Many Hops"); exit; }
  if (is_method("OPTIONS") && !has_totag()) { sl_send_reply("200","Keepalive"); exit; }
  if (is_method("REGISTER")) {
    if (!pv_www_authenticate("trunk.example","trunk-pass","0")) { www_challenge("trunk.example","1"); exit; }
    save("location"); exit;
  }
  if (is_method("INVITE") && !has_totag()) {
    if ($fU!="answerer") {
      if (!pv_proxy_authenticate("trunk.example","trunk-pass","0")) { proxy_challenge("trunk.example","1"); exit; }
      consume_credentials();
    }
    record_route();
  }
  if (has_totag() && loose_route()) { t_relay(); exit; }
  if (is_method("ACK|CANCEL")) { if (t_check_trans()) { t_relay(); } exit; }
  if ($rU=="9999") { sl_send_reply("486","Busy Here"); exit; }
  $ru = "sip:trunk@localhost";
  if (!lookup("location")) { sl_send_reply("404","Not Found"); exit; }
  t_relay(); exit;
}
`,
  );
  const program = startProgram('kamailio', [
    '-f',
    config,
    '-DD',
    '-E',
    '-w',
    folder.path,
    '-Y',
    folder.path,
    '-m',
    '32',
    '-M',
    '8',
  ]);
  const stop = async () => {
    const children = await childrenOf(program.process.pid);
    // By SIGTERM it now and then waits for ever for a child, and leaves that behind.
    await program.stop('SIGKILL');
    for (const pid of children) killIfThere(pid);
    await folder[Symbol.asyncDispose]();
  };
  try {
    await portOpen(tls ? tlsPort : port, 10_000, address);
  } catch (error) {
    const text = program.output();
    await stop();
    throw new Error(text.slice(-2000), { cause: error });
  }
  return { port, tlsPort, output: () => program.output(), [Symbol.asyncDispose]: stop };
}

async function childrenOf(pid: number | undefined): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
