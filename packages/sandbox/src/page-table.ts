import { type Doc, textOf } from './document.ts';
import { escapeHtml } from './failures.ts';

export interface Column {
  readonly label: string;
  readonly field: string;
}

const cellOf = (doc: Doc, { label, field }: Column): string =>
  `<td data-label="${escapeHtml(label)}"><span>${escapeHtml(textOf(doc, field)) || '–'}</span></td>`;

/** Rows as a table that a narrow screen shows as blocks. */
export function table(columns: readonly Column[], docs: readonly Doc[], whenEmpty: string): string {
  if (docs.length === 0) return `<p>${whenEmpty}</p>`;
  const head = columns.map(({ label }) => `<th scope="col">${escapeHtml(label)}</th>`).join('');
  const rows = docs.map((doc) => `<tr>${columns.map((column) => cellOf(doc, column)).join('')}</tr>`).join('\n');
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>\n${rows}\n</tbody></table></div>`;
}

export const newestFirst = (a: Doc, b: Doc): number => {
  const [left, right] = [textOf(a, 'creation'), textOf(b, 'creation')];
  return left < right ? 1 : left > right ? -1 : 0;
};
