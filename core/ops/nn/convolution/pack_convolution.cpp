// Packs the weights of convolutions into the order in which the kernels over channel blocks read
// them: once for a model, and in every step of a training.

#include <utility>

#include "base/errors.h"
#include "kernels/convolution/blocked/convolution_blocked.h"
#include "ops/nn/convolution/packed_weights_impl.h"
#include "ops/registry.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {

Status require_blocked_dtype(const InferContext& c) {
  if (c.in[0].dtype == DType::kFloat32 || c.in[0].dtype == DType::kBFloat16) return {};
  return errors::invalid_type(c.op().name, "`", c.op().inputs[0].name,
                              "` must be float32 or bfloat16; got ", c.in[0].dtype);
}

// Winograd: (tile elements, O / 16, C / B, B, 16). Depthwise: (C / B, KH, KW, B). Else: (panels of
// 16 filters, C / groups / B, KH, KW, B, 16).
Shape packed_shape(const kernels::Convolution& p, int64_t in_block, int64_t winograd) {
  if (winograd)
    return {(winograd + 2) * (winograd + 2), p.out_channels / kernels::kPanelChannels,
            p.in_channels / in_block, in_block, kernels::kPanelChannels};
  if (kernels::is_depthwise(p))
    return {p.in_channels / in_block, p.kernel_height, p.kernel_width, in_block};
  return {kernels::packed_panels(p, in_block),
          p.in_channels / p.groups / in_block,
          p.kernel_height,
          p.kernel_width,
          in_block,
          kernels::kPanelChannels};
}

void pack_weights(const Packing& packing, const void* weights, void* packed) {
  const Shape to = packed_shape(packing.shape, packing.in_block, packing.winograd);
  split_work(kernels::packed_panels(packing.shape, packing.in_block), to.elements(), nullptr, 0,
             [&packing, weights, packed](kernels::Range panels, void*) {
               if (packing.winograd)
                 kernels::pack_winograd(packing.shape, packing.winograd, packing.filters, weights,
                                        packed, panels);
               else
                 kernels::pack_panels(packing.shape, packing.in_block, packing.filters, weights,
                                      packed, panels);
             });
}

Shape packed_kernel(const Shape& packed, int64_t winograd) {
  if (winograd) return {3, 3};
  return packed.rank() == 4 ? Shape{packed[1], packed[2]} : Shape{packed[2], packed[3]};
}

Status check_winograd(const AttributeReader& a, const kernels::Convolution& p, int64_t in_block) {
  const int64_t side = a.integer("winograd");
  if (side == 0) return {};
  if (p.dtype != DType::kFloat32 && side != 2)
    return errors::invalid_type(a.op().name, "`", a.op().inputs[0].name,
                                "` must be float32 for `winograd` ", side, "; got ", p.dtype);
  const bool fits = p.groups == 1 && p.kernel_height == 3 && p.kernel_width == 3 &&
                    in_block == 16 && p.out_channels % 16 == 0;
  if ((side == 2 || side == 4) && fits) return {};
  return errors::invalid_value(a.op().name,
                               "`winograd` must be 0 or, with kernels of 3 x 3, one "
                               "group and blocks of 16, 2 or 4; got ",
                               side);
}

namespace {

Result<Packing> packing_of(const AttributeReader& a, DType dtype, const Shape& w) {
  if (w.rank() != 4 || w.elements() == 0)
    return errors::invalid_value("pack_convolution",
                                 "`weight` must have four axes and elements; got shape ", w);
  Packing packing{};
  kernels::Convolution& p = packing.shape;
  p.dtype = dtype;
  p.groups = a.integer("num_group");
  p.out_channels = w[0];
  p.kernel_height = w[2];
  p.kernel_width = w[3];
  if (p.groups < 1 || w[0] % p.groups != 0 ||
      __builtin_mul_overflow(w[1], p.groups, &p.in_channels))
    return errors::invalid_value("pack_convolution",
                                 "`num_group` must divide the filters of "
                                 "`weight` ",
                                 w, "; got ", p.groups);
  packing.filters = a.flag("adjoint") ? kernels::Filters::kOfAdjoint : kernels::Filters::kOwn;
  // The gradient of the data sums over filters, so the two change roles.
  if (a.flag("adjoint")) std::swap(p.in_channels, p.out_channels);
  packing.in_block = a.flag("plain") ? 1 : kernels::channel_block(p.in_channels);
  if ((packing.in_block == 1 && !a.flag("plain")) || !kernels::blocks_fit(p, packing.in_block))
    return errors::invalid_value(
        "pack_convolution",
        "`weight` must have multiples of 8 channels and filters in each of the ", p.groups,
        " groups; got shape ", w);
  WEFT_TRY(check_winograd(a, p, packing.in_block));
  packing.winograd = a.integer("winograd");
  return packing;
}

Result<Types> infer_pack(const InferContext& c) {
  WEFT_TRY(require_blocked_dtype(c));
  WEFT_ASSIGN(const Packing packing, packing_of(c, c.in[0].dtype, c.in[0].shape));
  return Types{{c.in[0].dtype, packed_shape(packing.shape, packing.in_block, packing.winograd)}};
}

Status run_pack(const KernelCall& call) {
  const Packing packing =
      packing_of(call.op.reader(call.attributes), call.in[0].dtype, shape_of(call.in[0])).value();
  pack_weights(packing, call.in[0].data, call.out[0].data);
  return {};
}

}  // namespace

WEFT_OP(pack_convolution) {
  op.doc("Weights of a convolution in the order that convolution_blocked reads them in.")
      .in(Namespace::kInternal)
      .input("weight",
             "float32 or, without winograd of 4, bfloat16; shape (filters, C / groups, KH, KW)")
      .integer("num_group", 1, "groups of channels that do not see each other")
      .boolean("plain", false, "the data will come as (N, C, H, W)")
      .integer("winograd", 0, "side of Winograd's tiles, 2 or 4, that weights are transformed for")
      .boolean("adjoint", false,
               "for convolution_data_blocked: filters are the channels summed over")
      .infer(infer_pack)
      .no_gradient("the pass that makes it runs behind the gradients")
      .kernel(dense_slot(run_pack))
      .sample(R"({"shapes": [[24, 16, 3, 2]], "dtypes": ["float32"]})")
      .sample(R"({"shapes": [[16, 3, 2, 2]], "dtypes": ["float32"], "plain": true})")
      .sample(R"({"shapes": [[32, 1, 3, 3]], "dtypes": ["float32"], "num_group": 32})")
      .sample(R"({"shapes": [[32, 8, 1, 2]], "dtypes": ["float32"], "num_group": 1})")
      .sample(R"({"shapes": [[32, 32, 1, 1]], "dtypes": ["float32"], "num_group": 2})")
      .sample(R"({"shapes": [[16, 32, 3, 3]], "dtypes": ["float32"], "winograd": 2})")
      .sample(R"({"shapes": [[32, 16, 3, 3]], "dtypes": ["float32"], "winograd": 4})")
      .sample(R"({"shapes": [[32, 16, 3, 2]], "dtypes": ["float32"], "num_group": 2,
                  "adjoint": true})")
      .sample(R"({"shapes": [[16, 32, 3, 3]], "dtypes": ["float32"], "winograd": 2,
                  "adjoint": true})");
}

}  // namespace weft::ops
