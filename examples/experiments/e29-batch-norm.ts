// E29: each channel brought to mean 0 and variance 1, and what that does for LeNet.
import { data, manualSeed, models, nn, optim, Tensor, train } from "../../src/index.ts";
import { type Experiment, equal, holds, show } from "./experiment.ts";

/** Two images of two channels. */
const images = [
  [
    [
      [1, 2],
      [3, 4],
    ],
    [
      [10, 20],
      [30, 40],
    ],
  ],
  [
    [
      [5, 6],
      [7, 8],
    ],
    [
      [0, 0],
      [20, 40],
    ],
  ],
];

/** Test accuracy after each epoch, and the last mean loss, on the 1,500 images that come with Fovea. */
async function learn(batchNorm: boolean, lr: number, epochs: number) {
  manualSeed(0);
  const sets = await data.fashionMnist({ sources: ["sample"] });
  const history = await train.fit(models.lenet({ batchNorm }), {
    data: sets.train,
    validation: sets.test,
    optimizer: optim.sgd({ lr }),
    epochs,
    batchSize: 32,
  });
  const accuracy = history.epochs.map(({ validationAccuracy }) => validationAccuracy ?? 0);
  return { accuracy, loss: history.epochs.at(-1)?.loss ?? Number.NaN };
}

/** A bar for each epoch, as long as the accuracy is high. */
function bars(title: string, accuracy: readonly number[]): string[] {
  const bar = (share: number) => `${"█".repeat(Math.round(share * 40))} ${share.toFixed(2)}`;
  return [title, ...accuracy.map((share, i) => `${String(i + 1).padStart(2)} ${bar(share)}`)];
}

/** The formulas, in training and in evaluation. */
export const formulas: Experiment = {
  id: "E29",
  title: "batch normalisation",
  async run() {
    const norm = new nn.BatchNorm2d(2);
    const x = Tensor.from(images);
    const inTraining = norm.forward(x);
    const runningMean = await norm.runningMean?.array();
    const runningVar = await norm.runningVar?.array();
    const inEvaluation = norm.eval().forward(x);
    return {
      checks: [
        // The batch has means 4.5 and 20, variances 5.25 and 225 (÷ n), 6 and 257.14 (÷ (n − 1)).
        equal("training: means of the channels", await inTraining.mean([0, 2, 3]).array(), [0, 0]),
        equal("training: first image", await inTraining.slice(0, 0, 1).squeeze(0).array(), [
          [
            [-1.5275239, -1.0910885],
            [-0.6546531, -0.2182177],
          ],
          [
            [-0.6666666, 0],
            [0.6666666, 1.3333333],
          ],
        ]),
        equal("running mean, 0.9 · 0 + 0.1 · mean", runningMean ?? [], [0.45, 2]),
        equal("running variance, 0.9 · 1 + 0.1 · variance", runningVar ?? [], [1.5, 26.614286]),
        equal("evaluation: first image", await inEvaluation.slice(0, 0, 1).squeeze(0).array(), [
          [
            [0.4490716, 1.2655655],
            [2.0820594, 2.8985531],
          ],
          [
            [1.5507168, 3.4891126],
            [5.4275088, 7.3659048],
          ],
        ]),
      ],
    };
  },
};

/** LeNet with and without it. */
export const learning: Experiment = {
  id: "E29",
  title: "LeNet learns faster with batch normalisation",
  trains: true,
  async run() {
    const plain = await learn(false, 0.9, 20);
    const normalized = await learn(true, 2, 5);
    const [slow, fast] = [plain.accuracy.at(-1) ?? 0, normalized.accuracy.at(-1) ?? 0];
    return {
      checks: [
        holds(
          "LeNet's loss: 20 epochs at 0.9, normalised 5 epochs at 2",
          [plain.loss, normalized.loss],
          "less than half",
          normalized.loss < plain.loss / 2,
        ),
        holds(
          "its test accuracy",
          [slow, fast],
          "0.3 higher, in a quarter of the epochs",
          fast > slow + 0.3,
        ),
      ],
      picture: [
        ...bars("test accuracy after each epoch, rate 0.9", plain.accuracy),
        ...bars("with batch normalisation, rate 2", normalized.accuracy),
      ],
    };
  },
};

if (import.meta.main) {
  await show(formulas);
  await show(learning);
}
