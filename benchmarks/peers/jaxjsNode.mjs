// jax-js as a process, on its WASM backend: LeNet. Node has no Worker of browsers, so it has one thread here.
// Its ResNet-18 takes minutes a step, so that is left out.
import { readFileSync } from "node:fs";
import * as jax from "@jax-js/jax";
import { Unsupported } from "../contender.ts";
import { serve } from "../serve.ts";

const { numpy: np, nn, lax, jit, valueAndGrad, tree } = jax;
await jax.init("wasm");
jax.defaultDevice("wasm");

const array = (elements, shape) => np.array(Float32Array.from(elements)).reshape(shape);

/** A value used `n` times must be counted so often: each use but the last takes a reference. */
function usesOf(network) {
  const uses = Array(network.length + 1).fill(0);
  for (const { from, other } of network) {
    uses[from]++;
    if (other !== undefined) uses[other]++;
  }
  return uses;
}

/** The function (parameters, x) → logits, and the parameters in its order. */
function network(work, tensors, shapes) {
  const parameters = [];
  const place = new Map();
  const at = (name) => {
    if (!place.has(name))
      place.set(name, parameters.push(array(tensors.get(name), shapes.get(name))) - 1);
    return place.get(name);
  };
  const layers = work.network.map((step) => layerOf(step, at));
  const uses = usesOf(work.network);
  const forward = (p, x) => {
    const values = [x];
    const left = [...uses];
    const take = (i) => (i === undefined ? undefined : --left[i] > 0 ? values[i].ref : values[i]);
    work.network.forEach((step, i) => {
      values.push(layers[i](p, take(step.from), take(step.other)));
    });
    return values.at(-1);
  };
  return { forward, parameters };
}

function layerOf(step, at) {
  switch (step.op) {
    case "conv": {
      const [w, b] = [at(`${step.name}.weight`), at(`${step.name}.bias`)];
      const { stride, padding } = step;
      const window = [
        [padding, padding],
        [padding, padding],
      ];
      return (p, x) =>
        lax.convGeneralDilated(x, p[w], [stride, stride], window).add(p[b].reshape([1, -1, 1, 1]));
    }
    case "linear": {
      const [w, b] = [at(`${step.name}.weight`), at(`${step.name}.bias`)];
      return (p, x) => np.matmul(x, p[w].transpose()).add(p[b]);
    }
    case "avgPool":
      return (_p, x) => {
        const [n, c, h, w] = x.shape;
        return np.mean(x.reshape([n, c, h / 2, 2, w / 2, 2]), [3, 5]);
      };
    case "flatten":
      return (_p, x) => x.reshape([x.shape[0], -1]);
    case "sigmoid":
      return (_p, x) => nn.sigmoid(x);
    default:
      throw new Unsupported(`${step.op} is not written for it`);
  }
}

function training(work, tensors, shapes) {
  const net = network(work, tensors, shapes);
  const { batchSize, lr, compared } = work;
  const [images, , height, width] = shapes.get("images");
  const pixels = tensors.get("images");
  const labels = tensors.get("labels");
  const batches = Array.from({ length: Math.floor(images / batchSize) }, (_, i) => {
    const start = i * batchSize;
    const own = pixels.subarray(start * height * width, (start + batchSize) * height * width);
    const targets = new Float32Array(batchSize * 10);
    for (let row = 0; row < batchSize; row++) targets[row * 10 + labels[start + row]] = 1;
    const floats = Float32Array.from(own, (pixel) => pixel / 255);
    return { x: array(floats, [batchSize, 1, height, width]), y: array(targets, [batchSize, 10]) };
  });
  const lossOf = (p, x, y) => np.mean(nn.logSoftmax(net.forward(p, x), -1).mul(y).sum(-1)).mul(-1);
  const stepOf = jit((p, x, y) => {
    const [loss, grads] = valueAndGrad(lossOf)(tree.ref(p), x, y);
    return [loss, p.map((value, i) => value.sub(grads[i].mul(lr)))];
  });
  let { parameters } = net;
  let at = 0;
  const step = async () => {
    const { x, y } = batches[at++ % batches.length];
    const [loss, next] = stepOf(parameters, x.ref, y.ref);
    parameters = next;
    const [value] = await loss.data();
    const held = await jax.blockUntilReady(tree.ref(parameters));
    if (held) tree.dispose(held);
    return value;
  };
  return {
    async outputs() {
      const losses = [];
      for (let i = 0; i < compared; i++) losses.push(await step());
      return losses;
    },
    async run(calls) {
      for (let i = 0; i < calls; i++) await step();
    },
  };
}

function inference(work, tensors, shapes) {
  const { forward, parameters } = network(work, tensors, shapes);
  const compiled = jit(forward);
  const x = array(tensors.get("x"), shapes.get("x"));
  const call = () => compiled(tree.ref(parameters), x.ref).data();
  return {
    outputs: call,
    async run(calls) {
      for (let i = 0; i < calls; i++) await call();
    },
  };
}

const file = new URL("node_modules/@jax-js/jax/package.json", import.meta.url);
const { version } = JSON.parse(readFileSync(file, "utf8"));
await serve({
  version,
  threads: 1,
  prepare(work, tensors) {
    if (work.kind === "op") throw new Unsupported("single ops are not written for it");
    if (work.model !== "lenet") throw new Unsupported("it takes minutes for a step");
    const shapes = new Map(work.tensors.map(({ name, shape }) => [name, shape]));
    return work.kind === "train"
      ? training(work, tensors, shapes)
      : inference(work, tensors, shapes);
  },
});
