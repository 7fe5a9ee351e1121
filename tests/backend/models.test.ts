// The networks: parameter counts and stage shapes of the textbook's, parameter names and counts of torchvision's,
// and gradients that reach every parameter.
import "../../src/index.ts";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { grad } from "../../src/autograd/index.ts";
import { createModel, models } from "../../src/models/index.ts";
import { withForwardHook } from "../../src/nn/index.ts";
import { Tensor } from "../../src/tensor/tensor.ts";

interface GoldenModel {
  readonly input: number[];
  readonly parameters: number;
  readonly stages: readonly (readonly [string, number[]])[];
}

const golden = JSON.parse(
  readFileSync(new URL("../fixtures/golden/models.json", import.meta.url), "utf8"),
) as { models: Record<string, GoldenModel> };

function parameters(name: string, options: Record<string, unknown> = {}): number {
  return createModel(name, options)
    .parameters()
    .reduce((sum, { numel }) => sum + numel, 0);
}

describe("the textbook's networks", () => {
  test.each(Object.entries(golden.models))("%s", (name, { input, parameters, stages }) => {
    const net = createModel(name).eval();
    expect(net.parameters().reduce((sum, { numel }) => sum + numel, 0)).toBe(parameters);
    const found: number[][] = [];
    withForwardHook(
      ({ module, output }) => {
        if (net.children().includes(module)) found.push([...output.shape]);
      },
      () => net.forward(Tensor.zeros(input)),
    );
    expect(found).toEqual(stages.map(([, shape]) => shape));
  });
});

describe("torchvision's networks", () => {
  const options = { inChannels: 3, numClasses: 1000 };
  // Counts as torchvision's documentation gives them.
  test.each([
    ["alexnet", 61_100_840, "torchvision"],
    ["vgg11", 132_863_336, "torchvision"],
    ["vgg13", 133_047_848, "torchvision"],
    ["resnet18", 11_689_512, "torchvision"],
    ["resnet34", 21_797_672, "torchvision"],
    ["resnet50", 25_557_032, "torchvision"],
    ["resnet101", 44_549_160, "torchvision"],
    ["densenet121", 7_978_856, null],
    ["mobilenetV2", 3_504_872, null],
    ["squeezenet", 1_235_496, null],
  ] as const)("%s has %d parameters", (name, count, form) => {
    expect(parameters(name, form === null ? options : { ...options, form })).toBe(count);
  });

  test("have torchvision's parameter names", () => {
    const names = (name: string, own: Record<string, unknown> = {}) => [
      ...createModel(name, own).stateDict().keys(),
    ];
    const form = "torchvision";
    expect(names("resnet18", { form, width: 0.1 })).toEqual(
      expect.arrayContaining([
        "conv1.weight",
        "bn1.runningMean",
        "layer1.0.conv1.weight",
        "layer2.0.downsample.0.weight",
        "layer2.0.downsample.1.bias",
        "layer4.1.bn2.weight",
        "fc.bias",
      ]),
    );
    expect(names("resnet50", { form, width: 0.1 })).toContain("layer1.0.downsample.0.weight");
    expect(names("alexnet", { form, width: 0.01 })).toEqual(
      expect.arrayContaining(["features.10.bias", "classifier.6.weight"]),
    );
    expect(names("densenet121", { growthRate: 4 })).toEqual(
      expect.arrayContaining([
        "features.conv0.weight",
        "features.denseblock3.denselayer24.conv2.weight",
        "features.transition3.conv.weight",
        "features.norm5.bias",
        "classifier.weight",
      ]),
    );
    expect(names("mobilenetV2", { width: 0.25 })).toEqual(
      expect.arrayContaining([
        "features.0.0.weight",
        "features.1.conv.0.0.weight",
        "features.2.conv.1.1.weight",
        "features.18.1.bias",
        "classifier.1.weight",
      ]),
    );
    expect(names("squeezenet")).toEqual(
      expect.arrayContaining([
        "features.3.squeeze.weight",
        "features.12.expand3x3.bias",
        "classifier.1.bias",
      ]),
    );
  });
});

describe("every network", () => {
  const small: Record<string, [options: Record<string, unknown>, image: number]> = {
    lenet: [{}, 28],
    alexnet: [{ width: 0.05, inputSize: 127 }, 127],
    vgg11: [{ width: 0.1, inputSize: 32 }, 32],
    vgg13: [{ width: 0.1, inputSize: 32 }, 32],
    vgg16: [{ width: 0.1, inputSize: 32 }, 32],
    vgg19: [{ width: 0.1, inputSize: 32 }, 32],
    nin: [{ width: 0.1 }, 127],
    googlenet: [{ width: 0.1 }, 33],
    resnet18: [{ width: 0.1 }, 33],
    resnet34: [{ width: 0.1 }, 33],
    resnet50: [{ width: 0.1 }, 33],
    resnet101: [{ width: 0.05 }, 33],
    resnet152: [{ width: 0.05 }, 33],
    densenet: [{ growthRate: 4 }, 33],
    densenet121: [{ growthRate: 4 }, 33],
    mobilenetV2: [{ width: 0.25 }, 33],
    squeezenet: [{}, 33],
  };

  test("is tried here", () => {
    expect(Object.keys(small).sort()).toEqual(Object.keys(models).sort());
  });

  test.each(Object.entries(small))("%s: gradients reach every parameter", (name, [own, size]) => {
    const net = createModel(name, { ...own, inChannels: 2, numClasses: 3 });
    const y = net.forward(Tensor.zeros([2, 2, size, size]));
    expect(y.shape).toEqual([2, 3]);
    const gradients = grad(y.sum(), net.parameters());
    expect(gradients.map(({ shape }) => shape)).toEqual(net.parameters().map(({ shape }) => shape));
  });

  test.each(Object.keys(models))("%s refuses unknown options and impossible numbers", (name) => {
    expect(() => createModel(name, { numClases: 3 })).toThrow(/did you mean "numClasses"/);
    expect(() => createModel(name, { numClasses: 0 })).toThrow(/numClasses must be a whole number/);
  });

  test("resizes images that are of another size than it is made for", () => {
    const net = createModel("resnet18", { width: 0.1, imageSize: [28, 28] });
    expect(net.forward(Tensor.zeros([2, 1, 28, 28])).shape).toEqual([2, 10]);
    expect([...net.stateDict().keys()]).toContain("network.0.0.weight");
    expect([
      ...createModel("lenet", { imageSize: [28, 28] })
        .stateDict()
        .keys(),
    ]).toContain("0.weight");
    expect(() => createModel("lenet", { imageSize: 0 })).toThrow(/imageSize must be/);
  });

  test("is made for, or given, images of the size that is asked for", () => {
    const vgg = createModel("vgg11", { width: 0.05, inputSize: 32, imageSize: [28, 20] });
    expect(vgg.forward(Tensor.zeros([2, 1, 28, 20])).shape).toEqual([2, 10]);
    const net = createModel("resnet18", { width: 0.1, inputSize: 32, imageSize: [32, 32] });
    expect([...net.stateDict().keys()]).toContain("0.0.weight");
    expect(() => createModel("resnet18", { inputSize: 0 })).toThrow(/inputSize must be/);
    expect(() => createModel("lenet", { inputSize: 32 })).toThrow(/this network has one size/);
  });

  test("says that an image is too small, and where", () => {
    expect(() => createModel("alexnet", { width: 0.1, inputSize: 16 })).toThrow(/does not fit/);
    expect(() => createModel("resnet18", { form: "torch" })).toThrow(/there is no form "torch"/);
    expect(() => createModel("lenet", { activation: "tanh" })).toThrow(/no activation "tanh"/);
  });
});
