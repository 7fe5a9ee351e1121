// LeNet on Fashion-MNIST, every step written out as in a textbook.
import { data, nn, optim } from "../src/index.ts";

const net = new nn.Sequential(
  new nn.Conv2d(1, 6, 5, { padding: 2 }),
  new nn.Sigmoid(),
  new nn.AvgPool2d(2),
  new nn.Conv2d(6, 16, 5),
  new nn.Sigmoid(),
  new nn.AvgPool2d(2),
  new nn.Flatten(),
  new nn.Linear(400, 120),
  new nn.Sigmoid(),
  new nn.Linear(120, 84),
  new nn.Sigmoid(),
  new nn.Linear(84, 10),
);
net.apply((layer) => {
  if (layer instanceof nn.Conv2d || layer instanceof nn.Linear)
    nn.init.xavierUniform_(layer.weight);
});

const steps = Number(process.argv[2] ?? 200);
const { train } = await data.fashionMnist({ sampleIfMissing: true });
const loader = new data.DataLoader(train, { batchSize: 256, shuffle: true, seed: 0 });
const optimizer = new optim.SGD(net.parameters(), { lr: 0.9 });

let step = 0;
for (let epoch = 0; step < steps; epoch++) {
  loader.setEpoch(epoch);
  for (const [x, y] of loader) {
    const yHat = net.forward(x);
    const loss = nn.functional.crossEntropy(yHat, y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    if (++step % 50 === 0 || step === steps)
      console.log(`step ${step}: loss ${(await loss.item()).toFixed(3)}`);
    if (step === steps) break;
  }
}
