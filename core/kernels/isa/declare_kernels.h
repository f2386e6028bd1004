// How kernels are declared: WEFT_KERNELS(declarations) repeats the declarations in the namespace of
// each instruction set that the build has.
//
// Files *.isa.cpp define the kernels. Other sources call them by WEFT_ACTIVE(name), tests by
// WEFT_KERNEL_OF(isa, name) (active.h). Where a subject's .cpp divides the work first, the kernels
// are private: they stand in <subject>_kernels_impl.h with the small structs that they take. A
// kernel that an operator calls as it is stands in the subject's public header.
//
// Each kernel, or table of kernels by dtype, is a symbol of its own, so that the linker drops those
// that nothing calls.
#pragma once

#if WEFT_WITH_AVX2
#define WEFT_KERNELS_AVX2(...) \
  namespace avx2 {             \
  __VA_ARGS__                  \
  }
#else
#define WEFT_KERNELS_AVX2(...)
#endif
#if WEFT_WITH_AVX512
#define WEFT_KERNELS_AVX512(...) \
  namespace avx512 {             \
  __VA_ARGS__                    \
  }
#else
#define WEFT_KERNELS_AVX512(...)
#endif
#define WEFT_KERNELS(...)        \
  namespace generic {            \
  __VA_ARGS__                    \
  }                              \
  WEFT_KERNELS_AVX2(__VA_ARGS__) \
  WEFT_KERNELS_AVX512(__VA_ARGS__)

namespace weft::kernels {

// Defined in isa.h, which kernels cannot include. Functions that tests call with an instruction set
// are declared with it.
enum class Isa;

}  // namespace weft::kernels
