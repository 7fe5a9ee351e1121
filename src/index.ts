// The public face of Fovea.
import "./backends.ts";
import "./ops/index.ts";

export * as autograd from "./autograd/index.ts";
export {
  type BackendName,
  type BackendOptions,
  backend,
  type MatmulPrecision,
  type NativeSupport,
  nativeSupport,
  setBackend,
} from "./backends.ts";
export * as data from "./data/index.ts";
export { setDebug } from "./debug.ts";
export {
  type GpuOptions,
  type GpuSummary,
  type GpuSupport,
  gpuSupport,
  type OpenedGpu,
  openGpu,
} from "./gpu.ts";
export * as inspect from "./inspect/index.ts";
export * as interop from "./interop/index.ts";
export * as models from "./models/index.ts";
export { CompiledNetwork, type CompileOptions, compile } from "./nn/compile.ts";
export * as nn from "./nn/index.ts";
export * from "./ops/index.ts";
export * as optim from "./optim/index.ts";
export * as pictures from "./pictures/index.ts";
export type { Dtype, NestedNumbers, Shape, TensorOptions, TypedArray } from "./tensor/index.ts";
export {
  BackendError,
  DataError,
  DtypeError,
  enableGrad,
  FormatError,
  FoveaError,
  nearest,
  noGrad,
  OptionError,
  Parameter,
  ShapeError,
  Tensor,
  Variable,
} from "./tensor/index.ts";
export { Generator, manualSeed } from "./tensor/random.ts";
export * as train from "./train/index.ts";
