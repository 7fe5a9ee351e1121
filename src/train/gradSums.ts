// Sums of gradients over several batches, for updates from more images than fit into memory at once.
import { zeros } from "../ops/index.ts";
import type { Update } from "../optim/index.ts";
import { sizeOf } from "../tensor/shape.ts";
import { type Parameter, Tensor, Variable } from "../tensor/tensor.ts";

/**
 * Gradients of an update so far, each batch weighted by its share of the update's images: of mean losses they are
 * so the gradient of the mean loss over all images. Zero between updates.
 */
export class GradSums {
  readonly #share = new Variable(Tensor.ofData(new Float32Array(1), [], "float32"));
  readonly #sums = new Map<Parameter, Variable>();

  /** Sets the share of the batch that comes next. */
  writeShare(share: number): void {
    this.#share.write(Float32Array.of(share));
  }

  /** The sums with the gradients of a batch. */
  updates(params: readonly Parameter[], grads: readonly (Tensor | null)[]): Update[] {
    return params.flatMap((param, i): Update[] => {
      const grad = grads[i] ?? null;
      return grad === null ? [] : [[this.#sumOf(param), this.#with(param, grad)]];
    });
  }

  /** The gradients of the update, with those of its last batch; and the sums set to zero. */
  finish(
    params: readonly Parameter[],
    grads: readonly (Tensor | null)[],
  ): [whole: (Tensor | null)[], cleared: Update[]] {
    const whole = params.map((param, i) => {
      const grad = grads[i] ?? null;
      return grad === null ? null : this.#with(param, grad);
    });
    const cleared = params.flatMap((param, i): Update[] =>
      whole[i] === null ? [] : [[this.#sumOf(param), zeros(param.shape)]],
    );
    return [whole, cleared];
  }

  #with(param: Parameter, grad: Tensor): Tensor {
    return this.#sumOf(param).add(grad.mul(this.#share));
  }

  #sumOf(param: Parameter): Variable {
    let sum = this.#sums.get(param);
    if (sum === undefined) {
      const { shape } = param;
      sum = new Variable(Tensor.ofData(new Float32Array(sizeOf(shape)), shape, "float32"));
      this.#sums.set(param, sum);
    }
    return sum;
  }
}
