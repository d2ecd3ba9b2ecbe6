/** The numbers of a picture as a table that can be read aloud, copied and opened without a script. */
import type { Content, Markup } from './markup.ts';
import { markup } from './markup.ts';

export interface Column {
  readonly title: string;
  /** Right-aligned, with figures of equal width. */
  readonly numeric?: boolean;
}

export interface DataTable {
  readonly caption: string;
  readonly columns: readonly Column[];
  /** The first cell of a row names it. */
  readonly rows: readonly (readonly Content[])[];
}

export const renderTable = ({
  caption,
  columns,
  rows,
}: DataTable): Markup => markup`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map(headCell)}</tr></thead>
<tbody>${rows.map(
  (row) => markup`<tr>${row.map((content, index) => bodyCell(content, columns[index], index))}</tr>
`,
)}</tbody>
</table></div>`;

/** The same, folded away under a picture. */
export const renderNumbers = (table: DataTable): Markup =>
  markup`<details><summary>Numbers<span class="quiet"> as a table: ${table.caption}</span></summary>${renderTable(table)}</details>`;

const headCell = ({ title, numeric }: Column): Markup =>
  numeric === true ? markup`<th scope="col" class="n">${title}</th>` : markup`<th scope="col">${title}</th>`;

const bodyCell = (content: Content, column: Column | undefined, index: number): Markup => {
  if (index === 0) return markup`<th scope="row">${content}</th>`;
  return column?.numeric === true ? markup`<td class="n">${content}</td>` : markup`<td>${content}</td>`;
};
