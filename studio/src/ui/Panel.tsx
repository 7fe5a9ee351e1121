// A part of a page that can be closed; what is closed costs nothing.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

export interface PanelProps {
  readonly title: string;
  readonly isOpen?: boolean;
  /** What it shows, in words and numbers. */
  readonly caption?: string;
  readonly children: ComponentChildren;
}

export function Panel({ title, isOpen = true, caption, children }: PanelProps) {
  const [open, setOpen] = useState(isOpen);
  return (
    <details
      class="panel"
      open={open}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>
        <h2>{title}</h2>
      </summary>
      {open && (
        <section class="panel-body" aria-label={title}>
          {children}
          {caption !== undefined && <p class="panel-caption">{caption}</p>}
        </section>
      )}
    </details>
  );
}
