// Comparing arguments, and copying attributes so that they outlive the call.

#include "ops/argument.h"

#include <algorithm>

#include "ops/slots/host_function.h"
#include "ops/weak_integers.h"

namespace weft::ops {

DType kind_dtype(const Argument& scalar) {
  if (scalar.tag == Tag::kBool) return DType::kBool;
  if (scalar.tag == Tag::kComplex) return DType::kComplex128;
  return is_weak_integer(scalar) ? DType::kInt64 : DType::kFloat64;
}

bool same_argument(const Argument& a, const Argument& b) {
  if (a.tag != b.tag) return false;
  switch (a.tag) {
    case Tag::kString: return a.as_text() == b.as_text();
    case Tag::kInts: return std::ranges::equal(a.as_ints(), b.as_ints());
    case Tag::kDefault:
    case Tag::kNone: return true;
    default: return a.integer == b.integer;  // compares all eight bytes of the union
  }
}

// Two passes: the first counts, so that the second can point into memory that does not move.
Attributes::Attributes(std::span<const Argument> arguments) {
  if (arguments.empty()) return;
  auto block = std::make_shared<Block>();
  block->arguments.assign(arguments.begin(), arguments.end());
  size_t ints = 0;
  size_t text = 0;
  for (const Argument& a : arguments) {
    if (a.tag == Tag::kInts) ints += a.count;
    if (a.tag == Tag::kString) text += a.count;
  }
  block->ints.reserve(ints);  // no reallocation below: the arguments point into these
  block->text.reserve(text);
  for (Argument& a : block->arguments) {
    if (a.tag == Tag::kInts) {
      const int64_t* begin = block->ints.data() + block->ints.size();
      block->ints.insert(block->ints.end(), a.ints, a.ints + a.count);
      a.ints = begin;
    } else if (a.tag == Tag::kString) {
      const char* begin = block->text.data() + block->text.size();
      block->text.append(a.as_text());
      a.text = begin;
    } else if (a.tag == Tag::kFunction) {
      block->functions.emplace_back(a.function);
    }
  }
  block_ = std::move(block);
}

bool operator==(const Attributes& a, const Attributes& b) {
  return a.block_ == b.block_ || std::ranges::equal(a.view(), b.view(), same_argument);
}

}  // namespace weft::ops
