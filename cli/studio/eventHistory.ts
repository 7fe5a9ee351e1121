// The events of a training for those who come late, as they go over the wire. Its size is bounded: the older steps are
// thinned out, and so are epochs, once there are very many.
import type { WatchEvent } from "./watchTypes.ts";

const mostSteps = 600;
const mostEpochs = 5000;

interface Kept {
  readonly number: number;
  readonly type: WatchEvent["type"];
  readonly text: string;
}

export class EventHistory {
  #kept: Kept[] = [];
  #last = 0;

  add(event: WatchEvent): void {
    this.#last++;
    this.#kept.push({
      number: this.#last,
      type: event.type,
      text: `data: ${JSON.stringify(event)}\n\n`,
    });
    this.#thin("step", mostSteps);
    this.#thin("epoch", mostEpochs);
  }

  /** What came after an event, and the number of the last. */
  since(number: number): { readonly text: string; readonly last: number } {
    // Mostly it is the last one or none: looked for from the end.
    let from = this.#kept.length;
    while (from > 0 && (this.#kept[from - 1] as Kept).number > number) from--;
    const text = this.#kept
      .slice(from)
      .map((each) => each.text)
      .join("");
    return { text, last: this.#last };
  }

  /** Every second one goes, but for the newest. */
  #thin(type: WatchEvent["type"], most: number): void {
    const newest = this.#kept.at(-1);
    if (newest?.type !== type) return;
    const count = this.#kept.reduce((sum, each) => sum + (each.type === type ? 1 : 0), 0);
    if (count <= most) return;
    let place = 0;
    this.#kept = this.#kept.filter(
      (each) => each.type !== type || each === newest || place++ % 2 === 0,
    );
  }
}
