// Asks the JavaScript engine to collect garbage. It sees only the small handles of tensors, not the
// memory behind them, and so may wait too long by itself.
import { nodeModule } from "./tensor/environment.ts";

let collect: (() => void) | null | undefined;

/** Collects now where the platform lets a program ask (Node); elsewhere does nothing. */
export function collectGarbage(): void {
  collect ??= findCollector();
  collect?.();
}

function findCollector(): (() => void) | null {
  const exposed = (globalThis as { gc?: () => void }).gc;
  if (exposed !== undefined) return exposed;
  nodeModule("node:v8")?.setFlagsFromString("--expose-gc");
  return nodeModule("node:vm")?.runInNewContext("gc") ?? null;
}
