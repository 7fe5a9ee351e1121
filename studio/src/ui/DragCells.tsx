// Pressing and dragging over the cells of a matrix, by mouse, pen or finger.
import type { ComponentChildren } from "preact";

export interface DragCellsProps {
  /** The cell under the pointer; `isStart` where the press begins. */
  readonly onDrag: (row: number, column: number, isStart: boolean) => void;
  readonly children: ComponentChildren;
}

/** A pointer's way of doing what keyboards do elsewhere: offer both. */
export function DragCells({ onDrag, children }: DragCellsProps) {
  const drag = ({ clientX, clientY }: PointerEvent, isStart: boolean): void => {
    // A finger's events keep going to the cell in which they began: ask what lies under it.
    const cell = document.elementFromPoint(clientX, clientY)?.closest("td");
    const line = cell?.parentElement;
    if (cell && line instanceof HTMLTableRowElement) {
      onDrag(line.rowIndex, cell.cellIndex, isStart);
    }
  };
  return (
    <div
      class="drag-cells"
      onPointerDown={(event) => drag(event, true)}
      onPointerMove={(event) => {
        if (event.buttons !== 0) drag(event, false);
      }}
    >
      {children}
    </div>
  );
}
