// Gradients that are multiplied by a power of two on their way: nobody sees it, but those that would have vanished arrive.
import { afterAll, expect, test } from "vitest";
import { checkpoint, grad } from "../../src/autograd/index.ts";
import { createWasmBackend } from "../../src/backend/wasm/index.ts";
import { BackendEngine } from "../../src/engine.ts";
import { Tensor } from "../../src/index.ts";
import { setEngine } from "../../src/tensor/engine.ts";

const backend = createWasmBackend({ threads: 1 });
afterAll(() => backend.dispose());

/** Makes gradients travel multiplied by this. */
function use(gradientScale: number): void {
  const engine = new BackendEngine(backend);
  Object.defineProperty(engine, "gradientScale", { value: gradientScale });
  setEngine(engine);
}

/** Everything that tells of gradients: leaves, a kept value, hooks, and gradients of gradients. */
async function seen(): Promise<readonly unknown[]> {
  const leafOf = (values: number[]) => Tensor.from(values, { requiresGrad: true });
  const [x, w] = [leafOf([0.3, -1.7, 2.9]), leafOf([1.1, 0.7, -0.2])];
  const hooked: Tensor[] = [];
  const inner = x.mul(w).tanh();
  inner.retainGrad();
  inner.registerHook((gradient) => void hooked.push(gradient));
  const outer = checkpoint((value) => value.mul(value).exp(), inner);
  outer.registerHook((gradient) => {
    hooked.push(gradient);
    return gradient.mul(3);
  });
  outer.sum().backward();
  outer.backward(Tensor.from([0.1, 0.2, 0.3]));
  const [first] = grad(x.mul(x).mul(w).sum(), [x], { createGraph: true }) as [Tensor];
  const [second] = grad(first.mul(first).sum(), [w]) as [Tensor];
  const all = [x.grad, w.grad, inner.grad, ...hooked, first, second] as Tensor[];
  return Promise.all(all.map((tensor) => tensor.array()));
}

test("shows nowhere", async () => {
  use(1);
  const expected = await seen();
  use(1024);
  const [xGrad] = expected as [number[]];
  expect(xGrad.every((value) => value !== 0)).toBe(true);
  expect(await seen()).toEqual(expected);
});

test("keeps what would vanish", async () => {
  const gradient = async (scale: number): Promise<number> => {
    use(scale);
    const x = Tensor.from([1], { requiresGrad: true });
    // The gradient is 2⁻⁷⁵, then 2⁻¹⁵⁵, which float32 has not, then 2⁻⁵⁵.
    const powers = [100, -80, -75].map((exponent) => Tensor.from([2 ** exponent]));
    powers.reduce((y, power) => y.mul(power), x).backward();
    return (await (x.grad as Tensor).data())[0] as number;
  };
  expect(await gradient(1)).toBe(0);
  expect(await gradient(1024)).toBe(2 ** -55);
});
