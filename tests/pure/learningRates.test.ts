// The picture of the range test, and its logarithmic axis.
import { describe, expect, it } from "vitest";
import { learningRates } from "../../src/pictures/index.ts";
import { logScale } from "../../src/pictures/scale.ts";

const points = [1e-4, 1e-3, 1e-2, 1e-1, 1].map((lr, i) => ({
  lr,
  loss: [2, 1, 1.2, 0.4, 40][i] as number,
  smoothed: [2, 1.5, 1, 0.5, 3][i] as number,
}));

function textsOf(svg: string): string[] {
  return Array.from(svg.matchAll(/<text[^>]*>([^<]*)</g), ([, words = ""]) => words);
}

describe("learningRates", () => {
  it("draws both lines over the rates and marks the suggestion", () => {
    const svg = learningRates({ points, suggestion: 0.01 });
    const texts = textsOf(svg);
    expect(texts).toContain("5 steps; suggested rate 0.01.");
    expect(texts).toContain("suggested 0.01");
    expect(texts).toEqual(expect.arrayContaining(["1e-4", "0.001", "0.01", "0.1", "1"]));
    expect(svg.match(/<path /g)).toHaveLength(2);
    // The middle of the axis; the batch far above its average stays inside.
    expect(svg).toContain('x1="320" x2="320" y1="116" y2="328" stroke-dasharray="4 4"');
    expect(svg).toContain("L576.0 116.0");
  });

  it("leaves out what is not there", () => {
    expect(textsOf(learningRates({ points: [], suggestion: null }))).toEqual(
      expect.arrayContaining(["No step was taken.", "no values"]),
    );
    const broken = points.map((point, i) => (i === 2 ? { ...point, smoothed: NaN } : point));
    const svg = learningRates({ points: broken, suggestion: null });
    expect(textsOf(svg)).toContain("5 steps; the loss never fell.");
    expect(svg).not.toMatch(/NaN|Infinity|stroke-dasharray/);
    expect(/class="accent-line" d="([^"]*)"/.exec(svg)?.[1]?.match(/M/g)).toHaveLength(2);
  });
});

describe("a logarithmic axis", () => {
  it("has a tick at each power of ten, and gives each as much room", () => {
    const scale = logScale([2e-5, 0.1, 30], [0, 100]);
    expect(scale.ticks.map(scale.format)).toEqual(["1e-4", "0.001", "0.01", "0.1", "1", "10"]);
    expect(scale.at(2e-5)).toBeCloseTo(0, 9);
    expect(scale.at(30)).toBeCloseTo(100, 9);
    expect(scale.at(10) - scale.at(1)).toBeCloseTo(scale.at(1e-2) - scale.at(1e-3), 9);
  });

  it("is widened until it has two ticks, and skips some of many", () => {
    expect(logScale([0.02, 0.05], [0, 1]).ticks).toEqual([0.01, 0.1]);
    expect(logScale([0.1], [0, 1]).ticks).toEqual([0.01, 0.1, 1]);
    expect(logScale([], [0, 1]).ticks).toEqual([1, 10]);
    expect(logScale([1e-20, 1e10], [0, 1]).ticks.length).toBeLessThanOrEqual(13);
  });
});
