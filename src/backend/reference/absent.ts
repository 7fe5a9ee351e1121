// Stands for the reference backend in pages, which do not carry its loops: see scripts/browser/slim.ts.
import { BackendError } from "../../tensor/errors.ts";

export function createReferenceBackend(): never {
  throw new BackendError("reference: this page was built without the reference backend", {
    hint: 'use the backend "wasm"',
  });
}
