// What `fit` says when memory runs out: what takes it, and which batch would fit.
import type { Module } from "../nn/module.ts";
import { engine } from "../tensor/engine.ts";
import { BackendError } from "../tensor/errors.ts";
import { noGrad } from "../tensor/state.ts";
import { type EstimateMemoryOptions, type MemoryEstimate, planTraining } from "./planTraining.ts";

/** The error of `fit` when memory ran out: what took it, and which batch would fit. */
export function explainMemory(
  error: BackendError,
  net: Module,
  options: EstimateMemoryOptions & { readonly batchSize: number },
): BackendError {
  const { memoryLimit, arenaLimit } = engine();
  const estimate = (batchSize: number): MemoryEstimate =>
    noGrad(() => planTraining(net, { ...options, batchSize }).estimate);
  const asked = estimate(options.batchSize);
  // The machine has less than its limit.
  if (fits(asked)) return error;
  let [fitting, tooLarge] = [0, options.batchSize];
  // Planning takes a while: the largest batch to about one part in sixteen. Memory grows about in proportion to the
  // batch, so the first guess is nearly right, and the next ones are near it.
  const share =
    arenaLimit === null ? memoryLimit / asked.total : arenaLimit / Math.max(1, asked.temporaries);
  for (let guess = Math.floor(tooLarge * share); tooLarge - fitting > Math.max(1, fitting / 16); ) {
    const isInside = guess > fitting && guess < tooLarge;
    const batchSize = isInside ? guess : Math.floor((fitting + tooLarge) / 2);
    if (fits(estimate(batchSize))) {
      fitting = batchSize;
      guess = Math.floor(batchSize * 1.06) + 1;
    } else {
      tooLarge = batchSize;
      guess = Math.floor(batchSize * 0.94);
    }
  }
  const { total: _, ...parts } = asked;
  return new BackendError(`fit: a batch of ${options.batchSize} images does not fit into memory`, {
    facts: [
      ...Object.entries(parts).map(([name, bytes]) => ({ name, value: mebibytes(bytes) })),
      { name: "limit", value: mebibytes(memoryLimit) },
      ...(arenaLimit === null
        ? []
        : [{ name: "limit", value: mebibytes(arenaLimit), remark: "of temporaries, besides" }]),
    ],
    hint: fitting === 0 ? "this network needs another backend" : `batchSize: ${fitting} would fit`,
    cause: error,
  });
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/** Does it fit into the memory of the present backend? */
function fits({ total, temporaries }: MemoryEstimate): boolean {
  const { memoryLimit, arenaLimit } = engine();
  if (arenaLimit === null) return total <= memoryLimit;
  return total - temporaries <= memoryLimit && temporaries <= arenaLimit;
}
