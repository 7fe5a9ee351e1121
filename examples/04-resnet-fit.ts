// A small residual network of one's own: blocks from the library, half of the images mirrored while training, a
// learning rate that rises and falls.
import {
  data,
  manualSeed,
  models,
  nn,
  optim,
  rand,
  type Tensor,
  train,
  where,
} from "../src/index.ts";

const epochs = Number(process.argv[2] ?? 12);
const limit = Number(process.argv[3] ?? 60_000);

/** Mirrors each image with probability 1/2 while training: a shoe may point either way. */
class RandomMirror extends nn.Module {
  override forward(x: Tensor): Tensor {
    return this.training ? where(rand([x.shape[0] as number, 1, 1, 1]).lt(0.5), x.flip(3), x) : x;
  }
}

manualSeed(0);
const net = new nn.Sequential(
  new RandomMirror(),
  new nn.Conv2d(1, 32, 3, { padding: 1, bias: false }),
  new nn.BatchNorm2d(32),
  new nn.ReLU(),
  new nn.MaxPool2d(2),
  new models.Residual(32, 32, { bias: false }),
  new models.Residual(32, 64, { stride: 2, bias: false }),
  new models.Residual(64, 64, { bias: false }),
  new nn.AdaptiveAvgPool2d(1),
  new nn.Flatten(),
  new nn.Linear(64, 10),
);

const sets = await data.fashionMnist({ sampleIfMissing: true });
const trainSet = data.subset(sets.train, limit);
const batchSize = 128;
const totalSteps = epochs * Math.ceil(trainSet.length / batchSize);

await train.fit(net, {
  data: trainSet,
  validation: sets.test,
  optimizer: optim.sgd({ lr: 0.02, momentum: 0.9, nesterov: true, weightDecay: 5e-4 }),
  schedule: (optimizer) => new optim.OneCycleLR(optimizer, 0.2, { totalSteps }),
  labelSmoothing: 0.05,
  epochs,
  batchSize,
  callbacks: [
    {
      onEpoch({ epoch, loss, accuracy, validationAccuracy, seconds }) {
        console.log(
          `epoch ${epoch}: loss ${loss.toFixed(3)}, train ${accuracy.toFixed(4)}, test ${validationAccuracy?.toFixed(4)}, ${seconds.toFixed(1)} s`,
        );
      },
    },
  ],
});
