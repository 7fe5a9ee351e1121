// Splits an axis into several: from a dense layer to feature maps.
import { OptionError } from "../tensor/errors.ts";
import { formatShape, normalizeAxis, type Shape, shapeError, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";

/**
 * Splits the axis `dim` into axes of these sizes, as `torch.nn.Unflatten`; one size may be −1 for what is left.
 * @throws OptionError for impossible sizes; ShapeError if they do not fill the axis
 * @example new Unflatten(1, [16, 5, 5]).forward(Tensor.zeros([8, 400])).shape // [8, 16, 5, 5]
 */
export class Unflatten extends Module {
  readonly dim: number;
  readonly sizes: Shape;

  constructor(dim: number, sizes: Shape) {
    super();
    const isSize = (n: number) => Number.isInteger(n) && n >= -1;
    if (!Number.isInteger(dim) || sizes.length === 0 || !sizes.every(isSize)) {
      throw new OptionError(`Unflatten: cannot split axis ${dim} into ${formatShape(sizes)}`);
    }
    if (sizes.filter((n) => n === -1).length > 1)
      throw new OptionError(`Unflatten: more than one size of ${formatShape(sizes)} is open`);
    this.dim = dim;
    this.sizes = sizes;
  }

  override forward(x: Tensor): Tensor {
    const axis = normalizeAxis("Unflatten", this.dim, x.ndim);
    const size = x.shape[axis] ?? 1;
    const rest = size / sizeOf(this.sizes.filter((n) => n !== -1));
    const sizes = this.sizes.map((n) => (n === -1 ? rest : n));
    if (!Number.isInteger(rest) || sizeOf(sizes) !== size) {
      throw shapeError("Unflatten", `axis ${axis} does not split`, {
        x: x.shape,
        sizes: this.sizes,
      });
    }
    return x.reshape([...x.shape.slice(0, axis), ...sizes, ...x.shape.slice(axis + 1)]);
  }

  override extraRepr(): string {
    return `dim ${this.dim} to ${formatShape(this.sizes)}`;
  }
}
