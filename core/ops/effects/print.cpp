// Prints arrays for people. An effect: it happens when the program runs, in the order in which it
// was written.

#include "ops/effects/text_impl.h"
#include "runtime/output.h"

namespace weft::ops {
namespace {

Result<size_t> no_outputs(const AttributeReader&) { return size_t{0}; }

Result<Types> infer(const InferContext& context) {
  WEFT_TRY(check_places(context, "format", 0));
  return Types();
}

Status run(const KernelCall& call) {
  const AttributeReader attributes = call.op.reader(call.attributes);
  return write_output(fill_places(attributes.text("format"), call.in) + '\n');
}

Slot slot() {
  Slot slot;
  slot.run = run;
  slot.exactness = Exactness::kExact;
  return slot;
}

}  // namespace

WEFT_OP(print) {
  op.doc("Prints a line: a text with arrays in the places that it marks by `{}`.")
      .in(Namespace::kInternal)
      .optional_input_list("arrays", "any dtype; one for each `{}`")
      .text("format", "{}", "`{{` and `}}` are braces")
      .outputs(no_outputs)
      .infer(infer)
      .no_gradient("it has no results")
      .effect()
      .kernel(slot())
      .sample(R"({"shapes": [[2, 3]]})")
      .sample(R"({"shapes": [[], [0, 2]], "dtypes": ["int64", "bool"], "format": "{} and {}"})")
      .sample(R"({"shapes": [], "format": "{{no array}}"})");
}

}  // namespace weft::ops
