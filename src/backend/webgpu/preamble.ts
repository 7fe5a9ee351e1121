// What shaders use for operations for which WGSL leaves more room than float32 arithmetic does, or has no operator. NaN is told
// by its bits, for compilers may assume that there is none.

/** Invocations of a workgroup, a chunk each. */
export const groupSize = 64;

/** Functions by name, each before those that it calls. */
const functions = {
  max_f32: "(a: f32, b: f32) -> f32 { return select(b, a, a > b || is_nan(a)); }",
  min_f32: "(a: f32, b: f32) -> f32 { return select(b, a, a < b || is_nan(a)); }",
  sqrt_f32: `(x: f32) -> f32 {
  let special = x == 0.0f || is_nan(x) || bitcast<u32>(x) == 0x7f800000u;
  return select(sqrt(x), x, special);
}`,
  int_of: `(x: f32) -> i32 {
  let inside = i32(clamp(x, -2147483648.0f, 2147483520.0f));
  return select(select(inside, 2147483647i, x >= 2147483648.0f), 0i, is_nan(x));
}`,
  is_nan: "(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }",
  byte_of:
    "(word: u32, address: u32) -> i32 { return i32((word >> ((address & 3u) * 8u)) & 0xffu); }",
  as_is_f32: "(x: f32) -> f32 { return x; }",
  as_is_i32: "(x: i32) -> i32 { return x; }",
  as_is_bool: "(x: bool) -> bool { return x; }",
};

/** The functions that a shader's text calls, and those that they call: compilers read what nobody calls all the same. */
export function preambleFor(text: string): string {
  let called = "";
  for (const [name, body] of Object.entries(functions)) {
    if (text.includes(`${name}(`) || called.includes(`${name}(`)) called += `fn ${name}${body}\n`;
  }
  return called;
}
