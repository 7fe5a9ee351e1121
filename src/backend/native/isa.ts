// The instruction sets that kernels are compiled for: how wide their vectors are, how many registers hold
// sums, and what the compiler is told. A further width is one more record.

/** Names of instruction sets; `plain` is C without any beyond the compiler's default. */
export type IsaName = "avx512" | "avx2" | "neon" | "plain";

export interface Isa {
  readonly name: IsaName;
  /** Floats in the widest vectors. */
  readonly lanes: number;
  /** All widths that kernels may use, widest first. */
  readonly laneChoices: readonly number[];
  /** Sums that a tile may keep in registers, operands besides. */
  readonly accumulators: number;
  readonly fusedMultiplyAdd: boolean;
  readonly flags: readonly string[];
}

const avx2Flags = ["-mavx2", "-mfma", "-mbmi", "-mbmi2"];

/** Widest first. AVX-512 and NEON have 32 vector registers, the others 16. */
export const isas: readonly Isa[] = [
  {
    name: "avx512",
    lanes: 16,
    laneChoices: [16, 8, 4],
    accumulators: 26,
    fusedMultiplyAdd: true,
    flags: [...avx2Flags, "-mavx512f", "-mavx512bw", "-mavx512dq", "-mavx512vl"],
  },
  {
    name: "avx2",
    lanes: 8,
    laneChoices: [8, 4],
    accumulators: 12,
    fusedMultiplyAdd: true,
    flags: avx2Flags,
  },
  {
    name: "neon",
    lanes: 4,
    laneChoices: [4],
    accumulators: 24,
    fusedMultiplyAdd: true,
    flags: [],
  },
  {
    name: "plain",
    lanes: 4,
    laneChoices: [4],
    accumulators: 8,
    fusedMultiplyAdd: false,
    flags: [],
  },
];

export const isaNames: readonly IsaName[] = isas.map(({ name }) => name);

export function isaByName(name: IsaName): Isa {
  return isas.find((isa) => isa.name === name) as Isa;
}
