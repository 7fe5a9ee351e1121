// Properties of transforms: sizes, seeds, probabilities, identities, and the way to data and back.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Picture } from "../../src/data/picture.ts";
import * as transforms from "../../src/data/transforms/index.ts";
import { OptionError, ShapeError } from "../../src/tensor/errors.ts";
import { Generator } from "../../src/tensor/random.ts";

const { functional } = transforms;

const pictures = (least = 1, most = 12): fc.Arbitrary<Picture> =>
  fc
    .record({
      channels: fc.constantFrom(1 as const, 3 as const),
      height: fc.integer({ min: least, max: most }),
      width: fc.integer({ min: least, max: most }),
    })
    .chain(({ channels, height, width }) => {
      const length = channels * height * width;
      return fc
        .uint8Array({ minLength: length, maxLength: length })
        .map((data) => ({ channels, height, width, data }));
    });

const seeds = fc.nat({ max: 1e6 });
const grey = (...rows: number[][]): Picture => ({
  channels: 1,
  height: rows.length,
  width: (rows[0] as number[]).length,
  data: Uint8Array.from(rows.flat()),
});
const sizeOf = ({ channels, height, width }: Picture) => [channels, height, width];
const rowsOf = ({ height, width, data }: Picture) =>
  Array.from({ length: height }, (_, y) => [...data.subarray(y * width, (y + 1) * width)]);

/** Every transform, with arguments that suit pictures of any size. */
const everyTransform: readonly transforms.Transform[] = [
  transforms.resize(5),
  transforms.resize([4, 7], { interpolation: "bicubic" }),
  transforms.resize(6, { interpolation: "nearest", maxSize: 9 }),
  transforms.centerCrop([3, 5]),
  transforms.pad([1, 2], { paddingMode: "reflect" }),
  transforms.randomCrop(8, { padding: 1, padIfNeeded: true, paddingMode: "symmetric" }),
  transforms.randomResizedCrop(6),
  transforms.randomHorizontalFlip(),
  transforms.randomVerticalFlip(),
  transforms.randomRotation(40, { interpolation: "bilinear", fill: 9 }),
  transforms.randomRotation([10, 80], { expand: true }),
  transforms.randomAffine(20, { translate: [0.2, 0.3], scale: [0.8, 1.2], shear: [-5, 5, 1, 2] }),
  transforms.colorJitter({ brightness: 0.4, contrast: 0.4, saturation: [0.2, 2], hue: 0.2 }),
  transforms.grayscale(3),
  transforms.randomGrayscale(),
  transforms.gaussianBlur(3),
  transforms.randomErasing({ value: "random" }),
  transforms.randomInvert(),
  transforms.randomAutocontrast(),
  transforms.randomEqualize(),
  transforms.randomPosterize(3, { p: 0.3 }),
  transforms.randomSolarize(100),
  transforms.randomAdjustSharpness(1.5),
  transforms.randAugment(),
  transforms.trivialAugmentWide({ interpolation: "bilinear" }),
  transforms.compose([transforms.randomHorizontalFlip(), transforms.grayscale()]),
  transforms.randomApply([transforms.randomInvert(1)], { p: 0.4 }),
  transforms.randomChoice([transforms.randomInvert(1), transforms.grayscale()], { p: [1, 3] }),
  transforms.randomOrder([transforms.randomInvert(), transforms.randomErasing()]),
  transforms.normalize([0.4, 0.5, 0.6], 0.25),
];

describe("every transform", () => {
  it("is in the list of this test", () => {
    const names = new Set(everyTransform.map(({ name }) => name));
    expect([...names].sort()).toEqual([...transforms.transformNames].sort());
  });

  for (const transform of everyTransform) {
    it(`${transform}: one picture per seed, whole, and none changed`, () => {
      fc.assert(
        fc.property(pictures(), seeds, (picture, seed) => {
          const before = picture.data.slice();
          const result = transform.apply(picture, new Generator(seed, 3));
          expect(picture.data).toEqual(before);
          expect(result.data.length).toBe(result.channels * result.height * result.width);
          const again = transforms.fromSpec(
            JSON.parse(JSON.stringify(transforms.specOf(transform))),
          );
          expect(String(again)).toBe(String(transform));
          expect(again.apply(picture, new Generator(seed, 3))).toEqual(result);
        }),
        { numRuns: 40 },
      );
    });
  }

  it("uses its random numbers", () => {
    const picture = {
      channels: 3 as const,
      height: 20,
      width: 20,
      data: Uint8Array.from({ length: 1200 }, (_, i) => (i * i) % 199),
    };
    const fixed = new Set(["resize", "centerCrop", "pad", "grayscale", "normalize"]);
    for (const transform of everyTransform.filter(({ name }) => !fixed.has(name))) {
      const results = new Set(
        Array.from({ length: 30 }, (_, seed) =>
          transform.apply(picture, new Generator(seed)).data.join(),
        ),
      );
      expect(results.size, String(transform)).toBeGreaterThan(1);
    }
  });
});

describe("sizes", () => {
  const size = fc.integer({ min: 1, max: 15 });

  it("are those promised", () => {
    fc.assert(
      fc.property(pictures(), size, size, seeds, (picture, height, width, seed) => {
        const wanted = [picture.channels, height, width];
        for (const transform of [
          transforms.resize([height, width]),
          transforms.resize([height, width], { interpolation: "bicubic", antialias: false }),
          transforms.centerCrop([height, width]),
          transforms.randomCrop([height, width], { padIfNeeded: true }),
          transforms.randomResizedCrop([height, width]),
        ]) {
          expect(sizeOf(transform.apply(picture, new Generator(seed)))).toEqual(wanted);
        }
      }),
    );
  });

  it("keep the proportions where the size is one number", () => {
    const wide = functional.pad(grey([1]), [0, 0, 0, 499]);
    const tall = functional.pad(wide, [0, 374, 0, 0]);
    expect(sizeOf(functional.resize(tall, 256))).toEqual([1, 256, 341]);
    expect(sizeOf(functional.resize(tall, 256, { maxSize: 300 }))).toEqual([1, 225, 300]);
    expect(sizeOf(functional.resize(wide, 1, { maxSize: 10 }))).toEqual([1, 1, 10]);
  });

  it("of a turned picture hold all of it", () => {
    fc.assert(
      fc.property(pictures(), fc.integer({ min: -360, max: 360 }), (picture, angle) => {
        const { height, width } = functional.rotate(picture, angle, { expand: true });
        const [sin, cos] = [Math.sin, Math.cos].map((f) => Math.abs(f((angle * Math.PI) / 180)));
        const needed = (a: number, b: number) => a * (cos as number) + b * (sin as number);
        expect(width).toBeGreaterThanOrEqual(needed(picture.width, picture.height) - 1e-3);
        expect(width).toBeLessThan(needed(picture.width, picture.height) + 2);
        expect(height).toBeGreaterThanOrEqual(needed(picture.height, picture.width) - 1e-3);
      }),
    );
  });
});

describe("probabilities", () => {
  const withP = (p: number): readonly transforms.Transform[] => [
    transforms.randomHorizontalFlip(p),
    transforms.randomVerticalFlip(p),
    transforms.randomGrayscale(p),
    transforms.randomInvert(p),
    transforms.randomAutocontrast(p),
    transforms.randomEqualize(p),
    transforms.randomPosterize(2, { p }),
    transforms.randomSolarize(10, { p }),
    transforms.randomAdjustSharpness(0, { p }),
    transforms.randomErasing({ p, scale: [0.2, 0.3], ratio: [1, 1], value: 7 }),
    transforms.randomApply([transforms.randomInvert(1)], { p }),
  ];
  const picture: Picture = {
    channels: 3,
    height: 20,
    width: 20,
    data: Uint8Array.from({ length: 1200 }, (_, i) => 20 + ((i * i) % 199)),
  };

  it("of 0 are never, of 1 always", () => {
    for (let seed = 0; seed < 50; seed++) {
      for (const transform of withP(0))
        expect(transform.apply(picture, new Generator(seed))).toBe(picture);
      for (const transform of withP(1)) {
        const { data } = transform.apply(picture, new Generator(seed));
        expect(data, String(transform)).not.toEqual(picture.data);
      }
    }
  });

  it("of a half are about half", () => {
    for (const transform of withP(0.5)) {
      let changed = 0;
      for (let seed = 0; seed < 400; seed++)
        if (transform.apply(picture, new Generator(seed)) !== picture) changed++;
      expect(changed, String(transform)).toBeGreaterThan(150);
      expect(changed, String(transform)).toBeLessThan(250);
    }
  });

  it("of a choice follow the weights", () => {
    const none = transforms.randomInvert(0);
    const choice = transforms.randomChoice([none, transforms.randomInvert(1), none], {
      p: [3, 1, 0],
    });
    let inverted = 0;
    for (let seed = 0; seed < 400; seed++)
      if (choice.apply(picture, new Generator(seed)) !== picture) inverted++;
    expect(inverted).toBeGreaterThan(60);
    expect(inverted).toBeLessThan(140);
  });
});

describe("identities", () => {
  const identities: Readonly<Record<string, (picture: Picture) => Picture>> = {
    "two flips": (picture) => functional.hflip(functional.hflip(picture)),
    "two flips upside down": (picture) => functional.vflip(functional.vflip(picture)),
    "two negatives": (picture) => functional.invert(functional.invert(picture)),
    "a turn by 0": (picture) => functional.rotate(picture, 0, { interpolation: "bilinear" }),
    "four quarter turns": (picture) =>
      [0, 1, 2, 3].reduce((p) => functional.rotate(p, 90, { expand: true }), picture),
    "a full turn": (picture) => functional.rotate(picture, 360, { interpolation: "bilinear" }),
    "no affine change": (picture) => functional.affine(picture, { interpolation: "bilinear" }),
    "a move there and back": (picture) => {
      const wide = functional.pad(picture, 3);
      const moved = functional.affine(wide, { translate: [2, -3] });
      const back = functional.affine(moved, { translate: [-2, 3], interpolation: "bilinear" });
      return functional.crop(back, 3, 3, picture.height, picture.width);
    },
    "a border added and cut off": (picture) =>
      functional.centerCrop(functional.pad(picture, [2, 4], { paddingMode: "reflect" }), [
        picture.height,
        picture.width,
      ]),
    "the same size": (picture) => functional.resize(picture, [picture.height, picture.width]),
    "factors of 1": (picture) =>
      functional.adjustBrightness(
        functional.adjustContrast(
          functional.adjustSaturation(functional.adjustSharpness(picture, 1), 1),
          1,
        ),
        1,
      ),
    "8 bits": (picture) => functional.posterize(picture, 8),
    "no turn of hue": (picture) => functional.adjustHue(picture, 0),
    "a third of the circle, three times": (picture) =>
      [0, 1, 2].reduce((p) => functional.adjustHue(p, 1 / 3), picture),
    "half of the circle, twice": (picture) =>
      functional.adjustHue(functional.adjustHue(picture, 0.5), -0.5),
    "a blur of one pixel": (picture) => functional.gaussianBlur(picture, 1),
    "an empty rectangle": (picture) => functional.erase(picture, 0, 0, 0, 1),
  };
  for (const [name, change] of Object.entries(identities)) {
    it(name, () => {
      fc.assert(
        fc.property(pictures(), (picture) => {
          expect(change(picture)).toEqual(picture);
        }),
      );
    });
  }

  it("any hue and back, up to the two roundings", () => {
    fc.assert(
      fc.property(pictures(), fc.double({ min: -0.5, max: 0.5, noNaN: true }), (picture, turn) => {
        const back = functional.adjustHue(functional.adjustHue(picture, turn), -turn);
        // Value and the smallest of the three stay; the middle one is rounded twice.
        back.data.forEach((byte, i) => {
          expect(Math.abs(byte - (picture.data[i] as number))).toBeLessThanOrEqual(1);
        });
      }),
    );
  });

  it("a part resized is the part, resized", () => {
    fc.assert(
      fc.property(pictures(4), fc.nat({ max: 1 }), fc.nat({ max: 2 }), (picture, top, left) => {
        const cut = functional.crop(picture, top, left, 3, 2);
        for (const interpolation of ["bilinear", "bicubic", "nearest"] as const) {
          expect(
            functional.resizedCrop(picture, top, left, 3, 2, [4, 5], { interpolation }),
          ).toEqual(functional.resize(cut, [4, 5], { interpolation }));
        }
      }),
    );
  });
});

describe("places", () => {
  const picture = grey([1, 2, 3], [4, 5, 6]);

  it("crop and pad", () => {
    expect(rowsOf(functional.crop(picture, 1, -1, 2, 3))).toEqual([
      [0, 4, 5],
      [0, 0, 0],
    ]);
    expect(rowsOf(functional.centerCrop(picture, [3, 1]))).toEqual([[2], [5], [0]]);
    expect(rowsOf(functional.pad(picture, [0, 0, 4, 3], { paddingMode: "reflect" }))[0]).toEqual([
      1, 2, 3, 2, 1, 2, 3, 2, 1, 2,
    ]);
    const fill = functional.pad(functional.rgbToGrayscale(grey([9]), 3), [0, 0, 0, 1], {
      fill: [1, 2, 3],
    });
    expect([...fill.data]).toEqual([9, 1, 9, 2, 9, 3]);
  });

  it("randomCrop reaches every place, and no other", () => {
    const seen = new Set<string>();
    const crop = transforms.randomCrop([2, 3], { padding: [1, 0, 0, 1] });
    for (let seed = 0; seed < 100; seed++)
      seen.add(crop.apply(picture, new Generator(seed)).data.join());
    expect([...seen].sort()).toEqual(["0,0,0,1,2,3", "0,0,0,2,3,0", "1,2,3,4,5,6", "2,3,0,5,6,0"]);
  });

  it("turns counter-clockwise, and an affine change clockwise", () => {
    expect(rowsOf(functional.rotate(picture, 90, { expand: true }))).toEqual([
      [3, 6],
      [2, 5],
      [1, 4],
    ]);
    const square = grey([1, 2], [3, 4]);
    expect(rowsOf(functional.rotate(square, 90))).toEqual([
      [2, 4],
      [1, 3],
    ]);
    expect(rowsOf(functional.affine(square, { angle: 90 }))).toEqual([
      [3, 1],
      [4, 2],
    ]);
    expect(rowsOf(functional.affine(square, { scale: 2, center: [0, 0] }))).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });
});

describe("random augmentations", () => {
  const picture: Picture = {
    channels: 3,
    height: 20,
    width: 30,
    data: Uint8Array.from({ length: 1800 }, (_, i) => (i * i + i * 7) % 251),
  };
  const seen = (transform: transforms.Transform) =>
    new Set(
      Array.from({ length: 600 }, (_, seed) =>
        transform.apply(picture, new Generator(seed)).data.join(),
      ),
    );
  const degrees = (tangent: number) => (Math.atan(tangent) * 180) / Math.PI;
  /** What one change can give; the numbers are those at full strength. */
  const expected = (
    strength: number,
    full: Record<"shear" | "moveX" | "moveY" | "turn" | "factor" | "bits", number>,
  ) => {
    const center = [0, 0] as const;
    const both = (change: (sign: number) => Picture) => [change(strength), change(-strength)];
    return new Set(
      [
        picture,
        ...both((s) => functional.affine(picture, { shear: [degrees(s * full.shear), 0], center })),
        ...both((s) => functional.affine(picture, { shear: [0, degrees(s * full.shear)], center })),
        ...both((s) => functional.affine(picture, { translate: [Math.trunc(s * full.moveX), 0] })),
        ...both((s) => functional.affine(picture, { translate: [0, Math.trunc(s * full.moveY)] })),
        ...both((s) => functional.rotate(picture, s * full.turn)),
        ...both((s) => functional.adjustBrightness(picture, 1 + s * full.factor)),
        ...both((s) => functional.adjustSaturation(picture, 1 + s * full.factor)),
        ...both((s) => functional.adjustContrast(picture, 1 + s * full.factor)),
        ...both((s) => functional.adjustSharpness(picture, 1 + s * full.factor)),
        functional.posterize(picture, 8 - full.bits * strength),
        functional.solarize(picture, 255 * (1 - strength)),
        functional.autocontrast(picture),
        functional.equalize(picture),
      ].map(({ data }) => data.join()),
    );
  };

  it("are those of RandAugment at half strength", () => {
    const [moveX, moveY] = [(150 / 331) * 30, (150 / 331) * 20];
    expect(seen(transforms.randAugment({ numOps: 1, magnitude: 15 }))).toEqual(
      expected(0.5, { shear: 0.3, moveX, moveY, turn: 30, factor: 0.9, bits: 4 }),
    );
  });

  it("are those of TrivialAugmentWide, weak and strong", () => {
    const full = { shear: 0.99, moveX: 32, moveY: 32, turn: 135, factor: 0.99, bits: 6 };
    const all = [0, 1].flatMap((t) => [...expected(t, full)]);
    expect(seen(transforms.trivialAugmentWide({ numMagnitudeBins: 2 }))).toEqual(new Set(all));
  });
});

describe("normalize", () => {
  it("comes out of the list, also from inside a compose", () => {
    const flip = transforms.randomHorizontalFlip();
    const split = transforms.splitNormalize([
      flip,
      transforms.compose([flip, transforms.normalize(0.5, [0.1, 0.2, 0.3])]),
    ]);
    expect(split.pictures).toEqual([flip, flip]);
    expect(split.normalize).toEqual({ mean: 0.5, std: [0.1, 0.2, 0.3] });
    expect(transforms.splitNormalize([flip])).toEqual({ pictures: [flip], normalize: null });
  });

  it("must be last, and is not left to chance", () => {
    const list = [transforms.normalize(0, 1), transforms.randomHorizontalFlip(0.1)];
    expect(() => transforms.splitNormalize(list)).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: normalize: must be the last transform
        after it   RandomHorizontalFlip(p 0.1)
        hint       pictures are bytes; they are normalised in the engine, after all other transforms]
    `);
    expect(() => transforms.randomApply(list)).toThrow(/cannot be left to chance/);
    expect(() => transforms.randomChoice([transforms.compose(list)])).toThrow(OptionError);
  });
});

describe("refused", () => {
  it("unknown options, with the nearest name", () => {
    expect(() =>
      transforms.randomCrop(28, { paddin: 4 } as object),
    ).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: randomCrop: unknown option "paddin"
        known    padding, padIfNeeded, fill, paddingMode
        hint     did you mean "padding"?]
    `);
    expect(() =>
      transforms.fromSpec({ name: "randomFlip", options: {} }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: there is no transform "randomFlip"
        known    centerCrop, colorJitter, compose, gaussianBlur, grayscale, normalize, pad, randAugment, randomAdjustSharpness, randomAffine, randomApply, randomAutocontrast, randomChoice, randomCrop, randomEqualize, randomErasing, randomGrayscale, randomHorizontalFlip, randomInvert, randomOrder, randomPosterize, randomResizedCrop, randomRotation, randomSolarize, randomVerticalFlip, resize, trivialAugmentWide
        hint     did you mean "randomCrop"?]
    `);
    expect(() =>
      transforms.fromSpec({ name: "randomHorizontalFlip", options: { q: 1 } }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: randomHorizontalFlip: unknown option "q"
        known    p
        hint     did you mean "p"?]
    `);
    expect(() =>
      transforms.resize(28, { interpolation: "bilinaer" as "bilinear" }),
    ).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: resize: interpolation is "bilinaer"
        hint     did you mean "bilinear"?]
    `);
  });

  it("a picture smaller than the crop", () => {
    const crop = transforms.randomCrop([4, 3], { padding: [1, 0] });
    const apply = () => crop.apply(grey([1, 2]), new Generator());
    expect(apply).toThrow(ShapeError);
    expect(apply).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: randomCrop: the picture is smaller than the crop
        picture   1 x 2
        crop      4 x 3
        missing   1 x 1   after the padding
        hint      pass padIfNeeded: true, or resize the pictures first]
    `);
  });

  // Data from a file may have any type anywhere.
  const values: readonly unknown[] = [
    "28",
    null,
    {},
    [],
    [1],
    ["a", "b"],
    Number.NaN,
    -1,
    [2, 1, 0],
  ];
  const bad: readonly transforms.TransformSpec[] = [
    ...values.flatMap((value) => [
      { name: "resize", options: { size: value } },
      { name: "randomCrop", options: { size: value } },
      { name: "randomRotation", options: { degrees: value } },
      { name: "gaussianBlur", options: { kernelSize: value } },
      { name: "randomHorizontalFlip", options: { p: value } },
      { name: "randomPosterize", options: { bits: value } },
      { name: "grayscale", options: { numOutputChannels: value } },
      { name: "compose", options: { transforms: Array.isArray(value) ? [value] : value } },
      { name: "colorJitter", options: { hue: value } },
      { name: "randAugment", options: { magnitude: value } },
      { name: "randomErasing", options: { ratio: value } },
      { name: "randomAffine", options: { degrees: 1, translate: value ?? 1 } },
    ]),
    { name: "normalize", options: { mean: 0, std: 0 } },
    { name: "normalize", options: { mean: "0", std: 1 } },
    { name: "normalize", options: { mean: [0, 0], std: [1, 1] } },
    { name: "pad", options: { padding: 1, fill: 256 } },
    { name: "pad", options: { padding: 1, fill: [0, 0] } },
    { name: "pad", options: { padding: 1, fill: "black" } },
    { name: "pad", options: { padding: 1, paddingMode: 3 } },
    { name: "resize", options: {} },
    { name: "resize", options: { size: 4, maxSize: 3 } },
    { name: "resize", options: { size: [4, 4], maxSize: 8 } },
    { name: "gaussianBlur", options: { kernelSize: 2 } },
    { name: "randomChoice", options: { transforms: [] } },
    { name: "randomRotation", options: { degrees: 1, expand: true, center: [0, 0] } },
    { name: "constructor", options: {} },
    { name: "compose", options: [] as unknown as object },
  ];
  it.each(bad)("$name $options", (spec) => {
    expect(() => transforms.fromSpec(spec)).toThrow(OptionError);
  });

  it("functions that are given impossible arguments", () => {
    const picture = grey([1, 2], [3, 4]);
    expect(() => functional.pad(picture, 1, { fill: [1, 2, 3] })).toThrow(/3 values.*1 channel/);
    expect(() => functional.adjustBrightness(picture, -1)).toThrow(OptionError);
    expect(() => functional.adjustHue(picture, 0.6)).toThrow(OptionError);
    expect(() => functional.erase(picture, 1, 0, 2, 1)).toThrow(OptionError);
    expect(() => functional.resizedCrop(picture, 0, 1, 2, 2, 4)).toThrow(OptionError);
    expect(() => functional.affine(picture, { scale: 0 })).toThrow(OptionError);
  });
});
