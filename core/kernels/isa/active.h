// Dispatch: the kernels of the instruction set that this process uses, active_isa().
//
// Sources that are not compiled once per instruction set ask for a kernel by WEFT_ACTIVE(name);
// declare_kernels.h says how it is declared. So a build for some operators (WEFT_OPS) refers only
// to the kernels that it calls, and the linker drops the others. Tests ask by WEFT_KERNEL_OF(isa,
// name), for each instruction set that is_available().
#pragma once

#include <cstring>
#include <type_traits>

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
#define WEFT_ACTIVE_OF(dtype, name) ::weft::kernels::entry_of(WEFT_ACTIVE_TABLE(dtype, name), dtype)
#define WEFT_ACTIVE_LAYERS(dtype, name) \
  WEFT_KERNEL_OF(::weft::kernels::layer_isa_of(::weft::kernels::active_isa(), dtype), name)
#define WEFT_ACTIVE_LAYER(dtype, name) \
  ::weft::kernels::entry_of(WEFT_ACTIVE_LAYERS(dtype, name), dtype)

namespace weft::kernels {

// Called where a table has no kernel for a dtype: an operator let one through that nothing
// computes.
void note_missing_kernel();
// Was it called since this was last asked? Whoever runs kernels asks, and makes an error of it.
bool take_missing_kernel();

// What stands for a missing kernel: it computes nothing and says so, for a null pointer would end
// the process.
template <class Result, class... Arguments>
Result missing_kernel(Arguments...) {
  note_missing_kernel();
  return Result();
}
template <class Result, class... Arguments>
constexpr auto missing_of(Result (*)(Arguments...)) {
  return &missing_kernel<Result, Arguments...>;
}
// Becomes each field of an entry that has several kernels, with their numbers.
struct MissingField {
  template <class Function>
  constexpr operator Function*() const {
    return missing_of(static_cast<Function*>(nullptr));
  }
  template <class Number>
  requires std::is_arithmetic_v<Number>
  constexpr operator Number() const { return Number(1); }
};
template <class Entry, class... Fields>
constexpr Entry missing_entry() {
  if constexpr (requires { Entry{MissingField(), Fields()...}; })
    return missing_entry<Entry, Fields..., MissingField>();
  else
    return Entry{Fields()...};
}

// The entry of a table by dtype, which may be one function or several. Where the table has none, or
// has no row for the dtype, it is one of missing kernels.
template <class Entry, size_t kRows>
const Entry& entry_of(const Entry (&table)[kRows], DType dtype) {
  static constexpr Entry kAbsent = {};
  const auto row = static_cast<size_t>(dtype);
  const bool is_there = row < kRows && std::memcmp(&table[row], &kAbsent, sizeof(Entry)) != 0;
  if (__builtin_expect(is_there, true)) return table[row];
  if constexpr (std::is_pointer_v<Entry>) {
    static constexpr Entry kMissing = missing_of(Entry());
    return kMissing;
  } else {
    static constexpr Entry kMissing = missing_entry<Entry>();
    return kMissing;
  }
}

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
