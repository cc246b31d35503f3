import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Hearts } from '#daemon/notify/hearts.ts';
import { ServiceManager } from '#daemon/notify/service-manager.ts';
import { freePort, hasProgram, startProgram, temporaryFolder, until } from '#test/support/program.ts';
import { DaemonProcess } from '#test/support/stack.ts';

/** What systemd does with its socket: reads datagrams, and closes the descriptors that come along (the barrier). */
const READER = `
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('bound', flush=True)
while True:
    data, fds, flags, peer = socket.recv_fds(s, 65536, 4)
    for fd in fds: os.close(fd)
    print(data.decode().replace('\\n', ' '), flush=True)
`;

async function manager() {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder('notify'));
  const socket = join(folder.path, 'notify');
  const reader = stack.use(startProgram('python3', ['-c', READER, socket]));
  await until('the socket is there', 5000, () => reader.output().includes('bound'));
  const heard = () =>
    reader
      .output()
      .split('\n')
      .filter((line) => line.includes('=') && line !== 'BARRIER=1');
  const watchdogs = () => heard().filter((line) => line.includes('WATCHDOG=1')).length;
  return { folder: folder.path, socket, heard, watchdogs, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const canRun = hasProgram('systemd-notify') && hasProgram('python3');

describe.skipIf(!canRun)('systemd (its own systemd-notify and a real datagram socket)', () => {
  it('hears READY once and then the watchdog, until a timer has stopped; a new text when there is one', async () => {
    await using m = await manager();
    let stopped: string | undefined;
    const hearts = { stopped: () => stopped };
    const service = new ServiceManager({ socket: m.socket, watchdogMs: 300, hearts, log: pino({ level: 'silent' }) });
    let text = 'Cloud connecting';
    service.ready(() => text);
    await until('it is fed', 5000, () => m.watchdogs() >= 3);
    expect(m.heard()[0]).toBe('READY=1 STATUS=Cloud connecting WATCHDOG=1');
    expect(m.heard().filter((line) => line.includes('STATUS'))).toHaveLength(1);
    text = 'Cloud online';
    await until('the new text is there', 5000, () => m.heard().includes('STATUS=Cloud online WATCHDOG=1'));
    stopped = 'schedule';
    await sleep(200);
    const before = m.watchdogs();
    await sleep(500);
    expect(m.watchdogs()).toBe(before);
    stopped = undefined;
    await until('it is fed again', 5000, () => m.watchdogs() > before);
    service.stopping();
    await until('it hears of the stop', 5000, () => m.heard().at(-1) === 'STOPPING=1 STATUS=Stopping');
    const last = m.heard().length;
    await sleep(400);
    expect(m.heard()).toHaveLength(last);
  });

  it('is not fed by a process whose event loop stands still', async () => {
    await using m = await manager();
    const hearts = new Hearts();
    const service = new ServiceManager({ socket: m.socket, watchdogMs: 150, hearts, log: pino({ level: 'silent' }) });
    service.ready(() => 'x');
    await until('it is fed', 5000, () => m.watchdogs() >= 2);
    await sleep(30);
    const before = m.heard().length;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700);
    await sleep(10);
    // Fourteen were due meanwhile; one that was on its way may still arrive, and one from after the standstill.
    expect(m.heard().length - before).toBeLessThanOrEqual(2);
    service.stopping();
    await until('it hears of the stop', 5000, () => m.heard().at(-1)?.startsWith('STOPPING') === true);
  });

  it('hears of the daemon: ready when it answers, fed with no cloud at all, not fed when frozen, and its stop', async () => {
    await using m = await manager();
    await using daemon = new DaemonProcess({
      state: join(m.folder, 'state'),
      port: await freePort(),
      env: { NOTIFY_SOCKET: m.socket, WATCHDOG_USEC: '1500000', WATCHDOG_PID: '1' },
    });
    await daemon.start();
    await until('it is ready', 5000, () => m.heard().some((line) => line.startsWith('READY=1')));
    expect(m.heard()[0]).toBe('READY=1 STATUS=Cloud offline, 0 PBXs WATCHDOG=1');
    await until('it is fed', 5000, () => m.watchdogs() >= 3);
    process.kill(daemon.pid, 'SIGSTOP');
    await sleep(100);
    const frozen = m.watchdogs();
    await sleep(1500);
    expect(m.watchdogs()).toBe(frozen);
    process.kill(daemon.pid, 'SIGCONT');
    await until('it is fed again', 5000, () => m.watchdogs() > frozen);
    await daemon.stop();
    await until('it hears of the stop', 5000, () => m.heard().at(-1) === 'STOPPING=1 STATUS=Stopping');
  });
});
