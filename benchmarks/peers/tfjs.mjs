// TensorFlow.js as a contender, on its WASM backend (the fastest that installs without native downloads). It has no
// gradient of a convolution's filters there, so the contender brings one, written as a convolution of
// transposed tensors: the fastest way that its kernels offer.
import { Unsupported } from "../contender.ts";

const pads = (padding) => [
  [0, 0],
  [padding, padding],
  [padding, padding],
  [0, 0],
];

/** `tf` is the module, with its backend set and ready. */
export function tfjsContender(tf, version, threads) {
  return {
    version,
    threads,
    prepare(work, tensors) {
      // Its tensors are freed by hand: all of a work's at once.
      tf.engine().startScope();
      const dispose = () => {
        tf.disposeVariables();
        tf.engine().endScope();
      };
      try {
        return { ...prepared(tf, work, tensors), dispose };
      } catch (error) {
        dispose();
        throw error;
      }
    },
  };
}

function prepared(tf, work, tensors) {
  const shapes = new Map(work.tensors.map(({ name, shape }) => [name, shape]));
  const given = (name) => tf.tensor(tensors.get(name), shapes.get(name), "float32");
  if (work.kind === "op") return preparedOp(tf, work, given);
  const net = network(tf, work, given);
  if (work.kind === "train") return training(tf, work, tensors, shapes, net);
  const x = nhwc(given("x"));
  return runs(() => tf.tidy(() => net.forward(x, false)));
}

const nhwc = (x) => x.transpose([0, 2, 3, 1]);
const nchw = (x) => (x.rank === 4 ? x.transpose([0, 3, 1, 2]) : x);

/** Runs of what makes one tensor; reading it is what makes its backend wait. */
function runs(make, ordered = (y) => y) {
  return {
    outputs: async () => {
      const y = make();
      const values = ordered(y).dataSync();
      y.dispose();
      return values;
    },
    async run(calls) {
      for (let i = 0; i < calls; i++) {
        const y = make();
        y.dataSync();
        y.dispose();
      }
    },
  };
}

/** Convolution whose gradients exist on every backend. */
function conv(tf, x, filters, stride, padding) {
  return tf.customGrad((x, filters, save) => {
    save([x, filters]);
    return {
      value: tf.conv2d(x, filters, stride, pads(padding)),
      gradFunc: (grad, [x, filters]) => [
        // The image itself needs no gradient.
        x.shape[3] === 1
          ? tf.zeros(x.shape)
          : inputGrad(tf, grad, filters, x.shape, stride, padding),
        filterGrad(tf, x, grad, filters.shape, stride, padding),
      ],
    };
  })(x, filters);
}

function inputGrad(tf, dy, filter, inputShape, stride, padding) {
  const options = { strides: [stride, stride], pad: pads(padding), dataFormat: "NHWC", inputShape };
  return tf.engine().runKernel("Conv2DBackpropInput", { dy, filter }, options);
}

/** Channels take the place of the batch: the gradient slides over the image as a dilated filter. */
function filterGrad(tf, x, grad, [height, width], stride, padding) {
  return tf.tidy(() =>
    tf
      .conv2d(
        x.transpose([3, 1, 2, 0]),
        grad.transpose([1, 2, 0, 3]),
        1,
        pads(padding),
        "NHWC",
        stride,
      )
      .slice([0, 0, 0, 0], [-1, height, width, -1])
      .transpose([1, 2, 0, 3]),
  );
}

/** A network of the benchmarks with its parameters re-laid once: images NHWC, filters HWIO, matrices transposed. */
function network(tf, work, given) {
  const variables = [];
  const own = (tensor) => {
    const variable = tf.variable(tensor);
    variables.push(variable);
    return variable;
  };
  const layers = work.network.map((step) => layerOf(tf, work, step, given, own));
  return {
    variables,
    forward(x, isTraining) {
      const values = [x];
      work.network.forEach((step, i) => {
        values.push(layers[i](values[step.from], values[step.other], isTraining));
      });
      return values.at(-1);
    },
  };
}

function layerOf(tf, work, step, given, own) {
  switch (step.op) {
    case "conv": {
      const filters = own(given(`${step.name}.weight`).transpose([2, 3, 1, 0]));
      const bias = own(given(`${step.name}.bias`));
      return (x) => conv(tf, x, filters, step.stride, step.padding).add(bias);
    }
    case "linear": {
      const before = work.network[step.from - 1];
      let weight = given(`${step.name}.weight`);
      if (before?.op === "flatten") {
        const [out, inputs] = weight.shape;
        const images = weight.reshape([out, ...before.shape]).transpose([0, 2, 3, 1]);
        weight = images.reshape([out, inputs]);
      }
      const matrix = own(weight.transpose());
      const bias = own(given(`${step.name}.bias`));
      return (x) => x.matMul(matrix).add(bias);
    }
    case "batchNorm": {
      const [mean, variance] = [`${step.name}.runningMean`, `${step.name}.runningVar`].map(given);
      const [weight, bias] = [`${step.name}.weight`, `${step.name}.bias`].map((name) =>
        own(given(name)),
      );
      return (x, _other, isTraining) => {
        const moments = isTraining ? tf.moments(x, [0, 1, 2]) : { mean, variance };
        return tf.batchNorm(x, moments.mean, moments.variance, bias, weight, 1e-5);
      };
    }
    case "avgPool":
    case "maxPool": {
      const { kernelSize, stride, padding } = step;
      return (x) => tf[step.op](x, kernelSize, stride, padding === 0 ? "valid" : pads(padding));
    }
    case "flatten":
      return (x) => x.reshape([x.shape[0], -1]);
    case "sigmoid":
      return (x) => x.sigmoid();
    case "relu":
      return (x) => x.relu();
    case "mean":
      return (x) => x.mean([1, 2]);
    case "add":
      return (x, other) => x.add(other);
    default:
      throw new Error(`no step ${step.op}`);
  }
}

function training(tf, work, tensors, shapes, net) {
  const { batchSize, compared } = work;
  const [images, , height, width] = shapes.get("images");
  const pixels = Float32Array.from(tensors.get("images"), (pixel) => pixel / 255);
  const labels = tensors.get("labels");
  const batches = Array.from({ length: Math.floor(images / batchSize) }, (_, i) => {
    const at = i * batchSize;
    const own = pixels.subarray(at * height * width, (at + batchSize) * height * width);
    const targets = tf.tensor1d(labels.subarray(at, at + batchSize), "int32");
    return {
      x: tf.tensor(own, [batchSize, height, width, 1]),
      y: tf.oneHot(targets, 10).toFloat(),
    };
  });
  const optimizer = tf.train.sgd(work.lr);
  let at = 0;
  const step = () => {
    const { x, y } = batches[at++ % batches.length];
    const lossOf = () => tf.losses.softmaxCrossEntropy(y, net.forward(x, true));
    const loss = optimizer.minimize(lossOf, true, net.variables);
    const [value] = loss.dataSync();
    loss.dispose();
    return value;
  };
  return {
    outputs: async () => Array.from({ length: compared }, step),
    async run(calls) {
      for (let i = 0; i < calls; i++) step();
    },
  };
}

function preparedOp(tf, work, given) {
  const { op, part, kernelSize, stride = 1, padding = 0, groups = 1 } = work;
  if (groups !== 1) throw new Unsupported("grouped convolutions are not written for it");
  const raw = given("x");
  const x = raw.rank === 4 ? nhwc(raw) : raw;
  const pad = padding === 0 ? "valid" : pads(padding);
  if (op === "conv2d") {
    const filters = given("weight").transpose([2, 3, 1, 0]);
    if (part === "forward") return runs(() => tf.conv2d(x, filters, stride, pads(padding)), nchw);
    const grad = nhwc(given("grad"));
    if (part === "inputGrad")
      return runs(() => inputGrad(tf, grad, filters, x.shape, stride, padding), nchw);
    const make = () => filterGrad(tf, x, grad, filters.shape, stride, padding);
    return runs(make, (y) => y.transpose([3, 2, 0, 1]));
  }
  if (op === "matmul") {
    const right = given("weight");
    return runs(() => x.matMul(right));
  }
  const forwards = {
    avgPool2d: (x) => tf.avgPool(x, kernelSize, stride, pad),
    maxPool2d: (x) => tf.maxPool(x, kernelSize, stride, pad),
    softmax: (x) => tf.softmax(x, -1),
  };
  const forward = forwards[op];
  if (forward === undefined) throw new Unsupported("batch statistics are several ops there");
  if (part === "forward") return runs(() => tf.tidy(() => forward(x)), nchw);
  if (op === "maxPool2d") throw new Unsupported("its WASM backend has no gradient of max pooling");
  const raw2 = given("grad");
  const grad = raw2.rank === 4 ? nhwc(raw2) : raw2;
  const gradient = tf.grad(forward);
  return runs(() => tf.tidy(() => gradient(x, grad)), nchw);
}
