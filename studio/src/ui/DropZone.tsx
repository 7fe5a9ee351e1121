// A place on which files are dropped; it shows that it is one while they are above it.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

export interface DropZoneProps {
  readonly label: string;
  readonly onDrop: (dropped: DataTransfer) => void;
  /** Offers the same by a file input: nothing can be dropped with the keyboard. */
  readonly children: ComponentChildren;
}

export function DropZone({ label, onDrop, children }: DropZoneProps) {
  const [isOver, setOver] = useState(false);
  return (
    <section
      class={`file-drop ${isOver ? "over" : ""}`}
      aria-label={label}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        if (event.dataTransfer !== null) onDrop(event.dataTransfer);
      }}
    >
      {children}
    </section>
  );
}
