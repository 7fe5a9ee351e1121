// Who trains and runs whole networks on a GPU: Fovea, also without Winograd's filtering and with its products in float16, and PyTorch as its users run it: as it
// is or compiled with CUDA graphs, with all digits of a float32 or with the ten of TF32.
import { fileURLToPath } from "node:url";
import { findPytorch } from "../peers/pytorch.ts";
import type { System } from "../systems.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Ten digits of binary fraction in each factor, in TF32 and float16 alike: how far losses and logits may be off after a deep network. */
const tenDigits = 2e-2;

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

export interface GpuKind {
  /** Compute on the processor, PyTorch too: to see that all works. */
  readonly isSoftware: boolean;
  readonly hasFloat16: boolean;
}

export function gpuSystems({ isSoftware, hasFloat16 }: GpuKind): System[] {
  const own = (name: string, args: readonly string[]): System => ({
    ...{ name, isPeer: false, kinds },
    start: () => ({
      command: process.execPath,
      args: [
        ...[here("../foveaProcess.ts"), "--backend", "webgpu", "--manner", "resident"],
        ...["--software", isSoftware ? "on" : "off", ...args],
      ],
    }),
  });
  const float16 = { ...own("webgpu-float16", ["--precision", "float16"]), tolerance: tenDigits };
  const device = ["--device", isSoftware ? "cpu" : "cuda"];
  return [
    own("webgpu", []),
    own("webgpu-direct", ["--winograd", "off"]),
    ...(hasFloat16 ? [float16] : []),
    pytorch("pytorch-eager", device),
    pytorch("pytorch-eager-tf32", [...device, "--tf32"], tenDigits),
    pytorch("pytorch-compiled", [...device, "--compiled"]),
    pytorch("pytorch-compiled-tf32", [...device, "--compiled", "--tf32"], tenDigits),
  ];
}
