// meshgrid: coordinates of the points of a grid.
import { checkOptions, OptionError, ShapeError } from "../tensor/errors.ts";
import { formatShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { expand } from "./expand.ts";
import { transpose } from "./permute.ts";
import { reshape } from "./reshape.ts";

export interface MeshgridOptions {
  /** "ij" (default): axis k of the results goes along tensor k; "xy": the first two exchanged. */
  readonly indexing?: "ij" | "xy";
}

/**
 * Coordinates of every point of a grid, as `torch.meshgrid`.
 * @param tensors vectors (or scalars), the coordinates along each axis
 * @returns for each vector a tensor `[size of vector 0, size of vector 1, …]`
 * @throws ShapeError if one has more than one axis; OptionError for another indexing
 * @example await meshgrid([Tensor.from([1, 2]), Tensor.from([3, 4])])[1].array() // [[3, 4], [3, 4]]
 */
export function meshgrid(tensors: readonly Tensor[], options: MeshgridOptions = {}): Tensor[] {
  checkOptions("meshgrid", options, ["indexing"]);
  const { indexing = "ij" } = options;
  if (indexing !== "ij" && indexing !== "xy") {
    throw new OptionError(`meshgrid: there is no indexing "${indexing}"`, {
      facts: [{ name: "known", value: "ij, xy" }],
    });
  }
  const matrix = tensors.find(({ ndim }) => ndim > 1);
  if (matrix !== undefined)
    throw new ShapeError(`meshgrid: takes vectors, got ${formatShape(matrix.shape)}`);
  const shape = tensors.map(({ numel }) => numel);
  return tensors.map((tensor, axis) => {
    const along = reshape(
      tensor,
      shape.map((n, k) => (k === axis ? n : 1)),
    );
    const grid = expand(along, shape);
    return indexing === "xy" && shape.length > 1 ? transpose(grid, 0, 1) : grid;
  });
}
