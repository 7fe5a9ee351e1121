// Strategies for all machines, for those who plan in one go: a page has the others only once it computes there.

import { element, group } from "./plan/strategies/elements.ts";
import { provide } from "./plan/strategies/strategyOf.ts";
import { thread } from "./plan/strategies/threads.ts";

/** From now on any graph can be planned. */
export function planAtOnce(): void {
  provide({ thread, element, group });
}
