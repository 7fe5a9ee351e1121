// A picture with a thing in it that is moved by dragging, or by arrow keys.
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";

export interface Place {
  readonly row: number;
  readonly column: number;
}

export interface MovableProps {
  /** What moves, and how: read aloud. */
  readonly label: string;
  /** Size of the picture, in elements. */
  readonly width: number;
  readonly height: number;
  readonly at: Place;
  readonly onMove: (to: Place) => void;
  /** The picture; it fills the area. */
  readonly children: ComponentChildren;
}

const keys: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

/** Keeping the place within bounds is left to `onMove`. */
export function Movable({ label, width, height, at, onMove, children }: MovableProps) {
  const grabbed = useRef<{ readonly pointer: Place; readonly at: Place } | null>(null);
  const elementAt = ({ clientX, clientY }: PointerEvent, area: DOMRect): Place => ({
    row: Math.floor(((clientY - area.top) / area.height) * height),
    column: Math.floor(((clientX - area.left) / area.width) * width),
  });
  return (
    <div
      class="movable"
      role="application"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move what it shows
      tabIndex={0}
      onPointerDown={(event) => {
        const area = event.currentTarget.getBoundingClientRect();
        grabbed.current = { pointer: elementAt(event, area), at };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        const start = grabbed.current;
        if (start === null || event.buttons === 0) return;
        const now = elementAt(event, event.currentTarget.getBoundingClientRect());
        onMove({
          row: start.at.row + now.row - start.pointer.row,
          column: start.at.column + now.column - start.pointer.column,
        });
      }}
      onPointerUp={() => {
        grabbed.current = null;
      }}
      onKeyDown={(event) => {
        const move = keys[event.key];
        if (move === undefined) return;
        event.preventDefault();
        onMove({ row: at.row + move[0], column: at.column + move[1] });
      }}
    >
      {children}
    </div>
  );
}
