// Philox against the published answers, and what is built on it.
import { describe, expect, it } from "vitest";
import { Generator, philox } from "../../src/tensor/random.ts";

const hex = (words: readonly number[]) =>
  words.map((word) => word.toString(16).padStart(8, "0")).join(" ");

describe("philox4x32-10", () => {
  // kat_vectors of the Random123 library (Salmon et al. 2011).
  it("gives the published answer for zeros", () => {
    expect(hex(philox([0, 0, 0, 0], [0, 0]))).toBe("6627e8d5 e169c58d bc57ac4c 9b00dbd8");
  });
  it("gives the published answer for ones", () => {
    const f = 0xffffffff;
    expect(hex(philox([f, f, f, f], [f, f]))).toBe("408f276d 41c83b0e a20bc7c6 6d5451fd");
  });
  it("gives the published answer for the digits of pi", () => {
    const counter = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344] as const;
    expect(hex(philox(counter, [0xa4093822, 0x299f31d0]))).toBe(
      "d16cfe09 94fdcceb 5001e420 24126ea1",
    );
  });
});

describe("Generator", () => {
  it("starts with the words of block 0, then block 1", () => {
    const generator = new Generator(0);
    const words = Array.from({ length: 8 }, () => generator.bits());
    expect(words).toEqual([...philox([0, 0, 0, 0], [0, 0]), ...philox([1, 0, 0, 0], [0, 0])]);
  });
  it("uses seeds above 32 bits", () => {
    expect(new Generator(2 ** 32).bits()).toBe(philox([0, 0, 0, 0], [0, 1])[0]);
  });
  it("goes on from a saved state, inside a block and inside a pair of normals", () => {
    const generator = new Generator(5, 3);
    generator.uniform();
    generator.normal();
    const state = JSON.parse(JSON.stringify(generator.state()));
    const expected = [
      generator.normal(),
      generator.uniform(),
      generator.normal(),
      generator.bits(),
    ];
    const other = new Generator(1).setState(state);
    expect([other.normal(), other.uniform(), other.normal(), other.bits()]).toEqual(expected);
  });
  it("draws uniform numbers with the right mean and variance", () => {
    const generator = new Generator(1);
    const values = Array.from({ length: 20000 }, () => generator.uniform());
    const mean = values.reduce((a, b) => a + b) / values.length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
    // Five standard errors: √(1/12 / 20000) = 0.002; that of the variance is 0.0005.
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.01);
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.003);
    expect(values.every((value) => value >= 0 && value < 1 && Math.fround(value) === value)).toBe(
      true,
    );
  });
  it("draws normal numbers with the right moments", () => {
    const generator = new Generator(2);
    const values = Array.from({ length: 20000 }, () => generator.normal());
    const moment = (k: number) =>
      values.reduce((sum, value) => sum + value ** k, 0) / values.length;
    // Five standard errors: √(1, 2, 96 / 20000).
    expect(Math.abs(moment(1))).toBeLessThan(0.036);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.05);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.35);
  });
  it("permutes: every number once, another order for another stream, the same for the same", () => {
    const order = new Generator(3, 1).permutation(1000);
    expect([...order].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(new Generator(3, 1).permutation(1000)).toEqual(order);
    expect(new Generator(3, 2).permutation(1000)).not.toEqual(order);
    expect(new Generator(4, 1).permutation(1000)).not.toEqual(order);
  });
  it("gives every permutation of three about equally often", () => {
    const counts = new Map<string, number>();
    const generator = new Generator(9);
    for (let i = 0; i < 6000; i++) {
      const key = generator.permutation(3).join("");
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // Five standard deviations of a count: 5·√(6000 · 1/6 · 5/6) = 144.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(144);
  });
  it("refuses impossible seeds", () => {
    expect(() => new Generator(-1)).toThrow(/manualSeed: must be a whole number/);
    expect(() => new Generator(0.5)).toThrow(/manualSeed/);
  });
});
