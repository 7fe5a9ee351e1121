export { createNativeBackend, type NativeBackendOptions } from "./backend.ts";
export { printKernel } from "./emitKernel.ts";
export { type IsaName, isaNames } from "./isa.ts";
export { nativeRuntime } from "./runtime.ts";
