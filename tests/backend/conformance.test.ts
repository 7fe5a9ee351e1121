// Every backend × every op × every case, against the op's own float64 loops; and the two other ways in
// which an op says what it is, its expression and its composition, against the same.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { interpreter } from "../../src/backend/reference/interpret.ts";
import { BackendEngine } from "../../src/engine.ts";
import { graphOf } from "../../src/graph/graph.ts";
import { allOps, philox } from "../../src/ops/index.ts";
import { engine, setEngine } from "../../src/tensor/engine.ts";
import type { Case, ReferenceArray } from "../../src/tensor/op.ts";
import { backends, skipped } from "./backends.ts";
import { type Applied, applied, differenceOf, faultOf, forOps, runnable } from "./cases.ts";
import { gpuBackends } from "./gpu.ts";
import { leafTensor } from "./leaves.ts";
import { indexOf, numberMath, type Scalar } from "./numberMath.ts";

for (const { name: backendName, create } of [...backends, ...gpuBackends]) {
  describe(`${backendName} backend`, () => {
    const backend = create();
    beforeAll(() => setEngine(new BackendEngine(backend)));
    afterAll(() => backend.dispose());

    forOps(
      ({ refused }) => refused === undefined,
      (op, cases) =>
        describe(op.name, () => {
          const done = new Map<Case<unknown>, Applied>();
          afterAll(() => done.clear());
          const reasonOf = ({ name }: Case<unknown>): string | undefined =>
            skipped.get(`${backendName}: ${op.name} > ${name}`);

          // A compiler that is started once for all of them takes a fraction of the time.
          test("all cases in one program", () => {
            for (const case_ of cases)
              if (reasonOf(case_) === undefined) done.set(case_, applied(op, case_));
            engine().realize([...done.values()].map(({ result }) => result.node));
          });

          for (const case_ of cases) {
            const reason = reasonOf(case_);
            if (reason !== undefined)
              console.warn(`SKIPPED ${backendName}: ${op.name} > ${case_.name}: ${reason}`);
            test.skipIf(reason !== undefined)(case_.name, async () => {
              // What was not computed above, for another case failed or was not asked for, is computed now.
              const fault = await faultOf(done.get(case_) ?? applied(op, case_));
              expect(fault).toBe(null);
            });
          }
        }),
    );
  });
}

describe("the expression of a pointwise op", () => {
  forOps(
    ({ refused }) => refused === undefined,
    (op, cases) => {
      if (op.lowering.kind !== "pointwise") return;
      const { expression } = op.lowering;
      test(`${op.name} computes what its loops do`, () => {
        for (const case_ of cases) {
          const run = runnable(op, case_);
          const expected = run.expected();
          const actual = new Float64Array(expected.data.length);
          for (let i = 0; i < actual.length; i++) {
            const args = run.inputs.map((input) => scalarAt(input, i, expected.shape));
            actual[i] = expression(
              numberMath,
              args,
              case_.params,
              indexOf(i, expected.shape),
            ).value;
          }
          const allowed = (i: number): number => 1e-13 * (1 + Math.abs(expected.data[i] as number));
          expect(differenceOf(actual, expected, allowed), case_.name).toBe(null);
        }
      });
    },
  );
});

/** The element of a broadcast input that belongs to output element i. */
function scalarAt(
  { shape, data, dtype }: ReferenceArray,
  i: number,
  output: readonly number[],
): Scalar {
  let at = 0;
  let rest = i;
  let stride = 1;
  for (let axis = output.length - 1, k = shape.length - 1; k >= 0; axis--, k--) {
    const size = output[axis] as number;
    if (shape[k] !== 1) at += (rest % size) * stride;
    rest = Math.floor(rest / size);
    stride *= shape[k] as number;
  }
  const kind = dtype === "float32" ? "float" : dtype === "bool" ? "mask" : "int";
  return { kind, value: data[at] as number };
}

describe("the composition of a composite op", () => {
  forOps(
    ({ refused }) => refused === undefined,
    (op, cases) => {
      if (op.lowering.kind !== "composite") return;
      const { build } = op.lowering;
      test(`${op.name} computes what its loops do`, () => {
        for (const case_ of cases) {
          const run = runnable(op, case_);
          const expected = run.expected();
          const leaves = run.inputs.map(leafTensor);
          const result = build(leaves, case_.params);
          expect(result.shape, case_.name).toEqual(expected.shape);
          expect(result.dtype, case_.name).toBe(expected.dtype);
          const graph = graphOf([result.node]);
          const [actual] = interpreter(graph)(
            graph.leaves.map(
              (leaf) =>
                run.inputs[leaves.findIndex(({ node }) => node === leaf)]?.data as Float64Array,
            ),
          );
          const allowed = (i: number): number => 1e-12 * (1 + Math.abs(expected.data[i] as number));
          expect(differenceOf(actual as Float64Array, expected, allowed), case_.name).toBe(null);
        }
      });
    },
  );
});

describe("inputs that must be refused", () => {
  forOps(
    ({ refused }) => refused !== undefined,
    (op, cases) => {
      for (const { name, inputs, params, refused } of cases) {
        test(`${op.name}: ${name}`, () => {
          const types = inputs.map(({ shape, dtype = "float32" }) => ({ shape, dtype }));
          expect(() => op.shape(types, params)).toThrow(refused as RegExp);
        });
      }
    },
  );
});

test("uniform numbers come from Philox 4x32-10", () => {
  // Known answers of the authors' Random123 library.
  const hex = (words: readonly number[]) =>
    words.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join(" ");
  expect(hex(philox([0, 0, 0, 0], [0, 0]))).toBe("6627e8d5 e169c58d bc57ac4c 9b00dbd8");
  expect(hex(philox([-1, -1, -1, -1], [-1, -1]))).toBe("408f276d 41c83b0e a20bc7c6 6d5451fd");
});

test("every op has cases, and a name of its own", () => {
  expect(allOps.filter((op) => op.cases.length === 0).map((op) => op.name)).toEqual([]);
  expect(new Set(allOps.map((op) => op.name)).size).toBe(allOps.length);
});
