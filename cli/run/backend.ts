// What computes, as people name it: by --backend, in a config file, or by $FOVEA_BACKEND.
import { openGpu, setBackend } from "../../src/index.ts";
import { type OptionSpecs, UsageError } from "../options.ts";
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
} as const satisfies OptionSpecs;

/** What was chosen. */
export interface Computing {
  /** Under this name a run goes on. */
  readonly backend: string;
  /** The GPU's name. */
  readonly device?: string;
}

/**
 * Chooses what computes, and opens the GPU if that is asked for.
 * @throws UsageError for a name that does not exist, BackendError if there is no such GPU
 */
export async function computeOn(
  name: string = usualBackend,
  { threads }: { readonly threads?: number | null | undefined } = {},
): Promise<Computing> {
  if (!backendNames.includes(name)) {
    const message = `FOVEA_BACKEND: "${name}" is not one of ${backendNames.join(", ")}`;
    throw new UsageError(message, name, backendNames);
  }
  const shared = typeof threads === "number" ? { threads } : {};
  if (name !== "webgpu" && name !== softwareGpu) return { backend: setBackend(name, shared).name };
  const { title, isSoftware } = await openGpu({ software: name === softwareGpu });
  setBackend("webgpu", shared);
  return { backend: isSoftware ? softwareGpu : "webgpu", device: title };
}
