// The training that `fovea train --studio` shows: followed as long as the page is open, whatever page is shown.
import { computed, signal } from "@preact/signals";
import type { WatchEvent, WatchIndex } from "../../../../cli/studio/watchTypes.ts";
import { type Watched, watchedWith } from "./watched.ts";

/** How the stream of events is doing. */
export type Line = "open" | "lost" | "closed";

/** The training as told so far; null where none is watched. */
export const watched = signal<Watched | null>(null);
export const line = signal<Line>("closed");

/** Is there a training to watch? */
export const isWatching = computed(() => watched.value !== null);

let isAsked = false;

/** Asks once whether the page comes from a training; if so, follows it. */
export async function startWatching(): Promise<void> {
  if (isAsked) return;
  isAsked = true;
  try {
    const response = await fetch("watch/index.json", { cache: "no-store" });
    if (!response.ok) return;
    const index = (await response.json()) as WatchIndex | null;
    if (index !== null) follow();
  } catch {
    // A server that has no such file, or a page that was kept: nothing is watched.
  }
}

function follow(): void {
  watched.value = watchedWith([]);
  // Reconnects by itself; each time all is told from the beginning.
  const source = new EventSource("watch/events");
  let waiting: WatchEvent[] = [];
  source.addEventListener("open", () => {
    line.value = "open";
  });
  source.addEventListener("message", ({ data }: MessageEvent<string>) => {
    // What comes at once is shown at once: a training's past is hundreds of events.
    if (waiting.length === 0) setTimeout(show, 100);
    waiting.push(JSON.parse(data) as WatchEvent);
  });
  source.addEventListener("error", () => {
    // After its last event the command is done, and nobody will answer again.
    show();
    const isOver = watched.value?.over != null;
    line.value = isOver || source.readyState === EventSource.CLOSED ? "closed" : "lost";
    if (line.value === "closed") source.close();
  });
  const show = (): void => {
    const events = waiting;
    if (events.length === 0) return;
    waiting = [];
    watched.value = watchedWith(events, watched.value ?? undefined);
  };
}
