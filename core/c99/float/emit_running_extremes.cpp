// Running maxima and minima along an axis, with the library's bits.
#include "c99/int8/int8_text.h"
#include "c99/program/emitter.h"
#include "c99/text/text.h"

namespace weft::c99 {
namespace {

// $stays: does the element that is known stay? A NaN does, and a new one replaces a number.
constexpr std::string_view kLoop =
    R"(/* The $extreme element so far, along an axis. */
static void weft_running_$extreme_$name(
    int32_t outer, int32_t axis, int32_t inner, const $type *x, $type *y)
{
  for (int32_t o = 0; o < outer; ++o)
    for (int32_t c = 0; c < inner; ++c) {
      $type known = x[o * axis * inner + c];
      for (int32_t k = 0; k < axis; ++k) {
        const $type next = x[(o * axis + k) * inner + c];
        if (!($stays)) known = next;
        y[(o * axis + k) * inner + c] = known;
      }
    }
}
)";

template <bool kSmallest>
Status emit_running(Call& call) {
  const Shape& shape = call.out().shape;
  int64_t axis = call.attributes().integer("axis"), outer = 1, inner = 1;
  if (axis < 0) axis += shape.rank();
  for (int i = 0; i < axis; ++i) outer *= shape[i];
  for (int i = static_cast<int>(axis) + 1; i < shape.rank(); ++i) inner *= shape[i];
  if (shape.elements() == 0) return {};
  const DType dtype = call.out().dtype;
  const std::string name(name_of(dtype)), extreme = kSmallest ? "smallest" : "largest";
  std::string stays = kSmallest ? "known <= next" : "known >= next";
  if (is_floating(dtype)) stays += " || known != known";
  std::string text = replaced(std::string(kLoop), "$extreme", extreme);
  text = replaced(replaced(text, "$name", name), "$type", type_name(dtype));
  const std::string function = "weft_running_" + extreme + "_" + name;
  call.source().define(function, replaced(text, "$stays", stays));
  call.line(function + "(" + std::to_string(outer) + ", " +
            std::to_string(shape[static_cast<int>(axis)]) + ", " + std::to_string(inner) + ", " +
            call.read(0) + ", " + call.write() + ");");
  return {};
}

}  // namespace

WEFT_EMITTER(cummax, dense_float32, emit_running<false>);
WEFT_EMITTER(cummin, dense_float32, emit_running<true>);

}  // namespace weft::c99
