// The same with `fit`: captured once, several times faster to write and somewhat faster to run.
import { data, models, optim, train } from "../src/index.ts";

const epochs = Number(process.argv[2] ?? 10);
const sets = await data.fashionMnist({ sampleIfMissing: true });
const net = models.lenet();

await train.fit(net, {
  data: sets.train,
  validation: sets.test,
  optimizer: optim.sgd({ lr: 0.9 }),
  epochs,
  batchSize: 256,
  callbacks: [
    {
      onEpoch({ epoch, loss, accuracy, validationAccuracy }) {
        console.log(
          `epoch ${epoch}: loss ${loss.toFixed(3)}, train ${accuracy.toFixed(3)}, test ${validationAccuracy?.toFixed(3)}`,
        );
      },
    },
  ],
});
