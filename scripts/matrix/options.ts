// The words of `npm run matrix`.
import { parseArgs } from "node:util";

/** What is to be combined with what. */
export interface MatrixOptions {
  /** Versions of Node, as npm knows them: majors or whole numbers. */
  readonly nodes: readonly string[];
  readonly threads: readonly number[];
  readonly relaxed: readonly string[];
  readonly backends: readonly string[];
  readonly isas: readonly string[];
  readonly chromium: boolean;
}

export const usage = `usage: npm run matrix [-- OPTION...]

  --node 20,22,24         versions of Node, each the latest of its kind, fetched with npm
  --threads 1,2,3         threads that compute
  --backend wasm,native
  --relaxed on,off        relaxed SIMD of WebAssembly
  --isa avx512,avx2,plain instructions of native code; all that this processor has unless given
  --chromium              the golden cases in headless Chromium too`;

/**
 * Reads the words; `isas` are those that the processor has.
 * @throws Error with a sentence for a word that is not known
 */
export function parseMatrixOptions(
  words: readonly string[],
  isas: readonly string[],
): MatrixOptions {
  const { values } = parseArgs({
    args: [...words],
    options: {
      node: { type: "string", default: "20,22,24" },
      threads: { type: "string", default: "1,2,3" },
      backend: { type: "string", default: "wasm,native" },
      relaxed: { type: "string", default: "on,off" },
      isa: { type: "string", default: isas.join() },
      chromium: { type: "boolean", default: false },
    },
  });
  return {
    nodes: list("node", values.node, /^\d+(\.\d+){0,2}$/),
    threads: list("threads", values.threads, /^[1-9]\d?$/).map(Number),
    backends: list("backend", values.backend, /^(wasm|native)$/),
    relaxed: list("relaxed", values.relaxed, /^(on|off)$/),
    isas: list("isa", values.isa, /^(avx512|avx2|neon|plain|)$/),
    chromium: values.chromium,
  };
}

/** The parts of `a,b,c`, each once. */
function list(name: string, text: string, allowed: RegExp): string[] {
  const parts = [...new Set(text.split(",").map((part) => part.trim()))];
  for (const part of parts)
    if (!allowed.test(part)) throw new Error(`--${name}: "${part}" is not known\n\n${usage}`);
  return parts;
}
