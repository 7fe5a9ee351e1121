// E30: the two blocks that deep networks are stacked of: one adds, the other concatenates.
import { concat, inspect, manualSeed, models, nn, normal, type Tensor } from "../../src/index.ts";
import { type Experiment, equal, holds, show } from "./experiment.ts";

/** Largest difference between two tensors. */
const difference = (a: Tensor, b: Tensor): Promise<number> => a.sub(b).abs().amax().item();

/** Parameters, and multiply-adds for one image of 28 × 28 with 192 channels. */
function cost(layer: nn.Module): [number, number] {
  const { parameters, multiplyAdds } = inspect.summary(layer, [1, 192, 28, 28]);
  return [parameters, multiplyAdds];
}

/** One line of the picture: a bar for the millions of multiply-adds. */
function bar(name: string, multiplyAdds: number): string {
  const millions = Math.round(multiplyAdds / 1e6);
  return `${name.padEnd(14)} ${"█".repeat(Math.round(millions / 24))} ${millions} million`;
}

export const experiment: Experiment = {
  id: "E30",
  title: "residual blocks and Inception blocks",
  async run() {
    manualSeed(0);
    const x = normal([2, 4, 6, 6], [0, 1]);

    // f(x) = x + g(x), then ReLU: g is what remains to be learned.
    const residual = new models.Residual(4, 4);
    const { conv1, bn1, conv2, bn2 } = residual;
    const g = bn2.forward(conv2.forward(bn1.forward(conv1.forward(x)).relu()));
    const sum = x.add(g).relu();
    const ofResidual = await difference(residual.forward(x), sum);
    // Where nothing remains to be learned, g becomes 0 and the block hands on its input.
    if (bn2.weight !== null) nn.init.zeros_(bn2.weight);
    const ofNothing = await difference(residual.forward(x), x.relu());

    // GoogLeNet's first: 64 + 128 + 32 + 32 = 256 channels.
    const inception = new models.Inception(192, [64, [96, 128], [16, 32], 32]);
    const image = normal([1, 192, 6, 6], [0, 2]);
    const paths = [inception.path1, inception.path2, inception.path3, inception.path4];
    const joined = inception.forward(image);
    const parts = concat(
      paths.map((path) => path.forward(image)),
      1,
    );

    const block = cost(inception);
    const three = cost(new nn.Conv2d(192, 256, 3, { padding: 1 }));
    const five = cost(new nn.Conv2d(192, 256, 5, { padding: 2 }));
    return {
      checks: [
        equal("residual block and x + g(x), difference", ofResidual, 0),
        equal("with g(x) = 0 and x, difference", ofNothing, 0),
        equal("Inception block, shape", [...joined.shape], [1, 256, 6, 6]),
        equal("and its four paths, difference", await difference(joined, parts), 0),
        equal("Inception block: parameters, multiply-adds", block, [163_696, 128_049_152]),
        equal("one 3×3 layer", three, [442_624, 346_816_512]),
        equal("one 5×5 layer", five, [1_229_056, 963_379_200]),
        holds(
          "the block's share of the 3×3 layer's",
          [block[0] / three[0], block[1] / three[1]],
          "below 0.4",
          block[0] < 0.4 * three[0] && block[1] < 0.4 * three[1],
        ),
      ],
      picture: [
        "       ┌─ 1×1, 64 ──────────────────┐",
        "       ├─ 1×1, 96 ──── 3×3, 128 ────┤",
        "  192 ─┤                            ├─ 256",
        "       ├─ 1×1, 16 ──── 5×5, 32 ─────┤",
        "       └─ 3×3 max ──── 1×1, 32 ─────┘",
        "",
        "multiply-adds, 192 to 256 channels of 28×28",
        bar("Inception", block[1]),
        bar("one 3×3 layer", three[1]),
        bar("one 5×5 layer", five[1]),
      ],
    };
  },
};

if (import.meta.main) await show(experiment);
