// A LAPACK that is found when the library is loaded: its routines by type of number.
//
// Fortran's integers have 32 or 64 bits, as the LAPACK was built. Here all have 64: a routine of 32
// bits reads and writes the low half, which comes first in memory. So there is one call for both,
// and an integer that a routine gives is read by `given`, which asks for the width.
#pragma once

#include <cstddef>
#include <cstdint>

#include <weft/weft.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "integers of both widths are passed in one form, which needs a little-endian processor"
#endif

namespace weft_linalg {

template <class R>
struct Complex {
  R re, im;
};
template <class T>
struct PartOf {
  using Type = T;
};
template <class R>
struct PartOf<Complex<R>> {
  using Type = R;
};
template <class T>
using Part = typename PartOf<T>::Type;
template <class T>
constexpr bool kIsComplex = sizeof(Part<T>) != sizeof(T);

// What is used of LAPACK, in the order of the table in lapack.cpp. Real and complex routines differ
// in name (orglq, unglq; syevd, heevd) and in what work they ask for.
enum Routine { kGetrf, kGetrs, kPotrf, kTrtrs, kGelqf, kOrglq, kGesdd, kSyevd, kGeev, kRoutines };

// Loads the first LAPACK that is there: what WEFT_LAPACK names, else one of pip's or the system's
// by its usual name. Without one it fails with a text that says what to install.
weft_status find_lapack();

void* routine(Routine which, int type);  // types: 0 float, 1 double, 2 and 3 complex ones
bool has_wide_integers();

template <class T>
constexpr int kTypeNumber = (kIsComplex<T> ? 2 : 0) + (sizeof(Part<T>) == 8 ? 1 : 0);

// Calls a routine. Fortran expects the lengths of texts behind all arguments; every text here is
// one letter, and three is the most that a routine takes.
template <class T, class... Arguments>
void call(Routine which, Arguments*... arguments) {
  using Function = void (*)(Arguments * ..., size_t, size_t, size_t);
  reinterpret_cast<Function>(routine(which, kTypeNumber<T>))(arguments..., 1, 1, 1);
}

// An integer that a routine has written into a zero; `info` fits 32 bits in any case.
inline int64_t given(const int64_t* integers, int64_t i) {
  if (has_wide_integers()) return integers[i];
  return reinterpret_cast<const int32_t*>(integers)[i];
}

}  // namespace weft_linalg
