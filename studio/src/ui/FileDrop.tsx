// A place for a file: chosen with the keyboard or the pointer, or dropped.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { DropZone } from "./DropZone.tsx";

export interface FileDropProps {
  readonly label: string;
  /** As in the attribute of file inputs: ".safetensors". */
  readonly accept: string;
  readonly onFile: (file: File) => void;
  readonly children?: ComponentChildren;
}

export function FileDrop({ label, accept, onFile, children }: FileDropProps) {
  const id = useId();
  return (
    <DropZone
      label={label}
      onDrop={({ files: [file] }) => {
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
    </DropZone>
  );
}
