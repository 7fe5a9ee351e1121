// The summary of a network, against LeNet counted by hand.
import { beforeAll, describe, expect, it } from "vitest";
import { setBackend } from "../../src/backends.ts";
import { formatSummary, summary } from "../../src/inspect/index.ts";
import { lenet } from "../../src/models/index.ts";
import { Dropout, Flatten, Identity, Linear, Sequential } from "../../src/nn/index.ts";

beforeAll(() => {
  setBackend("reference");
});

const widest = (text: string) => Math.max(...text.split("\n").map((line) => line.length));

describe("summary", () => {
  it("counts LeNet's parameters, work and memory", () => {
    const { layers, parameters, multiplyAdds, memory } = summary(lenet(), [1, 1, 28, 28]);
    expect(layers.map((layer) => layer.parameters).filter((n) => n > 0)).toEqual([
      6 * 25 + 6,
      16 * 6 * 25 + 16,
      400 * 120 + 120,
      120 * 84 + 84,
      84 * 10 + 10,
    ]);
    expect(parameters).toBe(61_706);
    const convolutions = 28 * 28 * 6 * 25 + 10 * 10 * 16 * 6 * 25;
    expect(multiplyAdds).toBe(convolutions + 400 * 120 + 120 * 84 + 84 * 10);
    const [six, sixteen] = [6 * 28 * 28, 16 * 10 * 10];
    const floats = [six, six, 6 * 14 * 14, sixteen, sixteen, 400, 400, 120, 120, 84, 84, 10];
    expect(layers.map(({ outputBytes }) => outputBytes)).toEqual(floats.map((n) => 4 * n));
    // Flatten gives the same 400 numbers another shape.
    const activations = 4 * (floats.reduce((sum, n) => sum + n, 0) - 400);
    expect(memory).toEqual({
      parameters: 4 * 61_706,
      activations,
      trainingStep: 2 * 4 * 61_706 + activations,
    });
  });

  it("grows with the batch where work and activations do", () => {
    const [one, eight] = [1, 8].map((batch) => summary(lenet(), [batch, 1, 28, 28]));
    expect(eight?.memory.activations).toBe(8 * (one?.memory.activations ?? 0));
    expect(eight?.multiplyAdds).toBe(8 * (one?.multiplyAdds ?? 0));
    expect(eight?.memory.parameters).toBe(one?.memory.parameters);
  });

  it("says what one output pixel sees, of images only", () => {
    const sees = summary(lenet(), [1, 1, 28, 28]).layers.map((layer) => layer.receptiveField);
    expect(sees.slice(0, 7)).toEqual([5, 5, 6, 14, 14, 16, 28].map((n) => [n, n]));
    const [dense] = summary(new Sequential(new Linear(3, 2)), [4, 3]).layers;
    expect(dense?.receptiveField).toBe(null);
  });

  it("counts no memory for layers that hand on what they are given", () => {
    const net = new Sequential(new Identity(), new Flatten(), new Dropout(0.5), new Linear(4, 2));
    expect(summary(net, [3, 1, 2, 2]).memory.activations).toBe(4 * 3 * 2);
  });
});

describe("formatSummary", () => {
  it("shows everything where there is room", () => {
    expect(formatSummary(summary(lenet(), [1, 1, 28, 28]))).toMatchInlineSnapshot(`
      "    layer                                  output           parameters  multiply-adds   memory   sees
          input                                  [1, 1, 28, 28]
      0   Conv2d(1 -> 6, kernel 5x5, padding 2)  [1, 6, 28, 28]          156        117,600  18.8 kB    5x5
      1   Sigmoid                                [1, 6, 28, 28]                              18.8 kB    5x5
      2   AvgPool2d(kernel 2x2)                  [1, 6, 14, 14]                              4.70 kB    6x6
      3   Conv2d(6 -> 16, kernel 5x5)            [1, 16, 10, 10]       2,416        240,000  6.40 kB  14x14
      4   Sigmoid                                [1, 16, 10, 10]                             6.40 kB  14x14
      5   AvgPool2d(kernel 2x2)                  [1, 16, 5, 5]                               1.60 kB  16x16
      6   Flatten                                [1, 400]                                    1.60 kB  28x28
      7   Linear(400 -> 120)                     [1, 120]             48,120         48,000    480 B  28x28
      8   Sigmoid                                [1, 120]                                      480 B  28x28
      9   Linear(120 -> 84)                      [1, 84]              10,164         10,080    336 B  28x28
      10  Sigmoid                                [1, 84]                                       336 B  28x28
      11  Linear(84 -> 10)                       [1, 10]                 850            840     40 B  28x28
          total                                                       61,706        416,520  58.4 kB

      parameters 247 kB, activations 58.4 kB, a training step about 552 kB and the optimizer's state"
    `);
  });

  it("fits 80 columns, and narrow terminals", () => {
    const found = summary(lenet(), [1, 1, 28, 28]);
    expect(formatSummary(found, { columns: 80 })).toMatchInlineSnapshot(`
      "    layer                           output      params  mul-adds   memory   sees
          input                           1x1x28x28
      0   Conv2d(1 -> 6, kernel 5x5, pa…  1x6x28x28      156      118k  18.8 kB    5x5
      1   Sigmoid                         1x6x28x28                     18.8 kB    5x5
      2   AvgPool2d(kernel 2x2)           1x6x14x14                     4.70 kB    6x6
      3   Conv2d(6 -> 16, kernel 5x5)     1x16x10x10   2.42k      240k  6.40 kB  14x14
      4   Sigmoid                         1x16x10x10                    6.40 kB  14x14
      5   AvgPool2d(kernel 2x2)           1x16x5x5                      1.60 kB  16x16
      6   Flatten                         1x400                         1.60 kB  28x28
      7   Linear(400 -> 120)              1x120        48.1k     48.0k    480 B  28x28
      8   Sigmoid                         1x120                           480 B  28x28
      9   Linear(120 -> 84)               1x84         10.2k     10.1k    336 B  28x28
      10  Sigmoid                         1x84                            336 B  28x28
      11  Linear(84 -> 10)                1x10           850       840     40 B  28x28
          total                                        61.7k      417k  58.4 kB

      parameters 247 kB
      activations 58.4 kB
      a training step about 552 kB
      and the optimizer's state"
    `);
    expect(formatSummary(found, { columns: 40 })).toMatchInlineSnapshot(`
      "    layer             output      params
          input             1x1x28x28
      0   Conv2d(1 -> 6, …  1x6x28x28      156
      1   Sigmoid           1x6x28x28
      2   AvgPool2d(kerne…  1x6x14x14
      3   Conv2d(6 -> 16,…  1x16x10x10   2.42k
      4   Sigmoid           1x16x10x10
      5   AvgPool2d(kerne…  1x16x5x5
      6   Flatten           1x400
      7   Linear(400 -> 1…  1x120        48.1k
      8   Sigmoid           1x120
      9   Linear(120 -> 8…  1x84         10.2k
      10  Sigmoid           1x84
      11  Linear(84 -> 10)  1x10           850
          total                          61.7k

      parameters 247 kB
      activations 58.4 kB
      a training step about 552 kB
      and the optimizer's state"
    `);
    for (const columns of [80, 60, 40]) {
      expect(widest(formatSummary(found, { columns }))).toBeLessThanOrEqual(columns);
    }
    expect(() => formatSummary(found, { width: 3 } as never)).toThrow(/unknown option "width"/);
  });
});
