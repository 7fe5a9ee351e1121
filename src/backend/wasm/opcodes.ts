// The WebAssembly instructions that Fovea emits, grouped by what follows the opcode in the code.
// Numbers from the core specification, and from the SIMD, relaxed SIMD and threads proposals.

/** Value types as the binary format writes them. */
export const valueTypes = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;
export type ValueTypeName = keyof typeof valueTypes;

/** First byte of a two-part opcode; the number follows in LEB128. */
const saturating = 0xfc << 16;
const simd = 0xfd << 16;
const atomic = 0xfe << 16;

/** Instructions by kind of immediate. A prefixed opcode is (prefix << 16) + number. */
export const instructions = {
  /** Nothing follows. */
  none: {
    unreachable: 0x00,
    else: 0x05,
    end: 0x0b,
    return: 0x0f,
    drop: 0x1a,
    select: 0x1b,
    "i32.eqz": 0x45,
    "i32.eq": 0x46,
    "i32.ne": 0x47,
    "i32.lt_s": 0x48,
    "i32.lt_u": 0x49,
    "i32.gt_s": 0x4a,
    "i32.gt_u": 0x4b,
    "i32.le_s": 0x4c,
    "i32.le_u": 0x4d,
    "i32.ge_s": 0x4e,
    "i32.ge_u": 0x4f,
    "f32.eq": 0x5b,
    "f32.ne": 0x5c,
    "f32.lt": 0x5d,
    "f32.gt": 0x5e,
    "f32.le": 0x5f,
    "f32.ge": 0x60,
    "i32.add": 0x6a,
    "i32.sub": 0x6b,
    "i32.mul": 0x6c,
    "i32.div_u": 0x6e,
    "i32.and": 0x71,
    "i32.or": 0x72,
    "i32.xor": 0x73,
    "i32.shl": 0x74,
    "i32.shr_s": 0x75,
    "i32.shr_u": 0x76,
    "f32.abs": 0x8b,
    "f32.neg": 0x8c,
    "f32.ceil": 0x8d,
    "f32.floor": 0x8e,
    "f32.trunc": 0x8f,
    "f32.nearest": 0x90,
    "f32.sqrt": 0x91,
    "f32.add": 0x92,
    "f32.sub": 0x93,
    "f32.mul": 0x94,
    "f32.div": 0x95,
    "f32.min": 0x96,
    "f32.max": 0x97,
    "f32.convert_i32_s": 0xb2,
    "i32.reinterpret_f32": 0xbc,
    "f32.reinterpret_i32": 0xbe,
    "i32.trunc_sat_f32_s": saturating + 0x00,
    "i32x4.splat": simd + 0x11,
    "f32x4.splat": simd + 0x13,
    "i32x4.eq": simd + 0x37,
    "i32x4.ne": simd + 0x38,
    "i32x4.lt_s": simd + 0x39,
    "i32x4.gt_s": simd + 0x3b,
    "i32x4.le_s": simd + 0x3d,
    "i32x4.ge_s": simd + 0x3f,
    "f32x4.eq": simd + 0x41,
    "f32x4.ne": simd + 0x42,
    "f32x4.lt": simd + 0x43,
    "f32x4.gt": simd + 0x44,
    "f32x4.le": simd + 0x45,
    "f32x4.ge": simd + 0x46,
    "v128.not": simd + 0x4d,
    "v128.and": simd + 0x4e,
    "v128.or": simd + 0x50,
    "v128.xor": simd + 0x51,
    "v128.bitselect": simd + 0x52,
    "f32x4.ceil": simd + 0x67,
    "f32x4.floor": simd + 0x68,
    "f32x4.trunc": simd + 0x69,
    "f32x4.nearest": simd + 0x6a,
    "i16x8.extend_low_i8x16_u": simd + 0x89,
    "i32x4.abs": simd + 0xa0,
    "i32x4.neg": simd + 0xa1,
    "i32x4.extend_low_i16x8_u": simd + 0xa9,
    "i32x4.shl": simd + 0xab,
    "i32x4.shr_u": simd + 0xad,
    "i32x4.add": simd + 0xae,
    "i32x4.sub": simd + 0xb1,
    "i32x4.mul": simd + 0xb5,
    "i32x4.min_s": simd + 0xb6,
    "i32x4.max_s": simd + 0xb8,
    "f32x4.abs": simd + 0xe0,
    "f32x4.neg": simd + 0xe1,
    "f32x4.sqrt": simd + 0xe3,
    "f32x4.add": simd + 0xe4,
    "f32x4.sub": simd + 0xe5,
    "f32x4.mul": simd + 0xe6,
    "f32x4.div": simd + 0xe7,
    "f32x4.min": simd + 0xe8,
    "f32x4.max": simd + 0xe9,
    "f32x4.pmin": simd + 0xea,
    "f32x4.pmax": simd + 0xeb,
    "i32x4.trunc_sat_f32x4_s": simd + 0xf8,
    "f32x4.convert_i32x4_s": simd + 0xfa,
    "f32x4.relaxed_madd": simd + 0x105,
    "i32x4.relaxed_laneselect": simd + 0x10b,
  },
  /** The type of the block's result; here always empty. */
  block: { block: 0x02, loop: 0x03, if: 0x04 },
  /** The number of a label, function, local or global. */
  index: {
    br: 0x0c,
    br_if: 0x0d,
    call: 0x10,
    "local.get": 0x20,
    "local.set": 0x21,
    "local.tee": 0x22,
    "global.get": 0x23,
  },
  /** A list of labels and the default. */
  labels: { br_table: 0x0e },
  /** Alignment hint and offset. */
  memory: {
    "i32.load": 0x28,
    "f32.load": 0x2a,
    "i32.load8_u": 0x2d,
    "i32.store": 0x36,
    "f32.store": 0x38,
    "i32.store8": 0x3a,
    "v128.load": simd + 0x00,
    "v128.load32_splat": simd + 0x09,
    "v128.store": simd + 0x0b,
    "v128.load32_zero": simd + 0x5c,
  },
  /** As `memory`; the hint must be the natural alignment, four bytes. */
  atomic: {
    "memory.atomic.notify": atomic + 0x00,
    "memory.atomic.wait32": atomic + 0x01,
    "i32.atomic.load": atomic + 0x10,
    "i32.atomic.store": atomic + 0x17,
    "i32.atomic.rmw.add": atomic + 0x1e,
  },
  /** Alignment hint, offset, lane. */
  memoryLane: {
    "v128.load8_lane": simd + 0x54,
    "v128.load32_lane": simd + 0x56,
    "v128.store32_lane": simd + 0x5a,
  },
  /** One lane. */
  lane: { "i32x4.extract_lane": simd + 0x1b, "f32x4.extract_lane": simd + 0x1f },
  /** Sixteen lanes, or sixteen bytes. */
  bytes: { "v128.const": simd + 0x0c, "i8x16.shuffle": simd + 0x0d },
  /** A number. */
  i32: { "i32.const": 0x41 },
  i64: { "i64.const": 0x42 },
  f32: { "f32.const": 0x43 },
  /** The number of the memory, always 0. */
  fill: { "memory.fill": saturating + 0x0b },
} as const;

export type Immediate = keyof typeof instructions;
/** Names of the instructions with this kind of immediate. */
export type Instruction<I extends Immediate> = keyof (typeof instructions)[I];
