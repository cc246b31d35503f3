import { DemarcError } from '#contract/errors/demarc-error.ts';
import type { CstaElement, CstaMessage } from './xml.ts';

/** Devices that are taken from one PBX at most; a segment without any counts as one. */
const MAX_DEVICES = 200_000;
/** Longest text that is kept of a device, in characters. */
const MAX_TEXT = 256;

/** One device (ECMA-323, SwitchingFunctionDevices). Only the id is sure to be there. */
export interface CstaDevice {
  id: string;
  category?: string;
  type?: string;
  model?: string;
}

interface Segment {
  reference: string | undefined;
  number: number | undefined;
  last: boolean;
  devices: CstaDevice[];
}

/**
 * The segments of one device list, in the order of their coming. They may overtake the answer that names their
 * reference, so they are collected from before the request on.
 */
export class DeviceList {
  readonly #limitMs: number;
  readonly #signal: AbortSignal;
  readonly #segments: Segment[] = [];
  #error: DemarcError | undefined;
  #wake: () => void = () => undefined;
  #held = 0;

  constructor(options: { limitMs: number; signal: AbortSignal }) {
    this.#limitMs = options.limitMs;
    this.#signal = options.signal;
  }

  /** @throws DemarcError `csta.protocol` for more devices than any PBX has */
  notice(message: CstaMessage): void {
    if (message.name !== 'SwitchingFunctionDevices') return;
    const segment = toSegment(message.root);
    this.#held += Math.max(1, segment.devices.length);
    if (this.#held > MAX_DEVICES) throw new DemarcError('csta.protocol', `more than ${MAX_DEVICES} devices`);
    this.#segments.push(segment);
    this.#wake();
  }

  fail(error: DemarcError): void {
    this.#error = error;
    this.#wake();
  }

  /**
   * The devices, segment by segment, until the PBX says that it was the last. A segment without a reference belongs to
   * the one list that is being read.
   * @throws DemarcError `pbx.truncated` when it breaks off after the first segment, else what broke it off
   */
  async *read(reference: string | undefined): AsyncGenerator<CstaDevice[], void, void> {
    const seen = new Set<number>();
    let given = 0;
    for (;;) {
      const segment = await this.#next(given);
      if (reference !== undefined && segment.reference !== undefined && segment.reference !== reference) continue;
      if (segment.number !== undefined && seen.has(segment.number)) continue;
      if (segment.number !== undefined) seen.add(segment.number);
      given += segment.devices.length;
      if (segment.devices.length > 0) yield segment.devices;
      if (!segment.last) continue;
      const lost = missing(seen);
      if (lost !== undefined) throw new DemarcError('pbx.truncated', `segment ${lost} of the device list is missing`);
      return;
    }
  }

  async #next(given: number): Promise<Segment> {
    const end = performance.now() + this.#limitMs;
    for (;;) {
      const segment = this.#segments.shift();
      if (segment) return segment;
      const error = this.#error ?? this.#outOfTime(end);
      if (error) throw given === 0 ? error : brokenOff(error, given);
      await this.#woken(end);
    }
  }

  #outOfTime(end: number): DemarcError | undefined {
    if (this.#signal.aborted) return new DemarcError('pbx.canceled', 'the device list');
    if (performance.now() < end) return undefined;
    return new DemarcError('pbx.timeout', `the next part of the device list: ${this.#limitMs} ms`);
  }

  async #woken(end: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(resolve, Math.max(1, end - performance.now()));
    const onAbort = () => resolve();
    this.#signal.addEventListener('abort', onAbort, { once: true });
    await promise;
    clearTimeout(timer);
    this.#signal.removeEventListener('abort', onAbort);
  }
}

function toSegment(root: CstaElement): Segment {
  const number = root.textAt('segmentID');
  return {
    reference: root.textAt('serviceCrossRefID'),
    number: number !== undefined && /^\d{1,9}$/.test(number) ? Number(number) : undefined,
    last: /^(true|1)$/i.test(root.textAt('lastSegment') ?? ''),
    devices: (root.at('deviceList')?.all('device') ?? []).map(toDevice),
  };
}

function toDevice(device: CstaElement): CstaDevice {
  const text = (name: string) => device.textAt(name)?.slice(0, MAX_TEXT).toWellFormed();
  const [category, type, model] = [text('deviceCategory'), text('namedDeviceTypes'), text('deviceModelName')];
  return {
    id: text('deviceID') ?? '',
    ...(category === undefined ? {} : { category }),
    ...(type === undefined ? {} : { type }),
    ...(model === undefined ? {} : { model }),
  };
}

/** The first number that is missing between the first and the last; lists count from 0 or from 1. */
function missing(seen: ReadonlySet<number>): number | undefined {
  if (seen.size === 0) return undefined;
  const start = seen.has(0) ? 0 : 1;
  for (let at = start; at < start + seen.size; at += 1) if (!seen.has(at)) return at;
  return undefined;
}

function brokenOff(error: DemarcError, devices: number): DemarcError {
  if (error.code === 'pbx.canceled') return error;
  return new DemarcError('pbx.truncated', `after ${devices} devices: ${error.message}`, { cause: error });
}
