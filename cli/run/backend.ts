// What computes, as people name it: by --backend, in a config file, or by $FOVEA_BACKEND.
import { type MatmulPrecision, openGpu, setBackend } from "../../src/index.ts";
import { type OptionSpecs, type OptionValues, UsageError } from "../options.ts";
import { usualBackend } from "./usualBackend.ts";

/** The GPU's code on an adapter that computes on the processor: taken only if somebody names it. */
const softwareGpu = "webgpu:software";

export const backendNames: readonly string[] = [
  ...["auto", "webgpu", softwareGpu, "native", "wasm", "reference"],
];

/** Options of every command that computes. */
export const backendOptions = {
  backend: {
    ...{ type: "choice", choices: backendNames, defaultText: "$FOVEA_BACKEND, or auto" },
    help:
      "what computes: the GPU, compiled C, WebAssembly, or plain loops; auto is native where there is a " +
      "compiler, else wasm; webgpu:software takes a GPU's driver that computes on the processor, for tests",
  },
  threads: {
    ...{ type: "integer", value: "N", min: 1, max: 256, defaultText: "all cores" },
    help: "threads that compute; results do not depend on it",
  },
  "matmul-precision": {
    ...{ type: "choice", choices: ["float32", "float16"], default: "float32" },
    help: "how a GPU takes the factors of products and convolutions; sums and weights are float32",
  },
} as const satisfies OptionSpecs;

/** What was chosen. */
export interface Computing {
  /** Under this name a run goes on. */
  readonly backend: string;
  /** The GPU's name. */
  readonly device?: string;
}

/** What is said besides the name. */
interface ComputingOptions {
  readonly threads?: number | null | undefined;
  readonly matmulPrecision?: MatmulPrecision;
}

/** Is that a GPU, or an adapter in place of one? */
export function isGpuName(name: string): boolean {
  return name === "webgpu" || name === softwareGpu;
}

/**
 * Chooses what computes, and opens the GPU if that is asked for.
 * @throws UsageError for a name that does not exist, BackendError if there is no such GPU, or it has not the precision
 */
export async function computeOn(
  name: string = usualBackend,
  { threads, matmulPrecision = "float32" }: ComputingOptions = {},
): Promise<Computing> {
  if (!backendNames.includes(name)) {
    const message = `FOVEA_BACKEND: "${name}" is not one of ${backendNames.join(", ")}`;
    throw new UsageError(message, name, backendNames);
  }
  const shared = { matmulPrecision, ...(typeof threads === "number" ? { threads } : {}) };
  if (!isGpuName(name)) return { backend: setBackend(name, shared).name };
  const { title, isSoftware } = await openGpu({ software: name === softwareGpu });
  setBackend("webgpu", shared);
  return { backend: isSoftware ? softwareGpu : "webgpu", device: title };
}

/** The same by the options of a command. */
export function computeAsAsked(values: OptionValues<typeof backendOptions>): Promise<Computing> {
  const { backend, threads, "matmul-precision": precision } = values;
  return computeOn(backend, { threads, matmulPrecision: precision as MatmulPrecision });
}
