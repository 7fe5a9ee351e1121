// A small matrix with its numbers, cells coloured by value.
import { cellStyle, magnitudeOf, type ScaleName } from "./scales.ts";

export interface MatrixProps {
  /** What it is: read aloud before its numbers. */
  readonly label: string;
  readonly values: readonly (readonly number[])[];
  readonly scale?: Exclude<ScaleName, "gray">;
  /** The value at the end of the scale; the largest magnitude unless given. */
  readonly most?: number;
  readonly format?: (value: number) => string;
  /** Marks cells: those under a window, say. */
  readonly mark?: (row: number, column: number) => boolean;
  /** Cells that are there but count as nothing: padding. */
  readonly faint?: (row: number, column: number) => boolean;
  /** Makes cells editable. */
  readonly onEdit?: (row: number, column: number, value: number) => void;
  /** Called for the cell that is pointed at, touched, or focused. */
  readonly onPoint?: (row: number, column: number) => void;
}

const short = (value: number): string =>
  (Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 10 ? 2 : 1)).replace(
    "-",
    "−",
  );

export function Matrix({
  label,
  values,
  scale = "diverging",
  most = magnitudeOf(values.flat()),
  format = short,
  mark = () => false,
  faint = () => false,
  onEdit,
  onPoint,
}: MatrixProps) {
  const cell = (value: number, row: number, column: number) => {
    const style = cellStyle(scale, value / most);
    const name = `${label} ${row + 1}, ${column + 1}`;
    const point = onPoint && (() => onPoint(row, column));
    const classes = [mark(row, column) && "marked", faint(row, column) && "faint"];
    return (
      <td
        key={column}
        class={classes.filter(Boolean).join(" ")}
        style={style}
        onPointerEnter={point}
      >
        {onEdit !== undefined ? (
          <input
            type="number"
            step="any"
            aria-label={name}
            value={value}
            style={{ color: style.color }}
            onFocus={point}
            onInput={({ currentTarget: { valueAsNumber } }) => {
              if (Number.isFinite(valueAsNumber)) onEdit(row, column, valueAsNumber);
            }}
          />
        ) : point !== undefined ? (
          <button
            type="button"
            aria-label={`${name}: ${format(value)}`}
            style={{ color: style.color }}
            onFocus={point}
            onClick={point}
          >
            {format(value)}
          </button>
        ) : (
          format(value)
        )}
      </td>
    );
  };
  return (
    <table class="matrix" aria-label={label}>
      <tbody>
        {values.map((line, row) => (
          <tr key={row}>{line.map((value, column) => cell(value, row, column))}</tr>
        ))}
      </tbody>
    </table>
  );
}
