// Running sums and products: linear recurrences along an axis, in the library's order and with its
// bits.
#include "base/real_text.h"
#include "c99/int8/int8_text.h"
#include "c99/program/emitter.h"
#include "c99/text/text.h"

namespace weft::c99 {
namespace {

// $wide is uint64_t for integers: they wrap in it, and the cast keeps the low bits, as signed types
// of the same width would do if C defined that.
constexpr std::string_view kRecurrence =
    R"(/* h[k] = factor[k] h[k-1] + term[k] along an axis; either may be absent. */
static void weft_recurrence_$name(
    int32_t outer, int32_t axis, int32_t inner, int reverse, $type start, const $type *factor,
    const $type *term, $type *y)
{
  for (int32_t o = 0; o < outer; ++o)
    for (int32_t c = 0; c < inner; ++c) {
      $type state = start;
      for (int32_t k = 0; k < axis; ++k) {
        const int32_t at = (o * axis + (reverse ? axis - 1 - k : k)) * inner + c;
        if (factor) state = ($type)(($wide)state * ($wide)factor[at]);
        if (term) state = ($type)(($wide)state + ($wide)term[at]);
        y[at] = state;
      }
    }
}
)";

Status emit_recurrence(Call& call) {
  const Shape& shape = call.out().shape;
  const ops::AttributeReader a = call.attributes();
  int64_t axis = a.integer("axis"), outer = 1, inner = 1;
  if (axis < 0) axis += shape.rank();
  for (int i = 0; i < axis; ++i) outer *= shape[i];
  for (int i = static_cast<int>(axis) + 1; i < shape.rank(); ++i) inner *= shape[i];
  const DType dtype = call.out().dtype;
  const std::string type(type_name(dtype)), name(name_of(dtype));
  std::string text = replaced(std::string(kRecurrence), "$name", name);
  text = replaced(text, "$type", type);
  call.source().define("weft_recurrence_" + name,
                       replaced(text, "$wide", is_floating(dtype) ? type : "uint64_t"));
  std::string line = "weft_recurrence_" + name + "(";
  for (const int64_t number : {outer, shape[static_cast<int>(axis)], inner})
    line += std::to_string(number) + ", ";
  line += std::string(a.flag("reverse") ? "1" : "0") + ", (" + type + ")" +
          text_of_real(a.real("start"));
  line += ", " + (call.given(0) ? call.read(0) : "NULL");
  line += ", " + (call.given(1) ? call.read(1) : "NULL");
  call.line(line + ", " + call.write() + ");");
  return {};
}

}  // namespace

WEFT_EMITTER(recurrence, dense_float32, emit_recurrence);

}  // namespace weft::c99
