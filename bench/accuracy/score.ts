/** Scores visits with the data set's own `measure.py`: ours on panels of three peers, each peer on the panel of the other three. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { AcceptedRow, PanelRow, Peer, Row } from './rows.ts';
import { PEERS } from './rows.ts';

/** The figures of one candidate in one row; which they are depends on the kind of row. */
export interface Figures {
  /** Core recall, or F1 against accepted stays. */
  readonly found: number;
  /** Unsupported share, or recall of accepted stays. */
  readonly other: number;
  readonly dwellS: number;
}

const python = promisify(execFile);

const measure = async (data: string, args: readonly string[]): Promise<Record<string, unknown>> => {
  const { stdout } = await python('python3', [join(data, 'tools', 'measure.py'), ...args, '--json']);
  return JSON.parse(stdout) as Record<string, unknown>;
};

const numberAt = (figures: Record<string, unknown>, key: string): number => {
  const value = figures[key];
  return typeof value === 'number' ? value : Number.NaN;
};

const peerFile = (data: string, folder: string, peer: Peer, gap: string): string =>
  join(data, 'reference', folder, `visits.${peer}.${gap}.csv`);

const scorePanel = async (
  data: string,
  candidate: string,
  references: readonly string[],
): Promise<Figures> => {
  const figures = await measure(data, [candidate, ...references, '--panel']);
  return {
    found: numberAt(figures, 'core_recall'),
    other: numberAt(figures, 'unsupported'),
    dwellS: numberAt(figures, 'core_dwell_med_abs_s'),
  };
};

const withoutPeer = (data: string, row: PanelRow, left: Peer): readonly string[] =>
  PEERS.filter((peer) => peer !== left).map((peer) => peerFile(data, row.panel, peer, row.gap));

const scoreAccepted = async (data: string, row: AcceptedRow, candidate: string): Promise<Figures> => {
  const accepted = join(data, 'reference', row.own, 'visits.reviewed.csv');
  const all = await measure(data, [candidate, accepted, '--ref-window']);
  const figures = (all[accepted] ?? {}) as Record<string, unknown>;
  return {
    found: numberAt(figures, 'f1'),
    other: numberAt(figures, 'recall'),
    dwellS: numberAt(figures, 'dwell_med_abs_s'),
  };
};

const mean = (all: readonly Figures[]): Figures => {
  const of = (pick: (figures: Figures) => number): number =>
    all.reduce((sum, figures) => sum + pick(figures), 0) / all.length;
  return { found: of((f) => f.found), other: of((f) => f.other), dwellS: of((f) => f.dwellS) };
};

/** Our figures: a panel of three, as every peer has it, is fair; the mean over the four such panels. */
export const scoreOurs = async (data: string, row: Row, candidate: string): Promise<Figures> => {
  if (row.kind === 'accepted') return scoreAccepted(data, row, candidate);
  return mean(
    await Promise.all(PEERS.map((left) => scorePanel(data, candidate, withoutPeer(data, row, left)))),
  );
};

/** A peer's own figures in the same row. */
export const scorePeer = (data: string, row: Row, peer: Peer): Promise<Figures> => {
  const candidate = peerFile(data, row.own, peer, row.gap);
  return row.kind === 'accepted'
    ? scoreAccepted(data, row, candidate)
    : scorePanel(data, candidate, withoutPeer(data, row, peer));
};

/** What of the bounds is missed, in words; empty when all hold. */
export const missed = (row: Row, ours: Figures): readonly string[] => {
  const low = row.kind === 'accepted' ? row.f1 : row.coreRecall;
  const lowName = row.kind === 'accepted' ? 'F1' : 'core recall';
  const other = row.kind === 'accepted' ? ours.other >= row.recall : ours.other <= row.unsupported;
  const otherName = row.kind === 'accepted' ? 'recall' : 'unsupported share';
  return [
    ours.found >= low ? '' : lowName,
    other ? '' : otherName,
    row.dwellS === null || ours.dwellS <= row.dwellS ? '' : 'dwell error',
  ].filter((word) => word !== '');
};
