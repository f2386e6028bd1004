// Sums of frames that overlap, as C. Frames are views.
#include "c99/program/emitter.h"
#include "c99/text/text.h"

namespace weft::c99 {
namespace {

constexpr std::string_view kSum =
    R"(/* Adds frame t of each row from place t * hop on; results begin at place `start`. In the library's
   order. */
static void weft_overlap_add(
    int32_t rows, int32_t frames, int32_t count, int32_t step, int32_t hop, int32_t start,
    int32_t length, const float *x, float *y)
{
  memset(y, 0, (size_t)(rows * length) * sizeof *y);
  for (int32_t row = 0; row < rows; ++row, y += length)
    for (int32_t t = 0; t < frames; ++t, x += step)
      for (int32_t i = t * hop < start ? start - t * hop : 0;
           i < count && t * hop + i - start < length; ++i)
        y[t * hop + i - start] += x[i];
}
)";

// kWhich: the input that is added; a window, input 1, stands for every frame.
template <size_t kWhich>
Status emit_sum(Call& call) {
  const Shape &x = call.in(0).shape, &y = call.out().shape;
  if (y.elements() == 0) return {};
  const int64_t frames = x[x.rank() - 2], count = x[x.rank() - 1];
  call.source().define("weft_overlap_add", kSum);
  std::string line = "weft_overlap_add(";
  for (const int64_t number :
       {y.elements() / y[y.rank() - 1], frames, count, kWhich ? int64_t{0} : count,
        call.attributes().integer("hop"), call.attributes().integer("start"), y[y.rank() - 1]})
    line += std::to_string(number) + ", ";
  call.line(line + call.read(kWhich) + ", " + call.write() + ");");
  return {};
}

}  // namespace

WEFT_EMITTER(overlap_add, dense_float32, emit_sum<0>);
WEFT_EMITTER(window_sum, dense_float32, emit_sum<1>);

}  // namespace weft::c99
