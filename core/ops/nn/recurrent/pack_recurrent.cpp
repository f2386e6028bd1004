// Packs the hidden weights of recurrent networks into the order in which the kernels of their steps
// read them (kernels/recurrent/recurrent.h): once for a model, where otherwise each call would pack
// them.

#include "base/errors.h"
#include "ops/nn/recurrent/recurrent_steps_impl.h"
#include "ops/registry.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

Result<Types> infer(const InferContext& c) {
  WEFT_TRY(rules::require_floating(c, 0));
  const Shape& weight = c.in[0].shape;
  const int64_t gates = c.integer("gates");
  if (gates != 1 && gates != 3 && gates != 4)
    return errors::invalid_value(c.op().name, "`gates` must be 1, 3 or 4; got ", gates);
  if (weight.rank() != 2 || weight.elements() == 0 || weight[0] != gates * weight[1])
    return errors::invalid_value(c.op().name, "`weight` must have shape (", gates,
                                 " H, H) and elements; got ", weight);
  return Types{{c.in[0].dtype, packed_recurrent_shape(c.in[0].dtype, gates, weight[1])}};
}

Status run(const KernelCall& call) {
  const int64_t gates = call.op.reader(call.attributes).integer("gates");
  const kernels::Cell cell = gates == 4   ? kernels::Cell::kLstm
                             : gates == 3 ? kernels::Cell::kGru
                                          : kernels::Cell::kTanh;
  const DType weight = call.in[0].dtype, lanes = is_half(weight) ? DType::kFloat32 : weight;
  const kernels::Recurrent p{lanes, weight, cell, 1, call.in[0].shape[1]};
  split_work(kernels::recurrent_units(p), elements_of(call.out[0]), nullptr, 0,
             [&](kernels::Range units, void*) {
               kernels::run_recurrent_pack(p, call.in[0].data, false, call.out[0].data, units);
             });
  return {};
}

}  // namespace

WEFT_OP(pack_recurrent) {
  op.doc("The hidden weights of a recurrent network in the order that its steps read them in.")
      .in(Namespace::kInternal)
      .input("weight", "floating, of the hidden state, shape (gates H, H)")
      .integer("gates", 1, "4 of an LSTM, 3 of a GRU, 1 of a plain network")
      .infer(infer)
      .no_gradient("the pass that makes it runs behind the gradients")
      .kernel(exact_dense_slot(run))
      .sample(R"({"shapes": [[2, 2]]})")
      .sample(R"({"shapes": [[160, 40]], "gates": 4})")
      .sample(R"({"shapes": [[9, 3]], "gates": 3})");
}

}  // namespace weft::ops
