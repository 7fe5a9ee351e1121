// What it takes to compute on a GPU: strategies of the planner, and the backend.
export { createWebgpuBackend, openDevice } from "./backend/webgpu/index.ts";
export { element, group } from "./plan/strategies/elements.ts";
