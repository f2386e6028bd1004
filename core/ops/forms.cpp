// Finds the dtypes that a call has to do with, and who answers for them.

#include "ops/forms.h"

#include "ops/complex/complex.h"
#include "ops/storage/storage.h"

namespace weft::ops {
namespace {

struct Found {
  bool any_complex = false;
  bool any_storage = false;

  void note(DType dtype) {
    if (static_cast<int>(dtype) < kNumDTypes || !is_known(dtype)) return;
    any_complex |= is_complex(dtype);
    any_storage |= is_storage(dtype);
  }
};

// Every call that is not a fast one asks, so no type is made of an array that is there.
void note_input(Found& found, const Value& input, Builder& builder) {
  if (!input || input.is_rows()) return;
  if (input.is_tensor())
    found.note(input.tensor()->dtype());
  else if (input.is_scalar())
    found.any_complex |= input.scalar().tag == Tag::kComplex;
  else
    found.note(builder.type(input).dtype);
}

}  // namespace

// A call with both goes to the storage dtypes: what they become may meet complex numbers.
std::optional<Values> by_form(const OpDef& op, std::span<const Value> inputs,
                              std::span<const Argument> attributes, Builder& builder) {
  Found found;
  for (const Value& input : inputs) note_input(found, input, builder);
  for (const Argument& a : attributes)
    if (a.tag == Tag::kDType && a.integer >= 0 && a.integer < 256)
      found.note(static_cast<DType>(a.integer));
  if (found.any_storage) return on_storage(op, inputs, attributes, builder);
  if (found.any_complex) return on_planes(op, inputs, attributes, builder);
  return {};
}

}  // namespace weft::ops
