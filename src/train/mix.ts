// Mixing the images of a batch (mixup, CutMix), inside the compiled step: which images are mixed and by how
// much is drawn on the host from the step's generator and written into variables before each run.
import { logicalAnd } from "../ops/index.ts";
import { OptionError, ShapeError } from "../tensor/errors.ts";
import type { Generator } from "../tensor/random.ts";
import { formatShape, type Shape } from "../tensor/shape.ts";
import { Tensor, Variable } from "../tensor/tensor.ts";

/** A way to mix batches, made by {@link mixup} or {@link cutmix}. */
export interface Mix {
  readonly name: "mixup" | "cutmix";
  readonly alpha: number;
  /** The mixing of a compiled step on images of this shape, NCHW. */
  mixing(shape: Shape): Mixing;
}

/**
 * Trains on blends of two images, as weights of their losses: x = λ·x₁ + (1 − λ)·x₂ and
 * loss = λ·loss(y₁) + (1 − λ)·loss(y₂). λ is of Beta(α, α), the larger of λ and 1 − λ: which of the two comes first
 * does not matter, and the accuracy shown while training is about the image that prevails.
 * @param alpha how strongly images are mixed; 0.2 for large sets, 1 for any share alike
 * @throws OptionError unless alpha is above 0
 * @example
 * const { train } = await fashionMnist({ sources: ["sample"] });
 * const net = new Sequential(new Flatten(), new Linear(784, 10));
 * await fit(net, { data: train, optimizer: sgd({ lr: 0.1 }), epochs: 1, mix: mixup(0.2) });
 * @see Zhang et al. 2018, "mixup: Beyond Empirical Risk Minimization"
 */
export function mixup(alpha = 0.2): Mix {
  return mixOf("mixup", alpha);
}

/**
 * Trains on images with a rectangle of another image in them; the losses of the two classes are weighted by area.
 * The rectangle has the share 1 − λ of the image before it is cut at the border, λ of Beta(α, α) and the larger of
 * λ and 1 − λ.
 * @param alpha 1 (default) for any share alike
 * @throws OptionError unless alpha is above 0
 * @example
 * const { train } = await fashionMnist({ sources: ["sample"] });
 * const net = new Sequential(new Flatten(), new Linear(784, 10));
 * await fit(net, { data: train, optimizer: sgd({ lr: 0.1 }), epochs: 1, mix: cutmix() });
 * @see Yun et al. 2019, "CutMix: Regularization Strategy to Train Strong Classifiers with Localizable Features"
 */
export function cutmix(alpha = 1): Mix {
  return mixOf("cutmix", alpha);
}

/** It brings its code along: pages that do not mix need not carry it. */
function mixOf(name: Mix["name"], alpha: number): Mix {
  if (!(typeof alpha === "number" && alpha > 0 && alpha < Infinity))
    throw new OptionError(`${name}: alpha must be above 0, got ${String(alpha)}`);
  return { name, alpha, mixing: (shape) => new Mixing({ name, alpha }, shape) };
}

type Loss = (logits: Tensor, target: Tensor) => Tensor;

/** The mixing of one compiled step. */
export class Mixing {
  readonly #mix: Pick<Mix, "name" | "alpha">;
  readonly #shape: Shape;
  /** The second image of each. */
  readonly #partners: Variable;
  readonly #lambda = new Variable(Tensor.ofData(Float32Array.of(1), [], "float32"));
  /** Top, bottom, left and right of the rectangle. */
  readonly #edges = Array.from(
    { length: 4 },
    () => new Variable(Tensor.ofData(new Int32Array(1), [], "int32")),
  );

  /** @param shape of the images, NCHW */
  constructor(mix: Pick<Mix, "name" | "alpha">, shape: Shape) {
    if (shape.length !== 4) {
      throw new ShapeError(`${mix.name}: the batch is not one of images`, {
        facts: [{ name: "batch", value: formatShape(shape), remark: "needed NCHW" }],
      });
    }
    this.#mix = mix;
    this.#shape = shape;
    this.#partners = new Variable(Tensor.from(new Int32Array(shape[0] as number)));
  }

  /** The mixed images. */
  images(x: Tensor): Tensor {
    const others = x.indexSelect(0, this.#partners);
    if (this.#mix.name === "mixup") return this.#weighted(x, others);
    const [top, bottom, left, right] = this.#edges as [Variable, Variable, Variable, Variable];
    const [height, width] = this.#shape.slice(2) as [number, number];
    const row = Tensor.ofData(
      Int32Array.from({ length: height }, (_, i) => i),
      [height, 1],
      "int32",
    );
    const column = Tensor.ofData(
      Int32Array.from({ length: width }, (_, i) => i),
      [width],
      "int32",
    );
    const inside = logicalAnd(
      logicalAnd(row.ge(top), row.lt(bottom)),
      logicalAnd(column.ge(left), column.lt(right)),
    );
    return others.where(inside, x);
  }

  /** The losses of both classes. */
  loss(loss: Loss, logits: Tensor, target: Tensor): Tensor {
    const others = target.indexSelect(0, this.#partners);
    return this.#weighted(loss(logits, target), loss(logits, others));
  }

  #weighted(a: Tensor, b: Tensor): Tensor {
    return b.add(a.sub(b).mul(this.#lambda));
  }

  /** Draws the numbers of a run. */
  write(random: Generator): void {
    const [batch, , height, width] = this.#shape as readonly [number, number, number, number];
    const drawn = beta(random, this.#mix.alpha);
    let lambda = Math.max(drawn, 1 - drawn);
    this.#partners.write(random.permutation(batch));
    if (this.#mix.name === "cutmix") {
      const share = Math.sqrt(1 - lambda);
      const [top, bottom] = span(random, height, share);
      const [left, right] = span(random, width, share);
      for (const [i, edge] of [top, bottom, left, right].entries())
        (this.#edges[i] as Variable).write(Int32Array.of(edge));
      lambda = 1 - ((bottom - top) * (right - left)) / (height * width);
    }
    this.#lambda.write(Float32Array.of(lambda));
  }
}

/** Start and end of a share of an axis around a random place, cut at the border. */
function span(random: Generator, size: number, share: number): [number, number] {
  const middle = random.integer(size);
  const length = Math.trunc(size * share);
  const start = middle - Math.trunc(length / 2);
  return [Math.max(0, start), Math.min(size, start + length)];
}

/** A number of Beta(alpha, alpha), from two of Gamma(alpha); by logarithms, which small alphas need. */
function beta(random: Generator, alpha: number): number {
  const difference = logGamma(random, alpha) - logGamma(random, alpha);
  return 1 / (1 + Math.exp(-difference));
}

/**
 * The logarithm of a number of Gamma(alpha, 1).
 * @see Marsaglia & Tsang 2000, "A simple method for generating gamma variables"
 */
function logGamma(random: Generator, alpha: number): number {
  if (alpha < 1) return logGamma(random, alpha + 1) + Math.log(1 - random.uniform()) / alpha;
  const d = alpha - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = random.normal();
    const v = (1 + c * normal) ** 3;
    if (v <= 0) continue;
    const bound = normal ** 2 / 2 + d - d * v + d * Math.log(v);
    if (Math.log(1 - random.uniform()) < bound) return Math.log(d * v);
  }
}
