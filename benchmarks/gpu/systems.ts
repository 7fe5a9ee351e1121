// Who trains and runs whole networks on a GPU: Fovea, and PyTorch as its users run it: as it is or compiled with CUDA graphs, with
// all digits of a float32 or with the ten of TF32.
import { fileURLToPath } from "node:url";
import { findPytorch } from "../peers/pytorch.ts";
import type { System } from "../systems.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Ten digits of binary fraction in each factor: how far losses and logits may be off after a deep network. */
const tf32Tolerance = 2e-2;

const kinds = ["train", "infer"] as const;

let python: string | undefined | null = null;

function pytorch(name: string, args: readonly string[], tolerance?: number): System {
  return {
    name,
    isPeer: true,
    kinds,
    ...(tolerance === undefined ? {} : { tolerance }),
    start() {
      python = python === null ? findPytorch() : python;
      if (python === undefined) return { missing: "there is no Python with torch and numpy" };
      return { command: python, args: [here("../peers/gpu.py"), ...args] };
    },
  };
}

/** @param isSoftware compute on the processor, PyTorch too: to see that all works */
export function gpuSystems(isSoftware: boolean): System[] {
  const device = ["--device", isSoftware ? "cpu" : "cuda"];
  return [
    {
      name: "webgpu",
      isPeer: false,
      kinds,
      start: () => ({
        command: process.execPath,
        args: [
          ...[here("../foveaProcess.ts"), "--backend", "webgpu", "--manner", "resident"],
          ...["--software", isSoftware ? "on" : "off"],
        ],
      }),
    },
    pytorch("pytorch-eager", device),
    pytorch("pytorch-eager-tf32", [...device, "--tf32"], tf32Tolerance),
    pytorch("pytorch-compiled", [...device, "--compiled"]),
    pytorch("pytorch-compiled-tf32", [...device, "--compiled", "--tf32"], tf32Tolerance),
  ];
}
