// In a page: a choice of cases of each kind of kernel, and some steps of an optimizer, on WebGPU; what it exports is what came
// out, and in what it differs from the ops' own loops and from the reference backend.
import { nn, openGpu, optim, setBackend, Tensor } from "../../src/index.ts";
import { allOps } from "../../src/ops/index.ts";
import { engine } from "../../src/tensor/engine.ts";
import type { Case, Op } from "../../src/tensor/op.ts";
import { applied, faultOf } from "../backend/cases.ts";

export interface OpsAnswer {
  /** Cases that were computed. */
  readonly cases: number;
  readonly faults: readonly string[];
  /** Parameters of a network after some steps, on WebGPU and on the reference. */
  readonly trained: { readonly webgpu: readonly number[]; readonly reference: readonly number[] };
}

/** What convolutions and both their gradients are tried with. */
const windows = [
  "3×3",
  "5×5, padding 2, one channel",
  "stride 2, odd size",
  "dilation 2",
  "uneven padding",
  "two groups",
  "depthwise with a channel multiplier, stride 2",
  "dilation with stride",
];

/** Names of cases, by op. */
const chosen: Readonly<Record<string, readonly string[]>> = {
  add: ["a channel over an image", "int32, a column and a row"],
  div: ["by zero"],
  exp: ["NaN and infinities"],
  gelu: ["7 elements"],
  maximum: ["NaN and ties"],
  pow: ["negative and zero bases"],
  cast: ["float32 to int32 truncates and saturates", "int32 to uint8 wraps"],
  where: ["bools"],
  sum: ["channels of an image batch", "more than a vector"],
  amax: ["NaN wins"],
  argmax: ["ties and NaN"],
  cumsum: ["channels of images, from the back"],
  norm: ["p 3, rows"],
  standardize: ["channels of images, learned"],
  batchNorm: ["images, learned"],
  softmax: ["numbers whose exponentials overflow"],
  crossEntropy: ["smoothed labels", "some ignored"],
  matmul: ["small, no size a multiple of 4", "larger than a tile", "two batch axes"],
  conv2d: windows,
  conv2dInputGrad: windows,
  conv2dWeightGrad: windows,
  maxPool2d: ["3×3, stride 2, padding 1", "dilated"],
  maxWindowsGrad: ["3×3, stride 2, border 1, ties and NaN"],
  avgPool2d: ["ceil mode with padding"],
  foldWindows: ["2×3, dilated"],
  pad: ["with −∞", "bytes"],
  padEdges: ["reflect, images"],
  concat: ["channels of three", "bytes"],
  permute: ["NHWC to NCHW"],
  gather: ["channels of images", "bytes"],
  scatter: ["along rows", "bytes"],
  scatterAdd: ["many to the same place"],
  indexSelect: ["images"],
  indexAdd: ["rows, one of them twice"],
  argsort: ["zeros of both signs, NaN, infinities, descending", "longer rows, ascending"],
  uniform: ["a key"],
  dropout: ["channels"],
};

function casesOf(name: string, asked: readonly string[]): (readonly [Op, Case<unknown>])[] {
  const op = allOps.find((each) => each.name === name);
  return asked.map((title) => {
    const found = op?.cases.find((each) => each.name === title && each.refused === undefined);
    if (op === undefined || found === undefined) throw new Error(`no case ${name} > ${title}`);
    return [op, found];
  });
}

/** Parameters after three steps of Adam on a small convolutional network. */
async function trained(): Promise<number[]> {
  const net = new nn.Sequential(
    // No bias: the normalisation takes it out, and its gradient would be rounding alone.
    new nn.Conv2d(2, 3, 3, { stride: 2, padding: 1, bias: false }),
    new nn.BatchNorm2d(3),
    new nn.ReLU(),
    new nn.Flatten(),
    new nn.Linear(27, 4),
  );
  let i = 0;
  const waves = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => Math.sin(i++ * 12.9898) * 0.5);
  for (const parameter of net.parameters()) parameter.write(waves(parameter.numel));
  const x = Tensor.from(waves(4 * 2 * 6 * 6), { shape: [4, 2, 6, 6] });
  const y = Tensor.from(Int32Array.of(0, 3, 1, 2));
  const optimizer = new optim.Adam(net.parameters(), { lr: 0.01 });
  for (let step = 0; step < 3; step++) {
    const loss = nn.functional.crossEntropy(net.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  }
  const values = await Promise.all(net.parameters().map((parameter) => parameter.data()));
  return values.flatMap((each) => [...each]);
}

await openGpu({ software: true });
setBackend("webgpu");
const done = Object.entries(chosen)
  .flatMap(([name, asked]) => casesOf(name, asked))
  .map(([op, case_]) => applied(op, case_));
engine().realize(done.map(({ result }) => result.node));
const faults: string[] = [];
for (const each of done) {
  const fault = await faultOf(each);
  if (fault !== null) faults.push(`${each.run.op.name} > ${each.run.test.name}: ${fault}`);
}
const webgpu = await trained();
setBackend("reference");
const answer: OpsAnswer = {
  cases: done.length,
  faults,
  trained: { webgpu, reference: await trained() },
};
export default answer;
