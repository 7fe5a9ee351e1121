import { describe, expect, it } from "vitest";
import {
  readSafetensors,
  type TensorData,
  writeSafetensors,
} from "../../src/interop/safetensors.ts";
import { DtypeError, FormatError, ShapeError } from "../../src/tensor/errors.ts";

/** A file from a header as text and the bytes behind it, as other tools might write it. */
function fileOf(
  header: string | object,
  data: Uint8Array | number = new Uint8Array(0),
): Uint8Array {
  const json = new TextEncoder().encode(
    typeof header === "string" ? header : JSON.stringify(header),
  );
  const elements = typeof data === "number" ? new Uint8Array(data) : data;
  const file = new Uint8Array(8 + json.length + elements.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  file.set(elements, 8 + json.length);
  return file;
}

const small = new Map<string, TensorData>([
  ["mask", { dtype: "bool", shape: [3], data: Uint8Array.of(1, 0, 1) }],
  [
    "0.weight",
    { dtype: "float32", shape: [2, 2], data: Float32Array.of(1.5, -0, Number.NaN, 3e-42) },
  ],
  ["step", { dtype: "int32", shape: [], data: Int32Array.of(-7) }],
  ["pixels", { dtype: "uint8", shape: [1, 2], data: Uint8Array.of(0, 255) }],
  ["nothing", { dtype: "float32", shape: [0, 4], data: new Float32Array(0) }],
]);

describe("writeSafetensors", () => {
  it("writes what readSafetensors reads, to the bit", () => {
    const metadata = { format: "fovea", 'a "quoted" key': "Zürich\n\u{1f600}" };
    const file = readSafetensors(writeSafetensors(small, metadata));
    expect(file.metadata).toEqual(metadata);
    expect([...file.tensors.keys()]).toEqual([...small.keys()]);
    for (const [name, { dtype, shape, data }] of small) {
      const read = file.tensors.get(name);
      expect(read).toMatchObject({ dtype, shape });
      expect(new Uint8Array(read?.data.buffer ?? new ArrayBuffer(1))).toEqual(
        new Uint8Array(data.buffer),
      );
    }
  });

  it("aligns the elements of every tensor", () => {
    const bytes = writeSafetensors(small);
    const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(headerBytes % 8).toBe(0);
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
    expect(header["0.weight"].data_offsets[0] % 4).toBe(0);
    expect(header.step.data_offsets[0] % 4).toBe(0);
  });

  it("is deterministic and writes an empty set", () => {
    expect(writeSafetensors(small)).toEqual(writeSafetensors(small));
    expect(readSafetensors(writeSafetensors(new Map()))).toEqual({
      tensors: new Map(),
      metadata: {},
    });
  });

  it("writes only the part of the buffer that the array shows", () => {
    const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    const bytes = writeSafetensors(new Map([["x", { dtype: "float32", shape: [2], data }]]));
    expect(readSafetensors(bytes).tensors.get("x")?.data).toEqual(Float32Array.of(2, 3));
  });

  it("refuses shapes and dtypes that do not fit the elements", () => {
    const data = Float32Array.of(1, 2);
    expect(() =>
      writeSafetensors(new Map([["x", { dtype: "float32", shape: [3], data }]])),
    ).toThrow(ShapeError);
    expect(() => writeSafetensors(new Map([["x", { dtype: "int32", shape: [2], data }]]))).toThrow(
      DtypeError,
    );
    expect(() =>
      writeSafetensors(new Map([["__metadata__", { dtype: "float32", shape: [2], data }]])),
    ).toThrow(FormatError);
  });

  it("keeps names that JavaScript treats specially", () => {
    const data = Float32Array.of(1);
    const tensors = new Map(
      ["__proto__", "constructor"].map((name) => [
        name,
        { dtype: "float32", shape: [1], data } as const,
      ]),
    );
    expect([...readSafetensors(writeSafetensors(tensors)).tensors.keys()]).toEqual([
      "__proto__",
      "constructor",
    ]);
  });
});

describe("readSafetensors", () => {
  it("refuses a file cut at any byte", () => {
    const bytes = writeSafetensors(small, { format: "fovea" });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readSafetensors(bytes.subarray(0, length)), `${length} bytes`).toThrow(
        FormatError,
      );
    }
  });

  it("refuses a file with any bit of its header's length changed", () => {
    const bytes = writeSafetensors(small);
    for (let bit = 0; bit < 64; bit++) {
      const changed = bytes.slice();
      changed[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(() => readSafetensors(changed), `bit ${bit}`).toThrow(FormatError);
    }
  });

  it("reads float16 and bfloat16 as float32", () => {
    // 1, -2, largest, smallest subnormal, infinity, nan
    const half = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x7c00, 0x7e00);
    const brain = Uint16Array.of(0x3f80, 0xc000, 0x7f7f, 0x0001, 0xff80, 0x7fc0);
    const data = new Uint8Array([...new Uint8Array(half.buffer), ...new Uint8Array(brain.buffer)]);
    const { tensors } = readSafetensors(
      fileOf(
        {
          half: { dtype: "F16", shape: [6], data_offsets: [0, 12] },
          brain: { dtype: "BF16", shape: [6], data_offsets: [12, 24] },
        },
        data,
      ),
    );
    expect([...(tensors.get("half")?.data ?? [])]).toEqual([1, -2, 65504, 2 ** -24, Infinity, NaN]);
    expect([...(tensors.get("brain")?.data ?? [])]).toEqual([
      1,
      -2,
      (2 - 2 ** -7) * 2 ** 127,
      2 ** -133,
      -Infinity,
      NaN,
    ]);
    expect(tensors.get("half")).toMatchObject({ dtype: "float32", storedAs: "F16" });
  });

  it("reads float64 and int64, whose elements need not be aligned in the file", () => {
    const data = new Uint8Array(17);
    const view = new DataView(data.buffer);
    view.setFloat64(1, Math.PI, true);
    view.setBigInt64(9, -(2n ** 62n), true);
    const { tensors } = readSafetensors(
      fileOf(
        {
          u: { dtype: "U8", shape: [1], data_offsets: [0, 1] },
          f: { dtype: "F64", shape: [1], data_offsets: [1, 9] },
          i: { dtype: "I64", shape: [], data_offsets: [9, 17] },
        },
        data,
      ),
    );
    expect(tensors.get("f")).toMatchObject({ dtype: "float64", data: Float64Array.of(Math.PI) });
    expect(tensors.get("i")).toMatchObject({
      dtype: "int64",
      data: BigInt64Array.of(-(2n ** 62n)),
    });
  });

  const entry = (shape: unknown, offsets: unknown, dtype: unknown = "F32") => ({
    dtype,
    shape,
    data_offsets: offsets,
  });
  const hostile: [string, Uint8Array, RegExp][] = [
    ["a header that is larger than the limit", fileOf({}).fill(0xff, 0, 8), /too large/],
    ["a header that is no JSON", fileOf("{nonsense}"), /no valid JSON/],
    ["a header that is an array", fileOf("[]"), /does not begin with \{/],
    ["a header that is not UTF-8", fileOf('{"a": 1}').fill(0xff, 10, 11), /no valid JSON/],
    [
      "a key named twice",
      fileOf(
        `{"a":${JSON.stringify(entry([1], [0, 4]))},"\\u0061":${JSON.stringify(entry([1], [0, 4]))}}`,
        4,
      ),
      /"a" twice/,
    ],
    [
      "a key named twice inside an entry",
      fileOf('{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}', 4),
      /"shape" twice/,
    ],
    ["metadata that is no map of texts", fileOf({ __metadata__: { a: 1 } }), /__metadata__/],
    ["an entry that is no object", fileOf({ a: [1] }), /no object/],
    [
      "an unknown dtype",
      fileOf({ a: entry([1], [0, 1], "F8_E4M3") }, 1),
      /dtype of "a" is not supported/,
    ],
    [
      "a dtype named like a method",
      fileOf({ a: entry([1], [0, 1], "toString") }, 1),
      /not supported/,
    ],
    ["a negative size", fileOf({ a: entry([-1], [0, 4]) }, 4), /shape of "a"/],
    ["a fractional size", fileOf({ a: entry([1.5], [0, 6]) }, 6), /shape of "a"/],
    ["offsets that run backwards", fileOf({ a: entry([1], [4, 0]) }, 4), /do not fit its shape/],
    ["three offsets", fileOf({ a: entry([1], [0, 4, 8]) }, 8), /two whole numbers/],
    [
      "a shape whose product overflows",
      fileOf({ a: entry([2 ** 32, 2 ** 32, 2 ** 32], [0, 4]) }, 4),
      /do not fit its shape/,
    ],
    [
      "a shape whose product overflows to zero bytes",
      fileOf({ a: entry([2 ** 31, 2 ** 31, 4], [0, 0]) }),
      /do not fit its shape/,
    ],
    [
      "bytes that do not fit the shape",
      fileOf({ a: entry([3], [0, 8]) }, 8),
      /do not fit its shape/,
    ],
    ["a gap", fileOf({ a: entry([1], [0, 4]), b: entry([1], [8, 12]) }, 12), /gap/],
    ["a gap at the start", fileOf({ a: entry([1], [4, 8]) }, 8), /gap/],
    ["an overlap", fileOf({ a: entry([2], [0, 8]), b: entry([1], [4, 8]) }, 8), /overlap/],
    [
      "tensors that reach beyond the file",
      fileOf({ a: entry([2 ** 40], [0, 2 ** 42]) }, 8),
      /ends inside its tensors/,
    ],
    [
      "bytes that belong to no tensor",
      fileOf({ a: entry([1], [0, 4]) }, 5),
      /goes on after its last tensor/,
    ],
    [
      "a boolean of 2",
      fileOf({ a: entry([1], [0, 1], "BOOL") }, Uint8Array.of(2)),
      /BOOL and holds 2/,
    ],
  ];
  it.each(hostile)("refuses %s", (_, bytes, message) => {
    expect(() => readSafetensors(bytes)).toThrow(FormatError);
    expect(() => readSafetensors(bytes)).toThrow(message);
  });

  it("reads metadata of a megabyte full of escapes", () => {
    const history = JSON.stringify(Array.from({ length: 50_000 }, (_, epoch) => ({ epoch })));
    expect(readSafetensors(writeSafetensors(new Map(), { history })).metadata.history).toBe(
      history,
    );
  });

  it("says what was found and what was expected", () => {
    const bytes = fileOf({ weight: entry([2, 3], [0, 20]) }, 20);
    expect(() => readSafetensors(bytes, "model.safetensors")).toThrowErrorMatchingInlineSnapshot(`
      [FormatError: model.safetensors: the bytes of "weight" do not fit its shape
        shape     [2, 3]    F32
        needed    24 bytes
        offsets   0 to 20   20 bytes]
    `);
  });
});
