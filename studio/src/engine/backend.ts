// What computes in this worker: chosen once, before anything is computed.
import { BackendError, type OpenedGpu, openGpu, setBackend } from "../../../src/index.ts";
import type { Compute } from "./compute.ts";

let opened: OpenedGpu | null = null;
let fault: string | null = null;

/** The GPU that computes; null if the processor does. */
export function gpuInUse(): OpenedGpu | null {
  return opened;
}

/** Why no GPU computes; null if one does, or none was asked for. */
export function gpuFault(): string | null {
  return fault;
}

/**
 * Takes the GPU if one is wanted and can be had, otherwise the processor.
 * @param onLoss called once the GPU can no longer be used, with the reason
 */
export async function chooseBackend(
  { choice, software }: Compute,
  onLoss: (reason: string) => void,
): Promise<void> {
  if (choice !== "wasm") {
    try {
      opened = await openGpu({ software });
      void opened.failed.then((error) => onLoss(reasonOf(error)));
      setBackend("webgpu");
      return;
    } catch (error) {
      fault = reasonOf(error);
    }
  }
  setBackend("wasm");
}

/** Long enough for a device to say that it is lost: what is read from it fails before. */
const grantedMs = 500;

/** Is an error that just came one of a GPU that can no longer be used? */
export async function isGpuLost(): Promise<boolean> {
  if (opened === null) return false;
  const late = new Promise<false>((done) => setTimeout(() => done(false), grantedMs));
  return Promise.race([opened.failed.then(() => true), late]);
}

/** What happened, in one line, without advice for programmers. */
function reasonOf(error: unknown): string {
  if (!(error instanceof BackendError)) return (error as Error).message;
  return [error.headline, ...error.facts.map(({ value }) => value)].join(": ");
}
