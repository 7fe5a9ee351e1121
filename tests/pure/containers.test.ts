// Containers: names in paths and states, what they hold, printing, errors.
import { beforeAll, describe, expect, it } from "vitest";
import { setBackend } from "../../src/backends.ts";
import {
  Linear,
  Module,
  ModuleDict,
  ModuleList,
  ParameterList,
  ReLU,
  Sequential,
  Sigmoid,
  Tanh,
  Unflatten,
} from "../../src/nn/index.ts";
import { Parameter, Tensor } from "../../src/tensor/tensor.ts";

beforeAll(() => {
  setBackend("reference");
});

class Net extends Module {
  readonly blocks = new ModuleList([new Linear(2, 2), new Linear(2, 2, { bias: false })]);
  readonly branches = new ModuleDict({ left: new Linear(2, 1), right: new Tanh() });
  readonly scales = new ParameterList([new Parameter(Tensor.ones([2]))]);
  readonly others = [new Sequential(new Linear(2, 2)), new ReLU()];
  override forward(x: Tensor): Tensor {
    let y = x;
    for (const block of this.blocks) y = block.forward(y);
    return (this.branches.get("right") as Module).forward(y);
  }
}

describe("containers", () => {
  it("name their contents as PyTorch does", () => {
    expect([...new Net().stateDict().keys()]).toEqual([
      "blocks.0.weight",
      "blocks.0.bias",
      "blocks.1.weight",
      "branches.left.weight",
      "branches.left.bias",
      "scales.0",
      "others.0.0.weight",
      "others.0.0.bias",
    ]);
    const [y] = [new Net().forward(Tensor.ones([1, 2]))];
    expect(y.node.scope.path).toBe("branches.right");
  });

  it("print as trees", () => {
    expect(new Net().toString()).toMatchInlineSnapshot(`
      "Net(
        (blocks): ModuleList(
          (0): Linear(2 -> 2)
          (1): Linear(2 -> 2, no bias)
        )
        (branches): ModuleDict(
          (left): Linear(2 -> 1)
          (right): Tanh()
        )
        (scales): ParameterList()
        (others.0): Sequential(
          (0): Linear(2 -> 2)
        )
        (others.1): ReLU()
      )"
    `);
  });

  it("hold what was put in", () => {
    const list = new ModuleList();
    const [a, b] = [new ReLU(), new Tanh()];
    expect(list.append(a).extend([b]).length).toBe(2);
    expect([list.at(0), list.at(-1), list.at(2)]).toEqual([a, b, undefined]);
    expect([...list]).toEqual([a, b]);
    const dict = new ModuleDict({ a });
    dict.set("b", b).set("a", b);
    expect([...dict.keys()]).toEqual(["a", "b"]);
    expect([dict.get("a"), dict.has("c"), dict.size, [...dict.values()].length]).toEqual([
      b,
      false,
      2,
      2,
    ]);
    expect([dict.delete("a"), dict.size]).toEqual([true, 1]);
    expect(dict.train(false).children()[0]?.training).toBe(false);
  });

  it("Sequential is read, extended and cut like a list", () => {
    const [a, b, c] = [new ReLU(), new Tanh(), new Sigmoid()];
    const net = new Sequential(a, b).append(c);
    expect([...net]).toEqual([a, b, c]);
    expect(net.get("1")).toBe(b);
    expect([...net.slice(1)].length).toBe(2);
    expect(net.slice(1).get("0")).toBe(b);
    expect([...net.slice(0, -1)]).toEqual([a, b]);
    const named = new Sequential({ first: a, second: b }).append(c);
    expect(Array.from(named.slice(1).namedChildren(), ([name]) => name)).toEqual(["second", "2"]);
  });

  it("getSubmodule follows a path, also through arrays", () => {
    const net = new Net();
    expect(net.getSubmodule("")).toBe(net);
    expect(net.getSubmodule("blocks.1")).toBe(net.blocks.at(1));
    expect(net.getSubmodule("others.0.0")).toBe(net.others[0]?.children()[0]);
    expect(() => net.getSubmodule("blocks.2")).toThrow(/no module "blocks.2"[\s\S]*did you mean/);
  });

  it("Unflatten splits an axis", () => {
    const x = Tensor.zeros([2, 12, 3]);
    expect(new Unflatten(1, [3, 4]).forward(x).shape).toEqual([2, 3, 4, 3]);
    expect(new Unflatten(-2, [-1, 2]).forward(x).shape).toEqual([2, 6, 2, 3]);
    expect(String(new Unflatten(1, [3, 4]))).toBe("Unflatten(dim 1 to [3, 4])");
    expect(() => new Unflatten(1, [5, 2]).forward(x)).toThrow(/axis 1 does not split/);
    expect(() => new Unflatten(1, [-1, 5]).forward(x)).toThrow(/axis 1 does not split/);
    expect(() => new Unflatten(1, [-1, -1])).toThrow(/more than one size/);
    expect(() => new Unflatten(1, [])).toThrow(/cannot split/);
  });

  it("refuse what they cannot hold, and cannot be called", () => {
    expect(() => new ModuleList([ReLU as never])).toThrow(/layer 0 is not a module/);
    expect(() => new ModuleDict({ "a.b": new ReLU() })).toThrow(/cannot be a layer's name/);
    expect(() => new ParameterList([Tensor.ones([1]) as never])).toThrow(/not a parameter/);
    expect(() => new ModuleList().forward()).toThrow(/a container has no forward/);
    expect(() => new Sequential({ 1: new ReLU() }).append(new ReLU())).toThrow(/named "1" already/);
  });
});
