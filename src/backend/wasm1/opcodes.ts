// The WebAssembly instructions that Fovea emits, by their names in the specification. A number is
// one byte; a pair is a prefix and a code after it.

export const SIMD = 0xfd;
export const ATOMIC = 0xfe;

export const opcodes = {
  unreachable: 0x00, block: 0x02, loop: 0x03, if: 0x04, end: 0x0b, br: 0x0c, br_if: 0x0d, return: 0x0f, call: 0x10, drop: 0x1a, select: 0x1b,
  "local.get": 0x20, "local.set": 0x21, "local.tee": 0x22,
  "i32.load": 0x28, "f32.load": 0x2a, "i32.load8_u": 0x2d, "i32.store": 0x36, "f32.store": 0x38, "i32.store8": 0x3a,
  "i32.const": 0x41, "i64.const": 0x42, "f32.const": 0x43,
  "i32.eqz": 0x45, "i32.eq": 0x46, "i32.ne": 0x47, "i32.lt_s": 0x48, "i32.gt_s": 0x4a, "i32.le_s": 0x4c, "i32.ge_s": 0x4e,
  "f32.eq": 0x5b, "f32.ne": 0x5c, "f32.lt": 0x5d, "f32.gt": 0x5e, "f32.le": 0x5f, "f32.ge": 0x60,
  "i32.add": 0x6a, "i32.sub": 0x6b, "i32.mul": 0x6c, "i32.and": 0x71, "i32.or": 0x72, "i32.xor": 0x73, "i32.shl": 0x74, "i32.shr_u": 0x76,
  "f32.abs": 0x8b, "f32.neg": 0x8c, "f32.ceil": 0x8d, "f32.floor": 0x8e, "f32.trunc": 0x8f, "f32.nearest": 0x90, "f32.sqrt": 0x91,
  "f32.add": 0x92, "f32.sub": 0x93, "f32.mul": 0x94, "f32.div": 0x95, "f32.min": 0x96, "f32.max": 0x97,
  "f32.convert_i32_s": 0xb2, "i32.reinterpret_f32": 0xbc, "f32.reinterpret_i32": 0xbe, "i32.trunc_sat_f32_s": [0xfc, 0x00],

  "v128.load": [SIMD, 0], "v128.load32_splat": [SIMD, 9], "v128.store": [SIMD, 11], "v128.const": [SIMD, 12], "i8x16.shuffle": [SIMD, 13],
  "i32x4.splat": [SIMD, 17], "f32x4.splat": [SIMD, 19],
  "i32x4.extract_lane": [SIMD, 27], "i32x4.replace_lane": [SIMD, 28], "f32x4.extract_lane": [SIMD, 31],
  "i32x4.eq": [SIMD, 55], "i32x4.ne": [SIMD, 56], "i32x4.lt_s": [SIMD, 57], "i32x4.gt_s": [SIMD, 59], "i32x4.le_s": [SIMD, 61], "i32x4.ge_s": [SIMD, 63],
  "f32x4.eq": [SIMD, 65], "f32x4.ne": [SIMD, 66], "f32x4.lt": [SIMD, 67], "f32x4.gt": [SIMD, 68], "f32x4.le": [SIMD, 69], "f32x4.ge": [SIMD, 70],
  "v128.not": [SIMD, 77], "v128.and": [SIMD, 78], "v128.or": [SIMD, 80], "v128.xor": [SIMD, 81], "v128.bitselect": [SIMD, 82],
  "v128.load32_lane": [SIMD, 86], "v128.store32_lane": [SIMD, 90], "v128.load32_zero": [SIMD, 92],
  "f32x4.ceil": [SIMD, 103], "f32x4.floor": [SIMD, 104], "f32x4.trunc": [SIMD, 105], "f32x4.nearest": [SIMD, 106],
  "i16x8.extend_low_i8x16_u": [SIMD, 137], "i32x4.neg": [SIMD, 161], "i32x4.extend_low_i16x8_u": [SIMD, 169],
  "i32x4.shl": [SIMD, 171], "i32x4.shr_u": [SIMD, 173], "i32x4.add": [SIMD, 174], "i32x4.sub": [SIMD, 177], "i32x4.mul": [SIMD, 181],
  "i32x4.min_s": [SIMD, 182], "i32x4.max_s": [SIMD, 184],
  "f32x4.abs": [SIMD, 224], "f32x4.neg": [SIMD, 225], "f32x4.sqrt": [SIMD, 227], "f32x4.add": [SIMD, 228], "f32x4.sub": [SIMD, 229],
  "f32x4.mul": [SIMD, 230], "f32x4.div": [SIMD, 231], "f32x4.min": [SIMD, 232], "f32x4.max": [SIMD, 233],
  "i32x4.trunc_sat_f32x4_s": [SIMD, 248], "f32x4.convert_i32x4_s": [SIMD, 250], "f32x4.relaxed_madd": [SIMD, 0x105],

  "memory.atomic.notify": [ATOMIC, 0x00], "memory.atomic.wait32": [ATOMIC, 0x01], "i32.atomic.load": [ATOMIC, 0x10],
  "i32.atomic.store": [ATOMIC, 0x17], "i32.atomic.rmw.add": [ATOMIC, 0x1e],
} as const satisfies Record<string, number | readonly [number, number]>;

export type Opcode = keyof typeof opcodes;
