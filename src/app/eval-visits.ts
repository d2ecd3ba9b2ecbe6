/** `eval visits`: the product's own detector over a file of fixes whose use is permitted, ids left as they are, without epoch cuts. */
import { writeFile } from 'node:fs/promises';
import { durationFlag } from './eval/duration-flag.ts';
import { readFixes } from './eval/fix-lines.ts';
import { readPlaces } from './eval/places.ts';
import type { Fix } from './eval/fix-lines.ts';
import { OboroError } from '../model/errors.ts';
import type { Pseudonym, Who } from '../model/identity.ts';
import type { Movement, Visit } from '../model/visit.ts';
import { MINUTE_MS, epochStart, eventTime, watermark } from '../model/time.ts';
import type { CellSpot } from '../place/cells.ts';
import { CellMemo } from '../place/cells.ts';
import type { StoreIndex } from '../place/store-index.ts';
import { STORE_RESOLUTION } from '../place/units.ts';
import type { DetectorState, VisitsEnv } from '../visits/detector-state.ts';
import { visitsFold } from '../visits/detector.ts';

export interface EvalVisitsArgs {
  /** CSV, gzipped or not: `device,ts_ms,lat,lon[,arrival_ms][,accuracy_m]`. */
  readonly fixes: string;
  /** CSV `place,lat,lon,radius_m`, or GeoJSON polygons with a `place` property. */
  readonly places: string;
  readonly out: string;
  /** ISO 8601 duration: a gap between fixes up to this long inside one place is one visit. */
  readonly bridge?: string;
  /** ISO 8601 duration: how far behind its device's newest fix a fix may come. */
  readonly lateness?: string;
}

export interface EvalVisitsResult {
  readonly visits: number;
  readonly fixes: number;
  readonly dropped: Readonly<Record<string, number>>;
}

const MIN_DWELL_MS = 5 * MINUTE_MS;
const NO_END = eventTime(Number.POSITIVE_INFINITY);
/** The detector is told no watermark but the last: each device is driven by its own newest time. */
const START = watermark(Number.NEGATIVE_INFINITY);
const END = watermark(Number.POSITIVE_INFINITY);

/** One device on its way through the file. */
interface Device {
  readonly who: Who;
  state: DetectorState | null;
  spot: CellSpot | null;
}

/** Writes `device,place,start,end` (epoch ms), ordered by device, start and place. Throws INPUT_* and CFG errors. */
export const evalVisits = async (args: EvalVisitsArgs): Promise<EvalVisitsResult> => {
  const env = envOf(args, await readPlaces(args.places));
  const devices = new Map<string, Device>();
  const cells = new CellMemo(STORE_RESOLUTION);
  const visits: Visit[] = [];
  const dropped: Record<string, number> = {};
  const count = (reason: string): void => {
    dropped[reason] = (dropped[reason] ?? 0) + 1;
  };
  const keep = (movements: readonly Movement[]): void => {
    for (const movement of movements) if (movement.kind === 'visit') visits.push(movement);
  };
  const takeFix = (fix: Fix): void => {
    const device = deviceOf(devices, fix.device);
    device.spot = cells.spotAt(fix.position, device.spot);
    const { position, accuracyM, at } = fix;
    const near = { who: device.who, position, cell: device.spot.cell, accuracyM, at };
    const step = visitsFold.onEvent(device.state ?? visitsFold.empty(fix.device), near, START, env);
    device.state = step.state;
    keep(step.emit);
    step.dropped.forEach(count);
  };
  const fixes = await readFixes(args.fixes, takeFix, count);
  for (const { state } of devices.values())
    if (state !== null) keep(visitsFold.onWatermark(state, END, env).emit);
  await write(args.out, visits);
  return { visits: visits.length, fixes, dropped };
};

const envOf = (args: EvalVisitsArgs, stores: StoreIndex): VisitsEnv => {
  const bridgeMs = durationFlag('--bridge', args.bridge ?? 'PT12H');
  return {
    policy: {
      latenessMs: durationFlag('--lateness', args.lateness ?? 'PT5M'),
      visits: { minDwellMs: MIN_DWELL_MS, bridgeMs, sessionGapMs: bridgeMs },
    },
    stores,
    endOfEpoch: () => NO_END,
    footfall: null,
  };
};

const deviceOf = (devices: Map<string, Device>, id: string): Device => {
  const known = devices.get(id);
  if (known !== undefined) return known;
  // No pseudonym is made here: this command is for data that may be used with its identifiers.
  const name = id as Pseudonym;
  const who: Who = { epoch: epochStart(0), subject: name, device: name, linked: true };
  const device: Device = { who, state: null, spot: null };
  devices.set(id, device);
  return device;
};

const write = async (path: string, visits: readonly Visit[]): Promise<void> => {
  const rows = visits.toSorted(byDeviceAndTime).map(({ who, store, start, end }) => {
    return `${quoted(who.device)},${quoted(store)},${String(start)},${String(end)}\n`;
  });
  await writeFile(path, `device,place,start,end\n${rows.join('')}`).catch((cause: unknown) => {
    throw new OboroError('OUTPUT_DENIED', `cannot write ${path}`, { cause });
  });
};

const byDeviceAndTime = (a: Visit, b: Visit): number =>
  compare(a.who.device, b.who.device) || a.start - b.start || a.end - b.end || compare(a.store, b.store);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const quoted = (field: string): string =>
  /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
