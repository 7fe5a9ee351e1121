// Stands for native code in pages, where there is none: see scripts/browser/slim.ts.
import { BackendError } from "../../tensor/errors.ts";

export function createNativeBackend(): never {
  throw new BackendError("native: there is no native code in a browser", {
    hint: 'use the backend "wasm"',
  });
}

export const nativeRuntime = createNativeBackend;
