export { createWasmBackend, type WasmBackendOptions } from "./backend.ts";
