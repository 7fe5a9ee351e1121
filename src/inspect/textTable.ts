// Tables of numbers and words for the terminal, and how sizes are written there.

/** One column of numbers, its cells already text. */
export interface NumberColumn {
  readonly title: string;
  readonly cells: readonly string[];
}

/** Words keep at least this many characters; before, columns go. */
const leastWordWidth = 40;
const gap = "  ";

/**
 * Numbers to the right, then words, cut where they do not fit.
 * @param columns the most important first: from the end they are left out
 * @param words   title, then one for each row
 * @internal
 */
export function textTable(
  columns: readonly NumberColumn[],
  words: readonly string[],
  limit: number,
): string[] {
  const widths = columns.map(({ title, cells }) =>
    Math.max(title.length, ...cells.map(({ length }) => length)),
  );
  const before = (count: number): number =>
    widths.slice(0, count).reduce((sum, width) => sum + width + gap.length, 0);
  const wanted = Math.min(leastWordWidth, Math.max(...words.map(({ length }) => length)));
  let shown = columns.length;
  while (shown > 1 && before(shown) + wanted > limit) shown--;
  const room = Math.max(1, limit - before(shown));
  return words.map((word, row) => {
    const cells = columns
      .slice(0, shown)
      .map(({ title, cells }, i) =>
        (row === 0 ? title : (cells[row - 1] as string)).padStart(widths[i] as number),
      );
    return [...cells, word.length > room ? `${word.slice(0, room - 1)}…` : word].join(gap);
  });
}

/** A column whose cells follow from items. @internal */
export function numberColumn<T>(
  items: readonly T[],
  title: string,
  text: (item: T) => string,
): NumberColumn {
  return { title, cells: items.map(text) };
}

/** Lines broken between words. @internal */
export function wrapped(lines: readonly string[], limit: number): string[] {
  return lines.flatMap((line) => {
    const broken: string[] = [];
    for (const word of line.split(" ")) {
      const last = broken.at(-1);
      if (last !== undefined && last.length + 1 + word.length <= limit)
        broken[broken.length - 1] = `${last} ${word}`;
      else broken.push(word);
    }
    return broken;
  });
}

/** 1.5 MB; nothing for 0. @internal */
export function bytesText(value: number): string {
  if (value === 0) return "";
  if (value < 1000) return `${value} B`;
  const [size, unit] =
    value < 1e6 ? [value / 1e3, "kB"] : value < 1e9 ? [value / 1e6, "MB"] : [value / 1e9, "GB"];
  return `${size.toFixed(size < 100 ? 1 : 0)} ${unit}`;
}

/** 7.2% or 35% @internal */
export function percentText(share: number): string {
  return `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)}%`;
}
