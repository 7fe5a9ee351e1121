// A place for a file: chosen with the keyboard or the pointer, or dropped.
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";

export interface FileDropProps {
  readonly label: string;
  /** As in the attribute of file inputs: ".safetensors". */
  readonly accept: string;
  readonly onFile: (file: File) => void;
  readonly children?: ComponentChildren;
}

export function FileDrop({ label, accept, onFile, children }: FileDropProps) {
  const id = useId();
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
        const file = event.dataTransfer?.files[0];
        if (file !== undefined) onFile(file);
      }}
    >
      <label for={id}>{label}</label>
      <input
        id={id}
        type="file"
        accept={accept}
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          // The same file may be chosen again.
          currentTarget.value = "";
          if (file !== undefined) onFile(file);
        }}
      />
      {children}
    </section>
  );
}
