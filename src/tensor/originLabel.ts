// What a kernel is called where people look inside.
import type { KernelOrigin } from "./origin.ts";

/**
 * A kernel in words: module, the op that people called, what was fused, and the kernel's own name where that says more.
 * @internal
 */
export function labelOf(name: string, origin: KernelOrigin | null): string {
  if (origin === null) return name;
  const { path, op, core, ops } = origin;
  const words = ops.length === 0 ? [core || name] : ops.map((fused) => fused.op);
  const isPart = op !== "" && !core.startsWith(op) && !words.includes(op);
  const whole = `${isPart ? `${op}: ` : ""}${words.join("+")}`;
  const isHelper = name !== core && name !== "" && !words.includes(name);
  return `${path === "" ? "" : `${path} `}${whole}${isHelper ? ` (${name})` : ""}`;
}
