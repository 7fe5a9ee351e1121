// What the page and the engine's worker say to each other. Everything is plain data and typed arrays.
import type { Text } from "../text.ts";
import type { Compute } from "./compute.ts";
import type { handlers } from "./handlers/index.ts";

type Handlers = typeof handlers;
export type RequestName = keyof Handlers;
export type Input<Name extends RequestName> = Parameters<Handlers[Name]>[0];
export type Output<Name extends RequestName> = Awaited<ReturnType<Handlers[Name]>>;
/** What a handler tells before it is done. */
export type Progress<Name extends RequestName> =
  Parameters<Handlers[Name]> extends [unknown, (event: infer Event) => void] ? Event : never;

export interface Request {
  readonly id: number;
  readonly name: RequestName;
  readonly input: unknown;
}

/** The first message: what is to compute. */
export interface Begin {
  readonly compute: Compute;
}

/** Told unasked: the GPU can no longer be used. */
export interface GpuLoss {
  readonly kind: "gpuLost";
  readonly reason: string;
}

/** An error as people see it: Fovea's errors keep their facts and their hint. */
export interface Failure {
  readonly name: string;
  /** In English. */
  readonly message: string;
  /** As pages show it. */
  readonly text: Text;
}

export type Reply =
  | { readonly id: number; readonly kind: "done"; readonly value: unknown }
  | { readonly id: number; readonly kind: "progress"; readonly value: unknown }
  | { readonly id: number; readonly kind: "failed"; readonly error: Failure };
