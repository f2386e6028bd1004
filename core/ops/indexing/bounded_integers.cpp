// Integers that must lie inside bounds, checked when they are known: when the program runs. Unlike
// `check` this is no effect: the program goes on with the result.

#include <atomic>

#include "base/errors.h"
#include "ops/rules.h"
#include "ops/slots/copy_slot.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

Result<Types> infer(const InferContext& c) {
  if (c.in[0].dtype != DType::kInt64)
    return errors::invalid_type(c.op().name, "`x` must be int64; got ", c.in[0].dtype);
  return rules::same_as_input(c);
}

Status run(const KernelCall& call) {
  const AttributeReader a = call.op.reader(call.attributes);
  const int64_t minimum = a.integer("least"), maximum = a.integer("most");
  const auto* const numbers = static_cast<const int64_t*>(call.in[0].data);
  const int64_t count = elements_of(call.in[0]);
  for (int64_t i = 0; i < count; ++i)
    if (numbers[i] < minimum || numbers[i] > maximum) {
      const Status refused =
          errors::invalid_value(a.text("caller"), a.text("what"), " must be in [", minimum, ", ",
                                maximum, "]; got ", numbers[i], " at position ", i);
      if (!a.flag("is_index")) return refused;
      return Status(StatusCode::kIndexOutOfRange, std::string(refused.message()));
    }
  if (call.out[0].data != call.in[0].data) copy_elements(call.out[0], call.in[0]);
  return {};
}

}  // namespace

WEFT_OP(bounded_integers) {
  op.doc("The integers that it is given, of which none may lie outside of bounds.")
      .in(Namespace::kInternal)
      .index_input("x", "int64, any shape")
      .required(AttributeKind::kInt, "least", "lower bound")
      .required(AttributeKind::kInt, "most", "upper bound")
      .required(AttributeKind::kString, "caller", "operator that refuses others")
      .required(AttributeKind::kString, "what", "what they are to it")
      .boolean("is_index", false, "are they places, so that others are an IndexError?")
      .infer(infer)
      .no_gradient("integers")
      .kernel(exact_dense_slot(run))
      .sample(R"({"shapes": [[3]], "dtypes": ["int64"], "least": -9, "most": 9, "caller": "f",
                  "what": "`x`"})")
      .sample(R"({"shapes": [[0, 2]], "dtypes": ["int64"], "least": 0, "most": 0, "caller": "f",
                  "what": "`x`", "is_index": true})");
}

}  // namespace weft::ops
