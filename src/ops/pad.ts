// pad: a border of one value around a tensor.
import { checkOptions, OptionError, ShapeError } from "../tensor/errors.ts";
import { defineOp, type ReferenceArray, type TensorType } from "../tensor/op.ts";
import { formatShape, stridesOf } from "../tensor/shape.ts";
import { apply, type Tensor } from "../tensor/tensor.ts";
import { type EdgeMode, padEdgesOp } from "./padEdges.ts";
import { slice } from "./slice.ts";

/** Elements added before and after, for each axis. */
export type Pads = readonly (readonly [number, number])[];

interface PadParams {
  readonly pads: Pads;
  readonly value: number;
}

export const padOp = defineOp<PadParams>({
  name: "pad",
  shape([input], { pads }) {
    const { shape, dtype } = input as TensorType;
    if (pads.length !== shape.length || pads.flat().some((n) => !Number.isInteger(n) || n < 0)) {
      throw new ShapeError(
        `pad: ${JSON.stringify(pads)} are not two whole numbers for each axis of ${formatShape(shape)}`,
      );
    }
    return {
      shape: shape.map((n, axis) => n + (pads[axis]?.[0] ?? 0) + (pads[axis]?.[1] ?? 0)),
      dtype,
    };
  },
  backward({ grad, inputs: [x], params: { pads } }) {
    const { shape } = x as Tensor;
    return [
      pads.reduce(
        (part, [before], axis) => part.slice(axis, before, before + (shape[axis] as number)),
        grad,
      ),
    ];
  },
  reference([input], output, { pads, value }) {
    const x = input as ReferenceArray;
    const strides = stridesOf(x.shape);
    const outStrides = stridesOf(output.shape);
    output.data.fill(value);
    for (let i = 0; i < x.data.length; i++) {
      let at = 0;
      let rest = i;
      for (let axis = 0; axis < strides.length; axis++) {
        const position = Math.floor(rest / (strides[axis] as number));
        rest %= strides[axis] as number;
        at += (position + (pads[axis]?.[0] ?? 0)) * (outStrides[axis] as number);
      }
      output.data[at] = x.data[i] as number;
    }
  },
  lowering: { kind: "kernel" },
  cases: [
    {
      name: "images",
      inputs: [{ shape: [2, 3, 4, 5] }],
      params: {
        pads: [
          [0, 0],
          [0, 0],
          [1, 2],
          [3, 0],
        ],
        value: 0,
      },
    },
    {
      name: "a vector, with a value",
      inputs: [{ shape: [5] }],
      params: { pads: [[2, 1]], value: -1.5 },
    },
    {
      name: "with −∞",
      inputs: [{ shape: [3, 3] }],
      params: {
        pads: [
          [1, 1],
          [1, 1],
        ],
        value: Number.NEGATIVE_INFINITY,
      },
      gradient: false,
    },
    {
      name: "channels and batch",
      inputs: [{ shape: [2, 3, 2, 2] }],
      params: {
        pads: [
          [1, 0],
          [0, 2],
          [0, 0],
          [0, 0],
        ],
        value: 0,
      },
    },
    {
      name: "nothing added",
      inputs: [{ shape: [2, 3] }],
      params: {
        pads: [
          [0, 0],
          [0, 0],
        ],
        value: 0,
      },
    },
    {
      name: "around nothing",
      inputs: [{ shape: [0, 3] }],
      params: {
        pads: [
          [1, 1],
          [0, 1],
        ],
        value: 2,
      },
    },
    {
      name: "integers",
      inputs: [{ shape: [5], dtype: "int32", values: [-9, 9] }],
      params: { pads: [[1, 1]], value: 7 },
      gradient: false,
    },
    {
      name: "bytes",
      inputs: [{ shape: [3, 5], dtype: "uint8", values: [0, 256] }],
      params: {
        pads: [
          [1, 1],
          [0, 2],
        ],
        value: 0,
      },
      gradient: false,
    },
    {
      name: "too few pairs",
      inputs: [{ shape: [2, 3] }],
      params: { pads: [[1, 1]], value: 0 },
      refused: /two whole numbers for each axis/,
    },
  ],
});

/** A border given for every axis, first axis first; nothing happens if all are 0. @internal */
export function padAxes(x: Tensor, pads: Pads, value = 0): Tensor {
  return pads.every(([before, after]) => before === 0 && after === 0)
    ? x
    : apply(padOp, [x], { pads, value });
}

/** What a border is made of: one value, or the tensor's own elements. */
export type PadMode = "constant" | EdgeMode;

export interface PadOptions {
  /**
   * "constant" (default): one value; "reflect": mirrored at the edge element, which is not repeated;
   * "replicate": the edge element; "circular": the elements of the other side.
   */
  readonly mode?: PadMode;
  /** Value of a constant border (default 0). */
  readonly value?: number;
}

const modes: readonly PadMode[] = ["constant", "reflect", "replicate", "circular"];

/**
 * A border, as `torch.nn.functional.pad`: pairs from the last axis backwards, so
 * `[left, right, top, bottom]` for images. Negative numbers cut off.
 * @param x       any tensor
 * @param padding elements before and after, for the last axis, the one before it, …
 * @param options mode: "constant" (default), "reflect", "replicate" or "circular"; value: of a constant
 *                border, 0 unless given
 * @throws ShapeError if there are more pairs than axes, a reflection is not smaller than its axis, or a
 *         circular border is larger; OptionError for an unknown mode, or a value where none is used
 * @example pad(Tensor.ones([1, 1, 4, 4]), [1, 1, 2, 2]).shape // [1, 1, 8, 6]
 * @example await pad(Tensor.from([1, 2, 3]), [2, 1], { mode: "reflect" }).array() // [3, 2, 1, 2, 3, 2]
 */
export function pad(x: Tensor, padding: readonly number[], options: PadOptions = {}): Tensor {
  checkOptions("pad", options, ["mode", "value"]);
  const { mode = "constant", value } = options;
  if (!modes.includes(mode)) {
    throw new OptionError(`pad: there is no mode "${mode}"`, {
      facts: [{ name: "known", value: modes.join(", ") }],
    });
  }
  if (mode !== "constant" && value !== undefined) {
    throw new OptionError(`pad: a border of mode "${mode}" has no value of its own`, {
      hint: 'leave out value, or use the mode "constant"',
    });
  }
  if (
    padding.length % 2 !== 0 ||
    padding.length > 2 * x.ndim ||
    !padding.every((n) => Number.isInteger(n))
  ) {
    throw new ShapeError(
      `pad: ${formatShape(padding)} are not pairs of whole numbers for at most ${x.ndim} axes`,
    );
  }
  const pads = x.shape.map((_, axis) => {
    const at = 2 * (x.ndim - 1 - axis);
    return [padding[at] ?? 0, padding[at + 1] ?? 0] as const;
  });
  const cut = pads.reduce((part, pair, axis) => cutOff(part, axis, pair), x);
  const added = pads.map(([before, after]) => [Math.max(before, 0), Math.max(after, 0)] as const);
  if (mode === "constant") return padAxes(cut, added, value ?? 0);
  if (added.flat().every((n) => n === 0)) return cut;
  return apply(padEdgesOp, [cut], { pads: added, mode });
}

/** Without the elements that negative numbers take away. */
function cutOff(x: Tensor, axis: number, [before, after]: readonly [number, number]): Tensor {
  if (before >= 0 && after >= 0) return x;
  const size = x.shape[axis] as number;
  if (before + after < -size) {
    throw new ShapeError(`pad: ${before} and ${after} leave nothing of axis ${axis}`, {
      facts: [{ name: "x", value: formatShape(x.shape) }],
    });
  }
  return slice(x, axis, Math.max(-before, 0), Math.max(size + Math.min(after, 0), 0));
}
