// a b + c for the kernels of WebAssembly, out of line: bindings/wasm/finish.py puts the two
// instructions in place of each call.
#if defined(__wasm_simd128__)
#include <wasm_simd128.h>

extern "C" v128_t weft_madd_f32x4(v128_t a, v128_t b, v128_t c);
v128_t weft_madd_f32x4(v128_t a, v128_t b, v128_t c) {
  return wasm_f32x4_add(wasm_f32x4_mul(a, b), c);
}
#endif
