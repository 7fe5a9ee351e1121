// What every shader begins with: operations for which WGSL leaves more room than float32 arithmetic does, or has no
// operator. NaN is told by its bits, for compilers may assume that there is none.

/** Invocations of a workgroup, a chunk each. */
export const groupSize = 64;

export const preamble = `
fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
fn max_f32(a: f32, b: f32) -> f32 { return select(b, a, a > b || is_nan(a)); }
fn min_f32(a: f32, b: f32) -> f32 { return select(b, a, a < b || is_nan(a)); }
fn sqrt_f32(x: f32) -> f32 {
  let special = x == 0.0f || is_nan(x) || bitcast<u32>(x) == 0x7f800000u;
  return select(sqrt(x), x, special);
}
fn int_of(x: f32) -> i32 {
  let inside = i32(clamp(x, -2147483648.0f, 2147483520.0f));
  return select(select(inside, 2147483647i, x >= 2147483648.0f), 0i, is_nan(x));
}
fn byte_of(word: u32, address: u32) -> i32 { return i32((word >> ((address & 3u) * 8u)) & 0xffu); }
fn as_is_f32(x: f32) -> f32 { return x; }
fn as_is_i32(x: i32) -> i32 { return x; }
fn as_is_bool(x: bool) -> bool { return x; }
`;
