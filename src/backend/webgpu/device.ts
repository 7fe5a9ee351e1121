// A GPU that is open. Nobody waits for it to say what went wrong; it says so later, and the next who asks is told.
import { BackendError, type Fact } from "../../tensor/errors.ts";
import { memoryLimitOf } from "./limits.ts";

/** The feature by which passes are timed. */
export const clock = "timestamp-query";

/** The feature by which shaders have float16. */
export const float16 = "shader-f16";

/** What a GPU is, for people. */
export interface GpuSummary {
  /** The adapter's name. */
  readonly title: string;
  /** Does it compute on the processor? */
  readonly isSoftware: boolean;
  /** Bytes that all tensors together may take; temporaries may take as many besides. */
  readonly memoryLimit: number;
  /** Bytes that the invocations of a workgroup may share. */
  readonly workgroupMemory: number;
  /** Invocations that a workgroup may have. */
  readonly workgroupSize: number;
  /** Can it time kernels by a clock of its own? Profiles are coarser without. */
  readonly hasClock: boolean;
  /** Has it float16 (the feature shader-f16)? `matmulPrecision` of {@link setBackend} may ask for it then. */
  readonly hasFloat16: boolean;
}

/** A device that kernels run on; several backends may share one. */
export class Gpu {
  readonly device: GPUDevice;
  /** The adapter's name, for people. */
  readonly title: string;
  readonly isSoftware: boolean;
  /** Can it say when a pass began and ended? */
  readonly hasClock: boolean;
  /** Have its shaders float16? */
  readonly hasFloat16: boolean;
  /** Told what the program waits for, where it should leave the processor to the compiler meanwhile. */
  readonly napUntil: (promise: Promise<unknown>) => void;
  /** Resolves with the first fault: what is computed from then on is not to be relied on. */
  readonly failed: Promise<BackendError>;
  #fault: BackendError | null = null;
  #tellFault: (fault: BackendError) => void = () => {};

  constructor(
    device: GPUDevice,
    info: GPUAdapterInfo,
    isSoftware: boolean,
    napUntil: (promise: Promise<unknown>) => void = () => {},
  ) {
    this.device = device;
    this.napUntil = napUntil;
    this.failed = new Promise((tell) => {
      this.#tellFault = tell;
    });
    this.title = [info.vendor, info.architecture, info.description].filter(Boolean).join(" ");
    this.isSoftware = isSoftware;
    this.hasClock = device.features.has(clock);
    this.hasFloat16 = device.features.has(float16);
    device.addEventListener("uncapturederror", ({ error }) => this.fail(explained(error)));
    device.lost.then(
      ({ reason, message }) => {
        this.fail(
          new BackendError("webgpu: the device was lost", {
            facts: [{ name: "it says", value: message.trim() || reason }],
            hint: "call openGpu and setBackend again, and load the last checkpoint",
          }),
        );
      },
      () => {},
    );
  }

  /** @throws BackendError if something went wrong on the device since it was opened */
  check(): void {
    if (this.#fault !== null) throw this.#fault;
  }

  /** Would `check` throw? */
  get hasFailed(): boolean {
    return this.#fault !== null;
  }

  /** From now on this is what `check` throws: what was computed since is not to be relied on. */
  fail(fault: BackendError): void {
    this.#fault ??= fault;
    this.#tellFault(fault);
  }

  summary(): GpuSummary {
    const { title, isSoftware, hasClock, hasFloat16 } = this;
    const { limits } = this.device;
    return {
      ...{ title, isSoftware },
      memoryLimit: memoryLimitOf(limits),
      workgroupMemory: limits.maxComputeWorkgroupStorageSize,
      workgroupSize: limits.maxComputeInvocationsPerWorkgroup,
      hasClock,
      hasFloat16,
    };
  }

  /** Gives the device back. */
  close(): void {
    const hint = "call openGpu and setBackend again";
    this.fail(new BackendError("webgpu: this GPU was closed", { hint }));
    this.device.destroy();
  }
}

/** An error of the device in our words, with what was asked of it. */
export function explained(error: GPUError, asked: readonly Fact[] = []): BackendError {
  const facts = [...asked, { name: "it says", value: error.message.trim() }];
  const isMemory =
    typeof GPUOutOfMemoryError !== "undefined" && error instanceof GPUOutOfMemoryError;
  return isMemory
    ? new BackendError("webgpu: the GPU is out of memory", { facts, hint: memoryHint })
    : new BackendError("webgpu: the GPU refused a command", {
        facts,
        hint: 'a fault of Fovea or of the driver; setBackend("wasm") does without the GPU',
      });
}

const memoryHint =
  'use a smaller batch, end other programs that use the GPU, or setBackend("wasm")';
