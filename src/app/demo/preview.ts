/** The first rows of the released tables, for a terminal. */
import type { ReleasedRecord, ReleasedTables } from '../../ports/releases.ts';

const PREVIEWS = [
  {
    title: 'visits: how many came, by store and hour (rounded; fewer than k are never shown)',
    sql: `SELECT unit_id AS store, window_kind AS "window", substr(window_start, 12, 5) AS "from",
            substr(window_end, 12, 5) AS "to", visitors, visits, holds
          FROM visits WHERE status = 'RELEASED' AND unit_kind = 'store'
          ORDER BY visitors DESC, unit_id, window_start LIMIT 5`,
  },
  {
    title: 'dwell: how long they stayed',
    sql: `SELECT unit_id AS store, window_kind AS "window", substr(window_start, 12, 5) AS "from",
            bin_from_s // 60 AS min_from, bin_to_s // 60 AS min_to, visitors
          FROM dwell WHERE unit_kind = 'store' ORDER BY unit_id, window_start, bin_from_s LIMIT 5`,
  },
  {
    title: 'transitions: where they went next',
    sql: `SELECT unit_kind AS "of", unit_id AS id, dimension, to_kind, to_id, visitors
          FROM transitions WHERE to_kind <> 'elsewhere' ORDER BY visitors DESC, unit_id, to_id LIMIT 5`,
  },
  {
    title: 'footfall: people on the move, outside any stay',
    sql: `SELECT cell, resolution AS r, window_kind AS "window", substr(window_start, 12, 5) AS "from", subjects
          FROM footfall ORDER BY subjects DESC, cell LIMIT 5`,
  },
] as const;

export const previewLines = async (
  tables: ReleasedTables,
  bold: (text: string) => string,
): Promise<readonly string[]> => {
  const lines: string[] = [];
  for (const { title, sql } of PREVIEWS) {
    const rows = await tables.query(sql);
    lines.push(bold(title), ...(rows.length === 0 ? ['  none released'] : grid(rows)), '');
  }
  return lines;
};

const grid = (rows: readonly ReleasedRecord[]): readonly string[] => {
  const names = Object.keys(rows[0] ?? {});
  const cells = [names, ...rows.map((row) => names.map((name) => String(row[name] ?? '∞')))];
  const widths = names.map((_, i) => Math.max(...cells.map((row) => (row[i] ?? '').length)));
  return cells.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd());
};
