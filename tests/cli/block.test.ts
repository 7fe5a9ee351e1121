// The block that shows a training, drawn for terminals of several widths.
import { describe, expect, it } from "vitest";
import { type BlockState, renderBlock } from "../../cli/terminal/block.ts";
import { visibleLength } from "../../cli/terminal/format.ts";

const plain = { colors: 0, unicode: true } as const;

const state: BlockState = {
  title: "lenet on fashion-mnist, runs/lenet",
  epoch: 3,
  epochs: 10,
  step: 118,
  stepsPerEpoch: 235,
  loss: 0.6123,
  trainAccuracy: 0.762,
  testAccuracy: 0.749,
  imagesPerSecond: 41_210,
  secondsLeft: 12,
  losses: Array.from({ length: 200 }, (_, i) => 2.3 * Math.exp(-i / 50) + 0.6),
};

const draw = (
  columns: number,
  change: Partial<BlockState> = {},
  look: typeof plain | { colors: 0; unicode: false } = plain,
) => `\n${renderBlock({ ...state, ...change }, columns, look).join("\n")}\n`;

describe("renderBlock", () => {
  it("shows everything in 80 columns", () => {
    expect(draw(80)).toMatchInlineSnapshot(`
      "
      lenet on fashion-mnist, runs/lenet
      epoch  3/10 ██████████████████████▋······················  50 %  12 s left
      loss 0.6123   test 74.9 %   train 76.2 %   images/s 41,210
       2.900 ⠉⠒⠒⠤⠤⣀⣀
        loss        ⠉⠉⠑⠒⠒⠢⠤⠤⠤⣀⣀⣀⣀⡀
      0.6430                     ⠈⠉⠉⠉⠉⠉⠒⠒⠒⠒⠒⠒⠒⠒⠢⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀
      "
    `);
  });

  it("leaves fields out in 40 columns", () => {
    expect(draw(40)).toMatchInlineSnapshot(`
      "
      lenet on fashion-mnist, runs/lenet
      epoch  3/10 ██████████▌··········  50 %
      loss 0.6123   test 74.9 %
       2.900 ⠑⠢⣀
        loss    ⠉⠒⠢⠤⣀⣀
      0.6430          ⠉⠉⠑⠒⠒⠒⠢⠤⠤⠤⠤⠤⠤⢄⣀⣀⣀⣀⣀⣀⣀⣀⣀
      "
    `);
  });

  it("does without Unicode", () => {
    expect(draw(60, {}, { colors: 0, unicode: false })).toMatchInlineSnapshot(`
      "
      lenet on fashion-mnist, runs/lenet
      epoch  3/10 #############............  50 %  12 s left
      loss 0.6123   test 74.9 %   train 76.2 %
       2.900 ****
        loss     **************
      0.6430                   **********************************
      "
    `);
  });

  it("begins with nothing known", () => {
    const unknown = { loss: null, trainAccuracy: null, testAccuracy: null, imagesPerSecond: null };
    expect(
      draw(80, { ...unknown, secondsLeft: null, losses: [], epoch: 1, step: 0 }),
    ).toMatchInlineSnapshot(`
      "
      lenet on fashion-mnist, runs/lenet
      epoch  1/10 ·············································   0 %
      loss -        test -        train -        images/s -
      "
    `);
  });

  it("never reaches the last column, whatever it shows", () => {
    const extremes: Partial<BlockState>[] = [
      {},
      { loss: Number.NaN, losses: [Number.NaN, 1, Number.POSITIVE_INFINITY, 2] },
      {
        epoch: 99_999,
        epochs: 100_000,
        imagesPerSecond: 123_456_789,
        secondsLeft: 1e7,
        loss: 1e20,
      },
      { losses: [1, 1, 1], stepsPerEpoch: 0, step: 0, title: "x".repeat(300) },
      { losses: Array.from({ length: 2000 }, (_, i) => Math.sin(i)) },
    ];
    for (let columns = 40; columns <= 200; columns++) {
      for (const change of extremes) {
        for (const colors of [0, 16777216] as const) {
          const lines = renderBlock({ ...state, ...change }, columns, { colors, unicode: true });
          expect(Math.max(...lines.map(visibleLength))).toBeLessThan(columns);
        }
      }
    }
  });

  it("keeps its height while the curve grows", () => {
    const heights = [2, 3, 50, 1999].map(
      (length) => renderBlock({ ...state, losses: Array(length).fill(1) }, 80, plain).length,
    );
    expect(new Set(heights).size).toBe(1);
  });
});
