// The sum of each piece of the result begins with the first frame that reaches it, so it does not
// depend on how threads share the pieces.

#include "kernels/signal/overlap_add.h"

#include <algorithm>
#include <type_traits>

#include "kernels/float_type.h"

namespace weft::kernels {
namespace {

int64_t pieces_of_row(const OverlapAdd& p) { return (p.length + p.hop - 1) / p.hop; }

template <class T>
void add_piece(const OverlapAdd& p, const T* x, T* y, int64_t piece) {
  const int64_t count = std::min(p.hop, p.length - piece * p.hop);
  const int64_t begin = p.start + piece * p.hop, end = begin + count;
  std::fill_n(y, count, T(0));
  // The first frame that ends behind `begin`.
  int64_t t = begin < p.frame_length ? 0 : (begin - p.frame_length) / p.hop + 1;
  for (; t < p.frames && t * p.hop < end; ++t) {
    const int64_t place = t * p.hop;
    const int64_t low = std::max(begin, place), high = std::min(end, place + p.frame_length);
    const T* const from = x + t * p.step + (low - place);
    for (int64_t i = 0; i < high - low; ++i) y[low - begin + i] += from[i];
  }
}

}  // namespace

int64_t overlap_add_units(const OverlapAdd& problem) {
  return problem.rows * pieces_of_row(problem);
}

void run_overlap_add(const OverlapAdd& problem, const void* x, void* y, Range units) {
  const int64_t pieces = pieces_of_row(problem);
  with_float_type(problem.dtype, [&](auto* pointer) {
    using T = std::remove_pointer_t<decltype(pointer)>;
    for (int64_t unit = units.begin; unit < units.end; ++unit) {
      const int64_t row = unit / pieces, piece = unit % pieces;
      add_piece(problem, static_cast<const T*>(x) + row * problem.frames * problem.step,
                static_cast<T*>(y) + row * problem.length + piece * problem.hop, piece);
    }
  });
}

}  // namespace weft::kernels
