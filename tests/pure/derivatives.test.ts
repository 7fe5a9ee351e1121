// Derivatives of functions, gradients of values on the way, and hooks. Numbers are PyTorch 1.13's.
import { beforeAll, describe, expect, it } from "vitest";
import { grad, hessian, jacobian, jvp, valueAndGrad, vjp } from "../../src/autograd/index.ts";
import { noGrad, Parameter, setBackend, stack, Tensor } from "../../src/index.ts";
import { Linear } from "../../src/nn/index.ts";
import { SGD } from "../../src/optim/index.ts";

beforeAll(() => setBackend("reference"));

const x = () => Tensor.from([0.5, -1.25]);
const several = (x: Tensor): Tensor => {
  const [a, b] = [x.select(0, 0), x.select(0, 1)];
  return stack([a.mul(b), a.sin(), b.exp(), x.square().sum()]);
};

async function expectNear(found: Tensor, expected: readonly number[]): Promise<void> {
  const data = await found.data();
  expect(data.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(data[i]).toBeCloseTo(value, 5);
}

describe("derivatives of functions", () => {
  it("jacobian", async () => {
    const found = jacobian(several, x());
    expect([found.shape, found.requiresGrad]).toEqual([[4, 2], false]);
    await expectNear(found, [-1.25, 0.5, 0.8775825618903728, 0, 0, 0.2865047968601901, 1, -2.5]);
    expect(jacobian((z) => z.reshape([1, 2]), x()).shape).toEqual([1, 2, 2]);
    await expectNear(
      jacobian(() => Tensor.ones([2]), x()),
      [0, 0, 0, 0],
    );
  });

  it("vjp and jvp", async () => {
    const [value, row] = vjp(several, x(), Tensor.from([1, 2, 3, 4]));
    await expectNear(
      value,
      await (several(x()).data() as Promise<Float32Array>).then((d) => [...d]),
    );
    await expectNear(row, [4.5051651237807455, -8.64048560941943]);
    const [same, column] = jvp(several, x(), Tensor.from([3, -2]));
    expect([same.requiresGrad, column.requiresGrad]).toEqual([false, false]);
    await expectNear(column, [-4.75, 2.6327476856711183, -0.5730095937203802, 8]);
    expect(() => vjp(several, x(), Tensor.ones([3]))).toThrow(/gradient has another shape/);
  });

  it("hessian", async () => {
    const g = (x: Tensor): Tensor => {
      const [a, b] = [x.select(0, 0), x.select(0, 1)];
      return a.square().mul(b).exp().add(b.sin());
    };
    await expectNear(
      hessian(g, x()),
      [-0.6858896521374767, 0.5029857449008162, 0.5029857449008162, 0.9947105961647513],
    );
    expect(() => hessian(several, x())).toThrow(/a gradient is needed/);
  });

  it("value and gradients, also by several arguments and of themselves", async () => {
    const f = (a: Tensor, b: Tensor): Tensor => a.square().mul(b).sum();
    const [value, da] = valueAndGrad(f)(Tensor.from([1, 2]), Tensor.from([3, 4]));
    expect([await value.item(), value.requiresGrad, da.requiresGrad]).toEqual([19, false, false]);
    expect(await da.array()).toEqual([6, 16]);
    const [, [db, again]] = valueAndGrad(f, [1, 0])(Tensor.from([1, 2]), Tensor.from([3, 4])) as [
      Tensor,
      [Tensor, Tensor],
    ];
    expect([await db.array(), await again.array()]).toEqual([
      [1, 4],
      [6, 16],
    ]);
    const slope = (z: Tensor) =>
      valueAndGrad((u) => u.pow(3).sum(), 0, { createGraph: true })(z)[1];
    const [, curvature] = valueAndGrad((z) => slope(z).sum())(Tensor.from([1, 2]));
    expect(await curvature.array()).toEqual([6, 12]);
    // Also where gradients are switched off, and for a leaf that collects them.
    const leaf = Tensor.from([1, 2], { requiresGrad: true });
    const [, inside] = noGrad(() => valueAndGrad(f)(leaf, Tensor.from([3, 4])));
    expect([await inside.array(), leaf.grad]).toEqual([[6, 16], null]);
    expect(() => valueAndGrad(f, 2)(leaf, leaf)).toThrow(/argument 2 is no float32 tensor/);
    expect(() => valueAndGrad(f, 0, { createGrap: true } as never)).toThrow(/"createGraph"/);
  });
});

describe("gradients of values on the way", () => {
  it("are kept where retainGrad asks for them", async () => {
    const layer = new Linear(2, 1);
    const hidden = layer.forward(Tensor.from([[1, 2]])).mul(3);
    hidden.retainGrad();
    hidden.square().sum().backward();
    expect(await hidden.grad?.item()).toBeCloseTo(2 * (await hidden.item()), 5);
    hidden.sum().backward();
    expect(await hidden.grad?.item()).toBeCloseTo(2 * (await hidden.item()) + 1, 5);
    expect(() => Tensor.ones([1]).retainGrad()).toThrow(/requires no gradient/);
  });

  it("are seen and replaced by hooks", async () => {
    const leaf = Tensor.from([1, 2], { requiresGrad: true });
    const y = leaf.mul(2);
    const seen: Tensor[] = [];
    const hook = y.registerHook((g) => {
      seen.push(g);
      return undefined;
    });
    const double = y.registerHook((g) => g.mul(2));
    y.sum().backward();
    expect(await seen[0]?.array()).toEqual([1, 1]);
    expect(await leaf.grad?.array()).toEqual([4, 4]);
    hook.remove();
    double.remove();
    expect(await grad(y.sum(), [leaf])[0]?.array()).toEqual([2, 2]);
    expect(seen.length).toBe(1);
    y.registerHook(() => Tensor.ones([3]));
    expect(() => y.sum().backward()).toThrow(/no gradient of this value/);
  });

  it("and of parameters, whose hooks stay when their value changes", async () => {
    const parameter = new Parameter(Tensor.from([1, 1]));
    parameter.registerHook((g) => g.clamp(-1, 1));
    const optimizer = new SGD([parameter], { lr: 1 });
    for (let step = 0; step < 2; step++) {
      optimizer.zeroGrad();
      parameter
        .mul(Tensor.from([5, 0.5]))
        .sum()
        .backward();
      optimizer.step();
    }
    expect(await parameter.array()).toEqual([-1, 0]);
  });
});
