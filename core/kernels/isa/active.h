// Dispatch: the kernels of the instruction set that this process uses, active_isa().
//
// Sources that are not compiled once per instruction set ask for a kernel by WEFT_ACTIVE(name);
// declare_kernels.h says how it is declared. So a build for some operators (WEFT_OPS) refers only
// to the kernels that it calls, and the linker drops the others. Tests ask by WEFT_KERNEL_OF(isa,
// name), for each instruction set that is_available().
#pragma once

#include "kernels/isa/declare_kernels.h"
#include "kernels/isa/isa.h"
#include "weft_keep.h"

// The address of a kernel in an instruction set's namespace, or null where the build lacks the set.
#if WEFT_WITH_AVX2
#define WEFT_IN_AVX2(name) &::weft::kernels::avx2::name
#else
#define WEFT_IN_AVX2(name) nullptr
#endif
#if WEFT_WITH_AVX512
#define WEFT_IN_AVX512(name) &::weft::kernels::avx512::name
#else
#define WEFT_IN_AVX512(name) nullptr
#endif
// `isa` must be in the build; the kernel is called at once: WEFT_ACTIVE(move)(tile).
#define WEFT_KERNEL_OF(isa, name)                                                        \
  (*::weft::kernels::kernel_of(isa, &::weft::kernels::generic::name, WEFT_IN_AVX2(name), \
                               WEFT_IN_AVX512(name)))
#define WEFT_ACTIVE(name) WEFT_KERNEL_OF(::weft::kernels::active_isa(), name)
// Tables by dtype. AVX-512 has no kernels for some dtypes, so these macros ask isa_of() (or
// layer_isa_of(), for layers) which instruction set's table to read. ..._TABLE and ..._LAYERS give
// the whole table, ..._OF and ..._LAYER its entry for the dtype.
#define WEFT_ACTIVE_TABLE(dtype, name) \
  WEFT_KERNEL_OF(::weft::kernels::isa_of(::weft::kernels::active_isa(), dtype), name)
#define WEFT_ACTIVE_OF(dtype, name) WEFT_ACTIVE_TABLE(dtype, name)[static_cast<int>(dtype)]
#define WEFT_ACTIVE_LAYERS(dtype, name) \
  WEFT_KERNEL_OF(::weft::kernels::layer_isa_of(::weft::kernels::active_isa(), dtype), name)
#define WEFT_ACTIVE_LAYER(dtype, name) WEFT_ACTIVE_LAYERS(dtype, name)[static_cast<int>(dtype)]

namespace weft::kernels {

// Keeps the compiler from deducing Kernel from an argument: nullptr has no function type.
template <class Kernel>
struct SameKernel {
  using Type = Kernel;
};
// Picks one of three pointers; the null ones belong to sets that the build lacks.
template <class Kernel>
Kernel* kernel_of(Isa isa, Kernel* generic,
                  [[maybe_unused]] typename SameKernel<Kernel>::Type* avx2,
                  [[maybe_unused]] typename SameKernel<Kernel>::Type* avx512) {
  switch (isa) {
#if WEFT_WITH_AVX2
    case Isa::kAvx2: return avx2;
#endif
#if WEFT_WITH_AVX512
    case Isa::kAvx512: return avx512;
#endif
    default: return generic;
  }
}

}  // namespace weft::kernels
