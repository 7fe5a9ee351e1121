// What all chapters have: their title, and the way to the ones before and after.
import type { ComponentChildren } from "preact";
import { addressOf } from "../location.ts";
import { say } from "../text.ts";
import { type ChapterPath, chapters } from "./chapters.ts";

export function ChapterFrame({
  path,
  children,
}: {
  readonly path: ChapterPath;
  readonly children: ComponentChildren;
}) {
  const at = chapters.findIndex((chapter) => chapter.path === path);
  const [before, chapter, after] = [chapters[at - 1], chapters[at], chapters[at + 1]];
  if (chapter === undefined) throw new Error(`no chapter has the path ${path}`);
  return (
    <article class="chapter">
      <h1>{say(chapter.title)}</h1>
      <p class="lead">{say(chapter.summary)}</p>
      {children}
      <nav class="chapter-ends" aria-label={say({ en: "Chapters", zh: "章节" })}>
        {before && <a href={addressOf(before.path)}>← {say(before.title)}</a>}
        {after && (
          <a class="next" href={addressOf(after.path)}>
            {say(after.title)} →
          </a>
        )}
      </nav>
    </article>
  );
}
