// Lists of test inputs that many ops share: empty, scalar, size 1, sizes that no vector divides,
// every way to broadcast.
import type { Dtype } from "../tensor/dtype.ts";
import type { Case, CaseInput } from "../tensor/op.ts";
import type { Shape } from "../tensor/shape.ts";

type Values = NonNullable<CaseInput["values"]>;

/** Cases of an op with one input. */
export function unaryCases(values: Values = "normal"): Case<undefined>[] {
  return unaryCasesWith(undefined, values);
}

/** The same, for an op with params. */
export function unaryCasesWith<Params>(
  params: Params,
  values: Values = "normal",
  name = "",
): Case<Params>[] {
  const shapes: [string, Shape][] = [
    ["a scalar", []],
    ["7 elements", [7]],
    ["three axes", [2, 3, 4]],
    ["axes of size 1", [1, 5, 1]],
    ["an empty batch", [0, 3]],
  ];
  return shapes.map(([text, shape]) => ({
    name: name === "" ? text : `${name}, ${text}`,
    inputs: [{ shape, values }],
    params,
  }));
}

/** Cases of an op with two inputs that broadcast; drawn by `values`, one entry per input. */
export function binaryCases(
  values: readonly [Values, Values] = ["normal", "normal"],
  dtype: Dtype = "float32",
): Case<undefined>[] {
  const shapes: [string, Shape, Shape][] = [
    ["the same shape", [3, 5], [3, 5]],
    ["two scalars", [], []],
    ["a row added to rows", [4, 3], [3]],
    ["a column and a row", [3, 1], [1, 5]],
    ["a scalar with an image", [], [1, 2, 3, 3]],
    ["a channel over an image", [2, 3, 2, 2], [1, 3, 1, 1]],
    ["an empty batch", [0, 3], [3]],
  ];
  const integer = dtype !== "float32";
  return [
    ...shapes.map(
      ([name, a, b]): Case<undefined> => ({
        name: integer ? `${dtype}, ${name}` : name,
        inputs: [
          { shape: a, dtype, values: values[0] },
          { shape: b, dtype, values: values[1] },
        ],
        params: undefined,
        ...(integer ? { gradient: false } : {}),
      }),
    ),
    {
      name: `sizes that do not fit (${dtype})`,
      inputs: [
        { shape: [2, 3], dtype },
        { shape: [4], dtype },
      ],
      params: undefined,
      refused: /sizes 3 and 4 at axis 1 do not broadcast/,
    },
  ];
}

/** A case in which two inputs of different dtype meet. */
export const mixedDtypes: Case<undefined> = {
  name: "mixed dtypes",
  inputs: [{ shape: [2] }, { shape: [2], dtype: "int32", values: [0, 9] }],
  params: undefined,
  refused: /inputs have dtypes float32 and int32/,
};
