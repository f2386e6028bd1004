// Arrays as text, and texts with places for arrays.

#include "ops/effects/text_impl.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/errors.h"
#include "base/real_text.h"
#include "kernels/elementwise/elementwise.h"
#include "ops/slots/elementwise_slot.h"
#include "ops/slots/kernel_call.h"

namespace weft::ops {
namespace {

constexpr int64_t kMaxShown = 1000;  // elements; a larger array is summarised
constexpr int64_t kEdge = 3;         // how many are shown at each end of a summarised axis

// Converts one element with the kernel of cast, so that halves have one conversion only.
void convert(const void* from, DType from_dtype, void* to, DType to_dtype) {
  const TensorView source{const_cast<void*>(from), {}, {}, 0, from_dtype};
  const TensorView target{to, {}, {}, 0, to_dtype};
  const Status status =
      run_one_step(kernels::cast_step(from_dtype, to_dtype), {&source, 1}, target);
  WEFT_ASSERT(status.ok());
}

template <class Number>
std::string shortest(Number value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return {buffer, end};
}

// For a half: the fewest digits that are rounded to the same half.
std::string shortest_narrow(const void* element, DType dtype, double value) {
  char buffer[32];
  for (int digits = 1;; ++digits) {
    const auto end =
        std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general, digits)
            .ptr;
    const double read = *real_of_text(std::string_view(buffer, static_cast<size_t>(end - buffer)));
    uint16_t back = 0;
    convert(&read, DType::kFloat64, &back, dtype);
    if (std::equal(reinterpret_cast<const char*>(&back), reinterpret_cast<const char*>(&back) + 2,
                   static_cast<const char*>(element)) ||
        digits == 6)
      return {buffer, end};
  }
}

std::string float_text(const void* element, DType dtype) {
  double value = 0;
  convert(element, dtype, &value, DType::kFloat64);
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  const std::string text = dtype == DType::kFloat64   ? shortest(value)
                           : dtype == DType::kFloat32 ? shortest(static_cast<float>(value))
                                                      : shortest_narrow(element, dtype, value);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

// As Python writes numbers and bools.
std::string element_text(const void* element, DType dtype) {
  if (is_floating(dtype)) return float_text(element, dtype);
  int64_t value = 0;
  convert(element, dtype, &value, DType::kInt64);
  if (dtype == DType::kBool) return value ? "True" : "False";
  return dtype == DType::kUInt64 ? shortest(static_cast<uint64_t>(value)) : shortest(value);
}

// Writes nested lists, axis by axis.
class Writer {
 public:
  explicit Writer(const TensorView& array)
      : array_(array), summarises_(elements_of(array) == 0 || elements_of(array) > kMaxShown) {}

  std::string run() {
    write(0, static_cast<const char*>(array_.data));
    return std::move(text_);
  }

 private:
  void write(int axis, const char* at) {
    if (axis == array_.rank) {
      text_ += element_text(at, array_.dtype);
      return;
    }
    const int64_t extent = array_.shape[axis];
    const int64_t step = array_.strides[axis] * size_of(array_.dtype);
    text_ += '[';
    for (int64_t i = 0; i < extent; ++i) {
      if (i > 0) text_ += ", ";
      if (summarises_ && i == kEdge && extent > 2 * kEdge) {
        text_ += "..., ";
        i = extent - kEdge;
      }
      write(axis + 1, at + i * step);
    }
    text_ += ']';
  }

  const TensorView& array_;
  const bool summarises_;
  std::string text_;
};

// Calls `literal` with each character that stands for itself, and `place` for each `{}`. False if a
// brace is neither part of a place nor doubled.
template <class Literal, class Place>
bool walk(std::string_view text, const Literal& literal, const Place& place) {
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if ((c == '{' || c == '}') && next == c) {
      literal(c);
      ++i;
    } else if (c == '{' && next == '}') {
      place();
      ++i;
    } else if (c == '{' || c == '}') {
      return false;
    } else {
      literal(c);
    }
  }
  return true;
}

}  // namespace

std::string array_text(const TensorView& array) { return Writer(array).run(); }

Status check_places(const InferContext& context, std::string_view attribute, size_t first) {
  const std::string_view text = context.text(attribute);
  const std::string& op = context.op().name;
  size_t places = 0;
  size_t arrays = 0;
  if (!walk(
          text, [](char) {}, [&] { ++places; }))
    return errors::invalid_value(op, "`", attribute, "` may have `{}` for an array, `{{` and `}}` ",
                                 "for braces, and no other braces; got \"", text, "\"");
  for (size_t i = first; i < context.in.size(); ++i) arrays += context.given(i);
  if (places == arrays) return {};
  return errors::invalid_value(op, "`", attribute, "` must have one `{}` for each of ", arrays,
                               " arrays; got \"", text, "\"");
}

std::string fill_places(std::string_view text, std::span<const TensorView> arrays) {
  std::string filled;
  size_t next = 0;
  walk(
      text, [&](char c) { filled += c; },
      [&] {
        while (next < arrays.size() && arrays[next].rank < 0) ++next;
        if (next < arrays.size()) filled += array_text(arrays[next++]);
      });
  return filled;
}

}  // namespace weft::ops
