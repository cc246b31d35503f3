import snmp from 'net-snmp';
import type { Evidence } from '../evidence.ts';
import type { HostSignal } from './signal.ts';

const LIMIT_MS = 1500;
const OIDS = {
  sysDescr: '1.3.6.1.2.1.1.1.0',
  sysObjectId: '1.3.6.1.2.1.1.2.0',
  sysName: '1.3.6.1.2.1.1.5.0',
  engineId: '1.3.6.1.6.3.10.2.1.1.0',
} as const;

/** What a system says of itself over SNMP v2c; nothing is sent without a community that the person gave. */
export const snmpSignal: HostSignal = {
  name: 'snmp',
  async *probe({ address }, context): AsyncIterable<Evidence> {
    if (context.community === undefined) return;
    await context.take();
    const values = await read(address, context.ports.snmp, context.community, context.signal);
    const sysDescr = values.get(OIDS.sysDescr)?.toString('utf8').slice(0, 300);
    if (sysDescr === undefined) return;
    const sysObjectId = values.get(OIDS.sysObjectId)?.toString('utf8');
    const sysName = values.get(OIDS.sysName)?.toString('utf8').slice(0, 100);
    const engineId = values.get(OIDS.engineId)?.toString('hex');
    yield {
      signal: 'snmp',
      address,
      port: context.ports.snmp,
      sysDescr,
      ...(sysObjectId ? { sysObjectId } : {}),
      ...(sysName ? { sysName } : {}),
      ...(engineId ? { engineId } : {}),
    };
  },
};

/** One GET; objects that the agent does not have are left out. */
function read(
  address: string,
  port: number,
  community: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Buffer>> {
  return new Promise((resolve) => {
    const session = snmp.createSession(address, community, {
      port,
      version: snmp.Version2c,
      timeout: LIMIT_MS / 2,
      retries: 1,
    });
    const values = new Map<string, Buffer>();
    let isOver = false;
    const end = () => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      session.close();
      resolve(values);
    };
    const timer = setTimeout(end, LIMIT_MS + 500);
    signal.addEventListener('abort', end, { once: true });
    session.on('error', end);
    session.get(Object.values(OIDS), (error, varbinds) => {
      for (const { oid, value } of error ? [] : (varbinds ?? []).filter((found) => !snmp.isVarbindError(found))) {
        if (Buffer.isBuffer(value)) values.set(oid, value);
        else if (typeof value === 'string') values.set(oid, Buffer.from(value));
      }
      end();
    });
  });
}
