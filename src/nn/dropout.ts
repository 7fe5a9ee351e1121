// Dropout as layers: elements, or whole channels, left out at random while training.
import { alphaDropout, checkProbability, dropout, dropout1d, dropout2d } from "../ops/dropout.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/** What the layers share: the probability. In evaluation x comes back as it is. */
abstract class DropoutBase extends Module {
  readonly p: number;

  /** @param p probability to be left out */
  constructor(p = 0.5) {
    super();
    checkProbability(new.target.name, p);
    this.p = p;
  }

  override extraRepr(): string {
    return `p ${this.p}`;
  }
}

/**
 * Leaves each element out with probability p while training, as `torch.nn.Dropout`; the shape stays.
 *
 *     training:    y = 0 with probability p, x / (1 − p) otherwise
 *     evaluation:  y = x
 *
 * @throws OptionError if p is no probability
 * @example new Dropout(0.2).forward(Tensor.ones([8, 100])).shape // [8, 100]
 * @see Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from overfitting"
 */
export class Dropout extends DropoutBase {
  override forward(x: Tensor): Tensor {
    return dropout(x, { p: this.p, training: this.training });
  }
}

/**
 * As {@link Dropout} with whole channels left out, as `torch.nn.Dropout1d`. Input `[batch, channels, length]`.
 * @throws OptionError if p is no probability; ShapeError if x has not three axes
 * @example new Dropout1d(0.2).forward(Tensor.ones([8, 6, 28])).shape // [8, 6, 28]
 */
export class Dropout1d extends DropoutBase {
  override forward(x: Tensor): Tensor {
    return dropout1d(x, { p: this.p, training: this.training });
  }
}

/**
 * As {@link Dropout} with whole channels left out, as `torch.nn.Dropout2d`. Input NCHW.
 * @throws OptionError if p is no probability; ShapeError if x has not four axes
 * @example new Dropout2d(0.2).forward(Tensor.ones([8, 6, 5, 5])).shape // [8, 6, 5, 5]
 * @see Tompson et al. 2015, "Efficient object localization using convolutional networks"
 */
export class Dropout2d extends DropoutBase {
  override forward(x: Tensor): Tensor {
    return dropout2d(x, { p: this.p, training: this.training });
  }
}

/**
 * Dropout that keeps mean 0 and variance 1, for networks of SELU, as `torch.nn.AlphaDropout`; the shape stays.
 * @throws OptionError if p is no probability
 * @example new AlphaDropout(0.1).forward(Tensor.ones([8, 100])).shape // [8, 100]
 * @example new AlphaDropout(0.2).forward(Tensor.ones([8, 100])).shape // [8, 100]
 * @see Klambauer et al. 2017, "Self-normalizing neural networks"
 */
export class AlphaDropout extends DropoutBase {
  override forward(x: Tensor): Tensor {
    return alphaDropout(x, { p: this.p, training: this.training });
  }
}
