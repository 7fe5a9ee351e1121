// The rows of the matrix: what runs where, as data.
import type { MatrixOptions } from "./options.ts";

/** One combination, and one kind of work on it. */
export interface Row {
  /** Version of Node, or "Chromium". */
  readonly engine: string;
  readonly backend: "wasm" | "native" | "";
  /** Relaxed SIMD or instruction set. */
  readonly instructions: string;
  /** A number, or in words that the tests choose it. */
  readonly threads: number | "their own" | "";
  readonly work: "numbers" | "kernels" | "training" | "package";
}

/**
 * Rows of one Node. Tests choose their threads themselves, and how training is interrupted does not depend on instructions: the
 * first of each backend serve.
 */
export function rowsOf(engine: string, options: MatrixOptions): Row[] {
  const rows = options.backends.flatMap((name): Row[] => {
    const backend = name as Row["backend"];
    const sets =
      backend === "wasm" ? options.relaxed.map((state) => `relaxed ${state}`) : options.isas;
    return sets.flatMap((instructions, i): Row[] => {
      const combination = { engine, backend, instructions };
      return [
        ...options.threads.map((threads): Row => ({ ...combination, threads, work: "numbers" })),
        { ...combination, threads: "their own", work: "kernels" },
        ...(i > 0 ? [] : [{ ...combination, threads: "their own", work: "training" } as const]),
      ];
    });
  });
  return [...rows, { engine, backend: "", instructions: "", threads: "", work: "package" }];
}

/** Golden cases in Chromium. */
export function chromiumRows({ threads, relaxed }: MatrixOptions): Row[] {
  return relaxed.flatMap((name) =>
    threads.map(
      (count): Row => ({
        engine: "Chromium",
        backend: "wasm",
        instructions: `relaxed ${name}`,
        threads: count,
        work: "numbers",
      }),
    ),
  );
}

/** The environment in which a row runs. */
export function environmentOf({ backend, instructions, threads }: Row): Record<string, string> {
  return {
    FOVEA_BACKEND: backend,
    FOVEA_THREADS: typeof threads === "number" ? String(threads) : "",
    FOVEA_RELAXED_SIMD: backend === "wasm" ? instructions.replace("relaxed ", "") : "",
    FOVEA_NATIVE_ISA: backend === "native" ? instructions : "",
  };
}
