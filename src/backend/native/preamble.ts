// What every C file of kernels begins with: vector types of the widths that it uses, and the operations that C
// has no operator for. No header is included: reading them takes longer than compiling a kernel.
//
// Types are F16, I16, U16, B16 for sixteen floats, ints, unsigned ints and bytes; F16u and the like may lie at any
// address. A mask is an int vector of zeros and all ones.

/** Operations on scalars, and constants. */
const scalars = `
typedef float fu __attribute__((may_alias));
#ifndef __has_builtin
#define __has_builtin(x) 0
#endif
#if __has_builtin(__builtin_shufflevector)
#define shuffle(I, a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define shuffle(I, a, b, ...) __builtin_shuffle(a, b, (I){ __VA_ARGS__ })
#endif
#define INLINE static inline __attribute__((always_inline))
#if defined(__FP_FAST_FMAF) || defined(__FMA__) || defined(__aarch64__)
#define fma1(a, b, c) __builtin_fmaf(a, b, c)
#else
#define fma1(a, b, c) ((a) * (b) + (c))
#endif
INLINE int bits1(float x) { union { float f; int i; } u = { x }; return u.i; }
INLINE float float1(int x) { union { int i; float f; } u = { x }; return u.f; }
INLINE float max1(float a, float b) { return a > b || a != a ? a : b; }
INLINE float min1(float a, float b) { return a < b || a != a ? a : b; }
INLINE int imax1(int a, int b) { return a > b ? a : b; }
INLINE int imin1(int a, int b) { return a < b ? a : b; }
INLINE int int1(float a) {
  return a != a ? 0 : a >= 2147483648.0f ? 2147483647 : a <= -2147483648.0f ? -2147483647 - 1 : (int)a;
}
`;

/** The start of a C file whose kernels use vectors of these widths. */
export function preamble(widths: readonly number[]): string {
  return (
    scalars +
    [...widths]
      .sort((a, b) => a - b)
      .map(vectors)
      .join("")
  );
}

function vectors(n: number): string {
  const list = (item: (lane: number) => string): string =>
    Array.from({ length: n }, (_, l) => item(l)).join(", ");
  const each = (call: string): string =>
    Array.from({ length: n }, (_, l) => `  r[${l}] = ${call}(x[${l}]);`).join("\n");
  const rounded = (name: string, builtin: string): string =>
    `INLINE F${n} ${name}${n}(F${n} x) {\n  F${n} r;\n${each(builtin)}\n  return r;\n}\n`;
  return `
typedef float F${n} __attribute__((vector_size(${4 * n})));
typedef int I${n} __attribute__((vector_size(${4 * n})));
typedef unsigned U${n} __attribute__((vector_size(${4 * n})));
typedef unsigned char B${n} __attribute__((vector_size(${n})));
typedef float F${n}u __attribute__((vector_size(${4 * n}), aligned(4), may_alias));
typedef int I${n}u __attribute__((vector_size(${4 * n}), aligned(4), may_alias));
typedef unsigned char B${n}u __attribute__((vector_size(${n}), aligned(1), may_alias));
INLINE F${n} fsplat${n}(float x) { return (F${n}){${list(() => "x")}}; }
INLINE I${n} isplat${n}(int x) { return (I${n}){${list(() => "x")}}; }
#define lanes${n} ((I${n}){${list(String)}})
INLINE F${n} fselect${n}(I${n} m, F${n} a, F${n} b) { return (F${n})(((I${n})a & m) | ((I${n})b & ~m)); }
INLINE I${n} iselect${n}(I${n} m, I${n} a, I${n} b) { return (a & m) | (b & ~m); }
INLINE I${n} int${n}(F${n} a) {
  F${n} low = fselect${n}(a > -2147483648.0f, a, fsplat${n}(-2147483648.0f));
  I${n} over = a >= 2147483648.0f;
  I${n} r = __builtin_convertvector(fselect${n}(over, fsplat${n}(0), low), I${n});
  return iselect${n}(over, isplat${n}(2147483647), r) & (a == a);
}
${total(n)}
${multiplyAdd(n)}
${conditional(n)}
#else
${rounded("floor", "__builtin_floorf")}${rounded("ceil", "__builtin_ceilf")}${rounded("trunc", "__builtin_truncf")}${rounded("round", "__builtin_rintf")}${rounded("sqrt", "__builtin_sqrtf")}
INLINE F${n} maxn${n}(F${n} x, F${n} c) { return fselect${n}(c > x, c, x); }
INLINE F${n} minn${n}(F${n} x, F${n} c) { return fselect${n}(c < x, c, x); }
INLINE F${n} max${n}(F${n} a, F${n} b) { return fselect${n}((a > b) | (a != a), a, b); }
INLINE F${n} min${n}(F${n} a, F${n} b) { return fselect${n}((a < b) | (a != a), a, b); }
#endif
`;
}

/** The sum of all lanes, by halves. */
function total(n: number): string {
  if (n === 4) return "INLINE float total4(F4 x) { return (x[0] + x[2]) + (x[1] + x[3]); }";
  const half = n / 2;
  const lanes = (from: number): string =>
    Array.from({ length: half }, (_, l) => from + l).join(", ");
  return `INLINE float total${n}(F${n} x) {
  typedef float H __attribute__((vector_size(${2 * n})));
#if __has_builtin(__builtin_shufflevector)
  H h = __builtin_shufflevector(x, x, ${lanes(0)}) + __builtin_shufflevector(x, x, ${lanes(half)});
#else
  union { F${n} v; H h[2]; } u = { x };
  H h = u.h[0] + u.h[1];
#endif
${
  half === 4
    ? "  return (h[0] + h[2]) + (h[1] + h[3]);"
    : `  typedef float Q __attribute__((vector_size(${n})));
#if __has_builtin(__builtin_shufflevector)
  Q q = __builtin_shufflevector(h, h, 0, 1, 2, 3) + __builtin_shufflevector(h, h, 4, 5, 6, 7);
#else
  union { H v; Q q[2]; } w = { h };
  Q q = w.q[0] + w.q[1];
#endif
  return (q[0] + q[2]) + (q[1] + q[3]);`
}
}`;
}

/** a · b + c, rounded once where the machine can: by name, for the compiler must not fuse anything else. */
function multiplyAdd(n: number): string {
  const define = (body: string): string =>
    `INLINE F${n} fma${n}(F${n} a, F${n} b, F${n} c) { ${body} }`;
  const x86 =
    n === 16
      ? ["__AVX512F__", "__builtin_ia32_vfmaddps512_mask", "(a, b, c, -1, 4)"]
      : [
          "__FMA__",
          n === 8 ? "__builtin_ia32_vfmaddps256" : "__builtin_ia32_vfmaddps",
          "(a, b, c)",
        ];
  const [feature, builtin, operands] = x86 as [string, string, string];
  const instruction = `__asm__("vfmadd231ps %2, %1, %0" : "+${n === 16 ? "v" : "x"}"(c) : "${n === 16 ? "v" : "x"}"(a), "${n === 16 ? "v" : "x"}m"(b)); return c;`;
  const neon =
    n === 4
      ? `\n#elif defined(__aarch64__)\n${define('__asm__("fmla %0.4s, %1.4s, %2.4s" : "+w"(c) : "w"(a), "w"(b)); return c;')}`
      : "";
  return `#if defined(${feature}) && __has_builtin(${builtin})
${define(`return ${builtin}${operands};`)}
#elif defined(${feature})
${define(instruction)}${neon}
#else
${define("return a * b + c;")}
#endif`;
}

/**
 * Rounding, square roots and extrema as single instructions. \`maxn\` and \`minn\` take a number (not NaN) second;
 * all give NaN for NaN. x86 gives the second operand back if one is NaN, which is AT&T's first.
 */
function conditional(n: number): string {
  const register = n === 16 ? "v" : "x";
  const one = (name: string, code: string, constraint: string): string =>
    `INLINE F${n} ${name}${n}(F${n} x) { F${n} r; __asm__("${code}" : "=${constraint}"(r) : "${constraint}"(x)); return r; }\n`;
  const two = (name: string, code: string, constraint: string): string =>
    `INLINE F${n} ${name}${n}(F${n} a, F${n} b) { F${n} r; __asm__("${code}" : "=${constraint}"(r) : "${constraint}"(a), "${constraint}"(b)); return r; }\n`;
  const round = n === 16 ? "vrndscaleps" : "vroundps";
  const x86 = [
    one("round", `${round} $8, %1, %0`, register),
    one("floor", `${round} $9, %1, %0`, register),
    one("ceil", `${round} $10, %1, %0`, register),
    one("trunc", `${round} $11, %1, %0`, register),
    one("sqrt", "vsqrtps %1, %0", register),
    two("maxn", "vmaxps %1, %2, %0", register),
    two("minn", "vminps %1, %2, %0", register),
    `INLINE F${n} max${n}(F${n} a, F${n} b) { return fselect${n}(a != a, a, maxn${n}(b, a)); }\n`,
    `INLINE F${n} min${n}(F${n} a, F${n} b) { return fselect${n}(a != a, a, minn${n}(b, a)); }`,
  ].join("");
  const x86Part = `#if defined(${n === 16 ? "__AVX512F__" : "__AVX__"})\n${x86}`;
  if (n !== 4) return x86Part;
  const neon = [
    one("round", "frintn %0.4s, %1.4s", "w"),
    one("floor", "frintm %0.4s, %1.4s", "w"),
    one("ceil", "frintp %0.4s, %1.4s", "w"),
    one("trunc", "frintz %0.4s, %1.4s", "w"),
    one("sqrt", "fsqrt %0.4s, %1.4s", "w"),
    two("maxn", "fmax %0.4s, %1.4s, %2.4s", "w"),
    two("minn", "fmin %0.4s, %1.4s, %2.4s", "w"),
    two("max", "fmax %0.4s, %1.4s, %2.4s", "w"),
    two("min", "fmin %0.4s, %1.4s, %2.4s", "w"),
  ].join("");
  return `${x86Part}\n#elif defined(__aarch64__)\n${neon}`;
}
