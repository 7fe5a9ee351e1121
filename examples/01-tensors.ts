// Tensors and gradients: what a PyTorch user would type, with `await` where a value is read.
import { Tensor } from "../src/index.ts";

const x = Tensor.from(
  [
    [1, 2],
    [3, 4],
  ],
  { requiresGrad: true },
);
const y = x.mul(x).sum();

await y.print(); // tensor(30., grad_fn=<SumBackward0>)
y.backward();
await (x.grad as Tensor).print(); // tensor([[2., 4.], [6., 8.]]), in two lines
