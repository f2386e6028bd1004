// Calls a function of the host program from a graph. The function gets copies of the arrays, which
// it may keep, and its results are copied, too: a plan's memory is its own.

#include "base/errors.h"
#include "ops/op.h"
#include "ops/slots/copy_slot.h"
#include "ops/slots/host_function.h"
#include "ops/slots/kernel_call.h"
#include "runtime/engine/transfer.h"
#include "runtime/thread_state.h"

namespace weft::ops {
namespace {

// The attribute `results` lists dtype, rank and extents of each result, one after the other.
Result<Types> result_types(const AttributeReader& attributes) {
  const std::span<const int64_t> numbers = attributes.ints("results");
  const auto malformed = [&] {
    return errors::invalid_value(
        "callback", "`results` must list a dtype, a rank and the extents of each result; got ",
        numbers.size(), " numbers that do not");
  };
  Types types;
  for (size_t i = 0; i < numbers.size();) {
    if (i + 2 > numbers.size()) return malformed();
    const int64_t dtype = numbers[i];
    const int64_t rank = numbers[i + 1];
    if (dtype < 0 || dtype >= 256 || !is_known(static_cast<DType>(dtype)) || rank < 0 ||
        rank > kMaxRank || i + 2 + static_cast<size_t>(rank) > numbers.size())
      return malformed();
    const auto extents = numbers.subspan(i + 2, static_cast<size_t>(rank));
    WEFT_TRY(checked_elements(extents, "callback", "results").status());
    types.push_back({static_cast<DType>(dtype), Shape(extents)});
    i += 2 + static_cast<size_t>(rank);
  }
  return types;
}

Result<size_t> count_outputs(const AttributeReader& attributes) {
  WEFT_ASSIGN(const Types types, result_types(attributes));
  return types.size();
}

Result<Types> infer(const InferContext& context) { return result_types(context); }

// New arrays with the same elements; absent inputs are left out.
Result<std::vector<Ref<Tensor>>> copies_of(std::span<const TensorView> views) {
  std::vector<Ref<Tensor>> arrays;
  for (const TensorView& view : views) {
    if (view.rank < 0) continue;
    WEFT_ASSIGN(Ref<Tensor> array, Tensor::create(view.dtype, shape_of(view)));
    copy_elements(array->as_view(), view);
    arrays.push_back(std::move(array));
  }
  return arrays;
}

// Checks a result against its declared type, and copies it into the plan's memory.
Status take(const HostFunction& function, size_t index, const Ref<Tensor>& given,
            const TensorView& out) {
  const TensorType type = type_of(out);
  const auto wrong = [&](const std::string& got) {
    return errors::invalid_value("callback", "`", function.name(), "` must give ", to_string(type),
                                 " as result ", index, ", as declared; got ", got);
  };
  if (!given) return wrong("nothing");
  const TensorType found{given->dtype(), given->shape()};
  if (!(found == type)) return wrong(to_string(found));
  WEFT_ASSIGN(const Ref<Tensor> here, readable(*given, "callback"));
  copy_elements(out, here->as_view());
  return {};
}

// While the host's function runs, nothing is recorded, and the library does not look for
// interrupts: the host does that itself.
class HostScope {
 public:
  HostScope() : before_(std::exchange(thread_state().interruptible, false)) {}
  ~HostScope() { thread_state().interruptible = before_; }
  HostScope(const HostScope&) = delete;
  HostScope& operator=(const HostScope&) = delete;

 private:
  const ModeScope plain_{0, kRecording};
  const bool before_;
};

Status run(const KernelCall& call) {
  const HostFunction& function = *call.op.reader(call.attributes).get("function").function;
  WEFT_ASSIGN(const std::vector<Ref<Tensor>> inputs, copies_of(call.in));
  std::vector<Ref<Tensor>> outputs(call.out.size());
  {
    const HostScope scope;
    WEFT_TRY(function.call(inputs, outputs));
  }
  for (size_t i = 0; i < outputs.size(); ++i) WEFT_TRY(take(function, i, outputs[i], call.out[i]));
  return {};
}

Slot slot() {
  Slot slot;
  slot.run = run;
  slot.exactness = Exactness::kExact;
  return slot;
}

}  // namespace

WEFT_OP(callback) {
  op.doc("Calls a function of the host program on arrays, once at each run.")
      .in(Namespace::kInternal)
      .optional_input_list("arrays", "any dtype; what the function is given")
      .required(AttributeKind::kFunction, "function", "gives as many arrays as `results` has")
      .required(AttributeKind::kIntOrInts, "results", "of each result: dtype, rank, extents")
      .outputs(count_outputs)
      .infer(infer)
      .no_gradient("what a function of the host computes is not known")
      .effect()
      .kernel(slot())
      .sample(R"({"shapes": [[2, 3]], "dtypes": ["int64"], "results": [8, 2, 2, 3]})")
      .sample(R"({"shapes": [[2], []], "dtypes": ["bool", "int8"], "results": [0, 1, 2, 5, 0]})")
      .sample(R"({"shapes": [[0], [3]], "dtypes": ["float32", "float64"],
                  "results": [11, 1, 0, 12, 1, 3]})")
      .sample(R"({"shapes": [], "results": []})");
}

}  // namespace weft::ops
