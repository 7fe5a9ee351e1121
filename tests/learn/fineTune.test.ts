// Fine-tuning: frozen parts, new heads, learning rates by stage, states that fit in part, PyTorch's names.
import { beforeAll, describe, expect, it } from "vitest";
import { setBackend } from "../../src/backends.ts";
import { fromTorch, readSafetensors, toTorch, writeSafetensors } from "../../src/interop/index.ts";
import {
  BatchNorm2d,
  Conv2d,
  Flatten,
  Linear,
  Module,
  ModuleDict,
  ModuleList,
  ReLU,
  Sequential,
} from "../../src/nn/index.ts";
import { layerwise, SGD } from "../../src/optim/index.ts";
import { Tensor } from "../../src/tensor/tensor.ts";
import * as train from "../../src/train/index.ts";
import { freeze, replaceHead, unfreeze } from "../../src/train/index.ts";
import { barNet, bars, valuesOf } from "./toy.ts";

beforeAll(() => {
  setBackend("wasm");
});

const settings = { data: bars(50, 1), epochs: 1, batchSize: 8 };

class Custom extends Module {
  readonly stages = [new Linear(4, 4), new Linear(4, 4)];
  readonly list = new ModuleList([new ReLU()]);
  readonly named = new ModuleDict({ only: new ReLU() });
  head = new Linear(4, 3, { bias: false });

  override forward(x: Tensor): Tensor {
    return this.head.forward(x);
  }
}

describe("freeze", () => {
  it("keeps values while others learn", async () => {
    const net = barNet();
    expect(freeze(net, "0")).toEqual(["0.weight", "0.bias"]);
    const before = await valuesOf(net);
    const optimizer = new SGD(layerwise(net, { lr: 0.1, decay: 0.5 }));
    await train.fit(net, { ...settings, optimizer });
    const after = await valuesOf(net);
    expect(after["0.weight"]).toEqual(before["0.weight"]);
    expect(after["4.weight"]).not.toEqual(before["4.weight"]);
    expect(unfreeze(net, /weight$/)).toEqual(["0.weight", "4.weight"]);
    await train.fit(net, { ...settings, optimizer: new SGD(net.parameters(), { lr: 0.1 }) });
    const learned = await valuesOf(net);
    expect(learned["0.weight"]).not.toEqual(before["0.weight"]);
    expect(learned["0.bias"]).toEqual(before["0.bias"]);
  });

  it("refuses what is not there", () => {
    expect(() => freeze(barNet(), "1")).toThrow(/freeze: no parameter is at 1/);
    expect(() => freeze(barNet(), "fc")).toThrow(/children {2,}0, 1, 2, 3, 4/);
  });
});

describe("replaceHead", () => {
  it("replaces the last Linear, wherever it is", () => {
    const net = new Sequential({
      body: new Sequential(new Linear(4, 4), new ReLU()),
      head: new Sequential(new Flatten(), new Linear(4, 10)),
    });
    expect(replaceHead(net, 3)).toBe("head.1");
    expect(net.getSubmodule("head.1").describe()).toBe("Linear 4 -> 3");
    const custom = new Custom();
    expect(replaceHead(custom, 7)).toBe("head");
    expect(custom.head.describe()).toBe("Linear 4 -> 7, no bias");
    expect(() => replaceHead(new Sequential(new ReLU()), 2)).toThrow(/no Linear layer inside/);
    expect(() => replaceHead(custom, 0)).toThrow(/whole number of at least 1/);
  });

  it("is possible in every kind of container", () => {
    const net = new Custom();
    net.replaceChild("stages.1", new Flatten());
    net.list.replaceChild("0", new Flatten());
    net.named.replaceChild("only", new Flatten());
    for (const path of ["stages.1", "list.0", "named.only"])
      expect(net.getSubmodule(path)).toBeInstanceOf(Flatten);
    for (const module of [net, net.list, net.named, new Sequential()])
      expect(() => module.replaceChild("9", new Flatten())).toThrow(/no child "9"/);
  });
});

it("layerwise descends to where the stages are, and leaves out what is frozen", () => {
  const net = new Sequential(
    new Sequential(new Linear(2, 3), new ReLU(), new Linear(3, 4), new Linear(4, 5)),
  );
  const rates = () =>
    layerwise(net, { lr: 1, decay: 0.5 }).map(({ lr, params }) => [lr, params.length]);
  expect(rates()).toEqual([
    [0.25, 2],
    [0.5, 2],
    [1, 2],
  ]);
  freeze(net, "0.0");
  expect(rates()).toEqual([
    [0.5, 2],
    [1, 2],
  ]);
  freeze(net);
  expect(rates).toThrow(/no parameter of this network learns/);
  expect(() => layerwise(net, { lr: 1, decay: 2 })).toThrow(/decay must be above 0/);
});

it("a state that fits in part says what was missing and what was not expected", async () => {
  const [from, to] = [
    new Sequential(new Linear(2, 2), new Linear(2, 2)),
    new Sequential(new Linear(2, 2)),
  ];
  const state = new Map<string, Tensor>(from.stateDict());
  state.delete("0.bias");
  const result = to.loadStateDict(state, { strict: false });
  expect(result).toEqual({ missing: ["0.bias"], unexpected: ["1.weight", "1.bias"] });
  expect((await valuesOf(to))["0.weight"]).toEqual((await valuesOf(from))["0.weight"]);
  expect(() => to.loadStateDict(state)).toThrow(/does not fit/);
});

it("states travel under PyTorch's names", async () => {
  const net = new Sequential(new Conv2d(1, 2, 3), new BatchNorm2d(2));
  net.forward(Tensor.ones([2, 1, 4, 4]));
  const tensors = await toTorch(net.stateDict());
  // As PyTorch 1.13 names those of nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)).
  expect([...tensors.keys()]).toEqual([
    "0.weight",
    "0.bias",
    "1.weight",
    "1.bias",
    "1.running_mean",
    "1.running_var",
    "1.num_batches_tracked",
  ]);
  const read = readSafetensors(writeSafetensors(tensors)).tensors;
  const copy = new Sequential(new Conv2d(1, 2, 3), new BatchNorm2d(2));
  copy.loadStateDict(fromTorch(read));
  expect(await valuesOf(copy)).toEqual(await valuesOf(net));
});

it("counts of batches may be int64, as PyTorch keeps them", async () => {
  const counts = (data: bigint) =>
    new Map([
      [
        "bn.num_batches_tracked",
        { shape: [], storedAs: "I64", dtype: "int64", data: BigInt64Array.of(data) } as const,
      ],
    ]);
  const state = fromTorch(counts(12n));
  expect(await state.get("bn.numBatchesTracked")?.item()).toBe(12);
  expect(() => fromTorch(counts(2n ** 40n))).toThrow(/which int32 cannot hold/);
});
