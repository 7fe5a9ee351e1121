// A figure: a title, what is shown, and a caption that says it in words.
import type { ComponentChildren } from "preact";

export interface FigureProps {
  readonly title: string;
  /** What the figure shows, in words and numbers: for those who do not see it, and as the caption. */
  readonly caption: string;
  readonly children: ComponentChildren;
}

export function Figure({ title, caption, children }: FigureProps) {
  return (
    <figure class="figure" aria-label={title}>
      <div class="figure-title">{title}</div>
      <div class="figure-body">{children}</div>
      <figcaption aria-live="polite">{caption}</figcaption>
    </figure>
  );
}
