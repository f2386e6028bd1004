// An assertion that runs with the program: it fails the call if an element is false.

#include <cstring>

#include "base/errors.h"
#include "kernels/elementwise/elementwise.h"
#include "ops/effects/text_impl.h"
#include "ops/slots/elementwise_slot.h"
#include "ops/slots/kernel_call.h"

namespace weft::ops {
namespace {

Result<size_t> no_outputs(const AttributeReader&) { return size_t{0}; }

Result<Types> infer(const InferContext& context) {
  WEFT_TRY(check_places(context, "message", 1));
  return Types();
}

// The indices of an element, from its number in row-major order.
Shape place_of(int64_t element, const Shape& shape) {
  Shape place = shape;
  for (int axis = shape.rank(); axis-- > 0;) {
    place[axis] = element % shape[axis];
    element /= shape[axis];
  }
  return place;
}

// "; 2 of 6 elements are false, the first at (0, 1)"; empty for a scalar.
std::string which(std::span<const char> truths, const Shape& shape) {
  if (shape.rank() == 0) return "";
  int64_t wrong = 0;
  int64_t first = -1;
  for (size_t i = 0; i < truths.size(); ++i) {
    if (truths[i]) continue;
    if (first < 0) first = static_cast<int64_t>(i);
    ++wrong;
  }
  return errors::join("; ", wrong, " of ", truths.size(), " elements are false, the first at ",
                      place_of(first, shape));
}

// Numbers are converted to bools in scratch first: 0 is false, everything else true.
Status run(const KernelCall& call) {
  const TensorView& condition = call.in[0];
  const auto count = static_cast<size_t>(elements_of(condition));
  TensorView truths = condition;
  truths.data = call.scratch;
  truths.dtype = DType::kBool;
  if (count == 0) return {};
  if (condition.dtype == DType::kBool)
    std::memcpy(call.scratch, condition.data, count);
  else
    WEFT_TRY(
        run_one_step(kernels::cast_step(condition.dtype, DType::kBool), {&condition, 1}, truths));
  // The usual case, all true, is one search for a zero byte.
  if (!std::memchr(call.scratch, 0, count)) return {};
  const AttributeReader attributes = call.op.reader(call.attributes);
  const std::string_view written = attributes.text("where");
  return Status(
      StatusCode::kCheckFailed,
      errors::join("check: ", fill_places(attributes.text("message"), call.in.subspan(1)),
                   which({static_cast<const char*>(call.scratch), count}, shape_of(condition)),
                   written.empty() ? "" : " (", written, written.empty() ? "" : ")"));
}

Slot slot() {
  Slot slot = exact_dense_slot(run);
  slot.scratch_bytes = [](const SlotTypes& types, int) { return types.in[0].shape.elements(); };
  return slot;
}

}  // namespace

WEFT_OP(check) {
  op.doc("Fails the call with a message unless all elements of a condition are true.")
      .in(Namespace::kInternal)
      .index_input("condition", "any dtype; numbers are true where they are not 0")
      .optional_input_list("arrays", "any dtype; one for each `{}` of the message")
      .required(AttributeKind::kString, "message", "`{{` and `}}` are braces")
      .text("where", "", "the part of the program that says so")
      .outputs(no_outputs)
      .infer(infer)
      .no_gradient("it has no results")
      .effect()
      .kernel(slot())
      .domain(1, 2)
      .sample(R"({"shapes": [[2, 3]], "message": "positive"})")
      .sample(R"({"shapes": [[], [3]], "message": "a number; got {}", "where": "test.py:1"})")
      .sample(R"({"shapes": [[0, 2]], "message": "of nothing"})");
}

}  // namespace weft::ops
