// ConvNetJS as a process: LeNet, one image at a time, float64. It has max pooling alone, so its pooling layers are
// given average pooling here, written as its own layers are.
import { readFileSync } from "node:fs";
import convnetjs from "convnetjs";
import { Unsupported } from "../contender.ts";
import { serve } from "../serve.ts";

const averagePooling = {
  forward(input) {
    this.in_act = input;
    this.out_act = new convnetjs.Vol(this.out_sx, this.out_sy, this.out_depth, 0);
    const [from, to] = [input.w, this.out_act.w];
    this.visit((inside, outside) => {
      to[outside] += from[inside] / (this.sx * this.sy);
    });
    return this.out_act;
  },
  backward() {
    this.in_act.dw = convnetjs.zeros(this.in_act.w.length);
    const [from, to] = [this.out_act.dw, this.in_act.dw];
    this.visit((inside, outside) => {
      to[inside] += from[outside] / (this.sx * this.sy);
    });
  },
  /** Calls back with the places of each input and of the output that it counts for; windows do not overlap. */
  visit(each) {
    const { sx, sy, out_sx: width, out_sy: height, out_depth: depth, in_sx: inWidth } = this;
    for (let y = 0; y < height * sy; y++)
      for (let x = 0; x < width * sx; x++) {
        const inside = (y * inWidth + x) * depth;
        const outside = (Math.floor(y / sy) * width + Math.floor(x / sx)) * depth;
        for (let d = 0; d < depth; d++) each(inside + d, outside + d);
      }
  },
};

function lenet(work, tensors) {
  const net = new convnetjs.Net();
  const conv = { type: "conv", sx: 5, stride: 1, activation: "sigmoid" };
  const pool = { type: "pool", sx: 2, stride: 2 };
  net.makeLayers([
    { type: "input", out_sx: 28, out_sy: 28, out_depth: 1 },
    { ...conv, filters: 6, pad: 2 },
    pool,
    { ...conv, filters: 16, pad: 0 },
    pool,
    { type: "fc", num_neurons: 120, activation: "sigmoid" },
    { type: "fc", num_neurons: 84, activation: "sigmoid" },
    { type: "softmax", num_classes: 10 },
  ]);
  const shapes = new Map(work.tensors.map(({ name, shape }) => [name, shape]));
  const weighted = net.layers.filter(({ filters }) => filters !== undefined);
  const named = work.network.filter(({ op }) => op === "conv" || op === "linear");
  named.forEach(({ name, from }, i) => {
    const layer = weighted[i];
    // Its volumes are [height, width, channels]; a vector that was an image keeps that order.
    const [out, ...rest] = shapes.get(`${name}.weight`);
    const before = work.network[from - 1];
    const [channels, height = 1, width = 1] = before?.op === "flatten" ? before.shape : rest;
    const weight = tensors.get(`${name}.weight`);
    for (let o = 0; o < out; o++)
      for (let c = 0; c < channels; c++)
        for (let at = 0; at < height * width; at++)
          layer.filters[o].w[at * channels + c] = weight[(o * channels + c) * height * width + at];
    layer.biases.w.set(tensors.get(`${name}.bias`));
  });
  for (const layer of net.layers)
    if (layer.layer_type === "pool") Object.assign(layer, averagePooling);
  return net;
}

function volumes(pixels) {
  return Array.from({ length: pixels.length / 784 }, (_, i) => {
    const volume = new convnetjs.Vol(28, 28, 1, 0);
    volume.w.set(pixels.subarray(i * 784, (i + 1) * 784));
    return volume;
  });
}

function training(work, tensors) {
  const { batchSize, compared, lr } = work;
  const net = lenet(work, tensors);
  const images = volumes(Float64Array.from(tensors.get("images"), (pixel) => pixel / 255));
  const labels = tensors.get("labels");
  const plain = { method: "sgd", momentum: 0, l2_decay: 0, l1_decay: 0 };
  const trainer = new convnetjs.Trainer(net, {
    ...plain,
    learning_rate: lr,
    batch_size: batchSize,
  });
  let at = 0;
  const step = () => {
    let sum = 0;
    for (let i = 0; i < batchSize; i++, at++) {
      const image = at % (images.length - (images.length % batchSize));
      sum += trainer.train(images[image], labels[image]).cost_loss;
    }
    return sum / batchSize;
  };
  return {
    outputs: async () => Array.from({ length: compared }, step),
    async run(calls) {
      for (let i = 0; i < calls; i++) step();
    },
  };
}

function inference(work, tensors) {
  const net = lenet(work, tensors);
  const images = volumes(Float64Array.from(tensors.get("x")));
  // Before the softmax layer stand the logits.
  const call = () =>
    images.flatMap((image) => {
      net.forward(image);
      return [...net.layers.at(-2).out_act.w];
    });
  return {
    outputs: async () => call(),
    async run(calls) {
      for (let i = 0; i < calls; i++) call();
    },
  };
}

const file = new URL("node_modules/convnetjs/package.json", import.meta.url);
const { version } = JSON.parse(readFileSync(file, "utf8"));
await serve({
  version,
  threads: 1,
  prepare(work, tensors) {
    if (work.kind === "op") throw new Unsupported("single ops are not written for it");
    if (work.model !== "lenet") throw new Unsupported("it has no residual sums");
    return work.kind === "train" ? training(work, tensors) : inference(work, tensors);
  },
});
