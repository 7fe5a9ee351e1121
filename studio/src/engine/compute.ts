// What the page tells a new engine before anything else: what is to compute.

/** `auto`: a GPU if there is one, else the processor; `webgpu`: the same, and what is missing is said; `wasm`: the processor. */
export const computeChoices = ["auto", "webgpu", "wasm"] as const;
export type ComputeChoice = (typeof computeChoices)[number];

export interface Compute {
  readonly choice: ComputeChoice;
  /** Take a GPU that computes on the processor, if there is no other. */
  readonly software: boolean;
}
