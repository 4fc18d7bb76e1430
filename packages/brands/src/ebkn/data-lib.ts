/** The record dialect of a terminal: `fk_bin_data_lib`, in any case (§4.1). */
export type DataLib = 'HS100' | 'HS101' | 'HS102' | 'HS103' | 'HS104' | 'HS105' | 'HS200' | 'M50' | 'other';

const KNOWN: ReadonlyMap<string, DataLib> = new Map([
  ...(['HS100', 'HS101', 'HS102', 'HS103', 'HS104', 'HS105', 'HS200'] as const).map(
    (lib) => [`FKDATA${lib}`, lib] as const,
  ),
  ['M50', 'M50'] as const,
]);

/** Which library a name means; undefined when none was said, `other` for a name that no document has. */
export function dataLibOf(name: string | undefined): DataLib | undefined {
  const text = name?.trim().toUpperCase() ?? '';
  return text === '' ? undefined : (KNOWN.get(text) ?? 'other');
}

/** Libraries whose two modes are 32-bit words (§4.2.1, §4.2.2). */
export const hasWideModes = (lib: DataLib | undefined): boolean =>
  lib === 'HS102' || lib === 'HS103' || lib === 'HS105';
