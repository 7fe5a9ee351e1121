// Kernels divided as a GPU wants them, a chunk for each element, on a backend that runs everywhere.
import type { Backend, Capabilities } from "../../src/backend/backend.ts";

/** The same backend, asking for chunks of one element. */
export function byElement(backend: Backend): Backend {
  const capabilities: Capabilities = {
    ...backend.capabilities,
    lanes: 1,
    laneChoices: [1],
    unrolled: 4,
    grain: "element",
  };
  return new Proxy(backend, {
    get(target, key) {
      if (key === "capabilities") return capabilities;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
