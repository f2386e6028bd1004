// Law: convolutions of images, batch norms, poolings, their gradients, sums over planes,
// concatenations and elementwise nodes between them run over channel blocks (N, C / B, H, W, B)
// where channels are multiples of 8. Everything else, inputs and outputs included, sees plain
// arrays (N, C, H, W). Values change as by another order of summation. A sequence (N, C, W) is an
// image of height one, and the slices of a volume (N, C, D, H, W) are images.
//
// A value has a plain form, a blocked form or both; each is made when it is first asked for. A
// convolution decides: its result is blocked, and what follows takes the form that it finds. A
// plain image whose channels fill no blocks, such as a network's input, is read as it is, so blocks
// begin without a conversion. They end in one conversion for each value that something else reads;
// in none where planes have become single elements. A plain image of whole blocks is converted
// first, which costs less than reading it plain; so are cotangents. The gradient of a bfloat16
// weight is float32 between casts.
#include <algorithm>

#include "graph/passes/block_channels_impl.h"
#include "graph/passes/block_poolings_impl.h"
#include "graph/passes/passes.h"
#include "ops/problems/channel_blocks.h"
#include "ops/registry.h"

namespace weft::graph {
namespace {

// The axes of the batch and of a plane; without the first, those of a plane.
constexpr int64_t kPlane[] = {0, 2, 3};

// Rewrites one graph. The forms of values are in the base classes: of images, of volumes, of
// poolings.
class Blocking : BlockedPoolings {
 public:
  explicit Blocking(const Graph& graph) : BlockedPoolings(graph) {}

  // A node that is not rewritten gets the plain form of its operands.
  Result<Graph> run() {
    for (const Node& node : graph_.nodes) {
      builder_.stand_for(node);
      if (!rewrite(node)) {
        for (const Operand& operand : node.operands)
          if (operand.is_value()) plain(operand.value);
        rewrite_.copy(node);
      }
      WEFT_TRY(builder_.status());
    }
    builder_.stand_for(Node());
    for (const ValueId id : graph_.outputs) plain(id);
    WEFT_TRY(builder_.status());
    return rewrite_.finish();
  }

 private:
  // ---- rewriting: true where the node's outputs have a form in the new graph

  bool rewrite(const Node& node) {
    if (!node.op || node.effect >= 0 || node.op->is_random || node.clone_of != kNoValue)
      return false;
    if (is_named(node, "convolution_image")) return convolution(node);
    if (is_named(node, "convolution_data")) return data_gradient(node);
    if (is_named(node, "convolution_weight")) return weight_gradient(node);
    if (is_named(node, "batch_norm_training")) return batch_norm(node, 0, {0});
    if (is_named(node, "batch_norm_training_gradient")) return batch_norm(node, 3, {0, 3});
    if (is_named(node, "pooling_image")) return pooling(node);
    if (is_named(node, "pooling_indices")) return pooling_taps(node);
    if (is_named(node, "pooling_scatter")) return pooling_scatter(node);
    if (is_named(node, "pooling_average_gradient")) return pooling_average(node);
    if (is_named(node, "concatenate")) return concatenation(node);
    if (is_named(node, "sum")) return sum_of_planes(node);
    if (is_named(node, "broadcast_to")) return spread(node);
    if (is_named(node, "reshape")) return reshape(node);
    if (is_named(node, "unfold_depth")) return unfold(node);
    if (is_named(node, "fold_depth")) return fold(node);
    return (node.op->slot.elementwise || is_named(node, "cast")) && elementwise(node);
  }

  // The value in float32.
  static ops::Value wide(const ops::Value& x) { return ops::cast(x, DType::kFloat32); }

  // What a convolution reads as its data: images, or slices of volumes.
  struct Data {
    ops::Value array;
    Argument slices = Argument::none();  // numbers of a volume's slices; none: images
    int64_t kernel = 1;                  // slices that a window covers
  };
  // The plain image, its blocks, or the slices of a volume.
  Data data_of(ValueId x, int64_t groups) {
    if (!is_window(x) || groups > 1)
      return {ops::channel_block(shape(x)[1]) == 1 ? plain_image(x) : blocked(x)};
    const Slices read = slices(x);
    return {read.array, numbers(read.numbers()), read.kernel};
  }

  // Packs the weight for the blocked kernel and emits it. The packing is prepared once if the
  // weight is frozen.
  bool convolution(const Node& node) {
    const ValueId x = node.operands[0].value, w = node.operands[1].value;
    if (!has_blocks(graph_.type(x).dtype)) return false;
    const ops::AttributeReader a = node.op->reader(attributes_of(node));
    const int64_t channels = shape(x)[1], filters = shape(w)[0], groups = a.integer("num_group");
    const int64_t block = ops::channel_block(channels);
    const bool is_plain = block == 1;
    if ((is_plain && groups > 1) || !ops::has_blocked_convolution(channels, filters, groups, block))
      return false;
    const Argument tile =
        Argument::of_int(is_plain ? 0
                                  : winograd(ops::winograd_tile, a, image(w), channels, filters,
                                             image(node.outputs[0]), graph_.type(x).dtype));
    const Argument packing[] = {a.get("num_group"), Argument::of_bool(is_plain), tile};
    const Data data = data_of(x, groups);
    const ops::Value w_plain = by_slices(plain_image(w), data.kernel);
    ops::Values inputs = {data.array, emit("pack_convolution", {&w_plain, 1}, packing)};
    if (node.operands.size() > 2 && node.operands[2].is_value())
      inputs.push_back(plain(node.operands[2].value));
    const Argument attributes[] = {Argument::none(), a.get("stride"),    a.get("pad"),
                                   a.get("dilate"),  a.get("num_group"), Argument::of_int(filters),
                                   Argument::none(), Argument::none(),   tile,
                                   data.slices};
    set_blocked(node.outputs[0], emit("convolution_blocked", inputs, attributes));
    return true;
  }

  // The gradient for the data: a blocked convolution of the cotangent by the transposed weight.
  bool data_gradient(const Node& node) {
    const ValueId dout = node.operands[0].value, w = node.operands[1].value;
    const TensorType& cotangent = graph_.type(dout);
    const Shape data = image(node.outputs[0]);
    if (!has_blocks(cotangent.dtype)) return false;
    const ops::AttributeReader a = node.op->reader(attributes_of(node));
    const int64_t filters = cotangent.shape[1], block = ops::channel_block(filters);
    const int64_t groups = a.integer("num_group");
    if (block == 1 || !ops::has_blocked_convolution(filters, data[1], groups, block)) return false;
    const bool is_half = cotangent.dtype == DType::kBFloat16;
    const Argument tile =
        Argument::of_int(is_half ? 0
                                 : winograd(ops::winograd_tile, a, image(w), filters, data[1], data,
                                            DType::kFloat32));
    const Argument packing[] = {a.get("num_group"), Argument::of_bool(false), tile,
                                Argument::of_bool(true)};
    const int64_t folded = groups == 1 ? folded_slices(node.outputs[0]) : 0;
    const ops::Value w_plain = folded > 1 ? by_slices(plain_image(w), folded) : plain_image(w);
    const ops::Value inputs[] = {blocked(dout), emit("pack_convolution", {&w_plain, 1}, packing)};
    Arguments attributes(a.all().begin(), a.all().end());
    attributes.push_back(tile);
    const ops::Value result = emit("convolution_data_blocked", inputs, attributes);
    if (folded > 0)
      set_folded(node.outputs[0], result);
    else
      set_blocked(node.outputs[0], result);
    return true;
  }

  // The gradient for the weight is emitted over blocks; its result has the plain form.
  bool weight_gradient(const Node& node) {
    const ValueId x = node.operands[0].value, dout = node.operands[1].value;
    const DType dtype = graph_.type(x).dtype;
    if (!has_blocks(dtype)) return false;
    const ops::AttributeReader a = node.op->reader(attributes_of(node));
    const int64_t channels = shape(x)[1], filters = shape(dout)[1];
    const int64_t groups = a.integer("num_group"), block = ops::channel_block(channels);
    if (!ops::has_blocked_convolution(channels, filters, groups, block)) return false;
    const Data data = data_of(x, groups);
    const ops::Value inputs[] = {wide(data.array), wide(blocked(dout))};
    const auto tile = winograd(ops::winograd_weight_tile, a, image(node.outputs[0]), channels,
                               filters, image(dout), DType::kFloat32);
    Arguments attributes(a.all().begin(), a.all().end());
    attributes.push_back(Argument::of_int(tile));
    attributes.push_back(data.slices);
    const ops::Value dw =
        by_channels(emit("convolution_weight_blocked", inputs, attributes), data.kernel);
    const Shape& w = shape(node.outputs[0]);
    rewrite_.set(node.outputs[0], ops::cast(w.rank() == 3 ? ops::reshape(dw, w) : dw, dtype).id());
    return true;
  }

  // `data`: the operand that decides; `images`: the operands as large as the data, which have to be
  // blocked.
  bool batch_norm(const Node& node, size_t data, std::initializer_list<size_t> images) {
    const ValueId x = node.operands[data].value;
    if (!is_blocked(x) || !has_blocks(graph_.type(x).dtype)) return false;
    ops::Values inputs;
    for (size_t i = 0; i < node.operands.size(); ++i) {
      const ValueId operand = node.operands[i].value;
      const bool is_image = std::ranges::find(images, i) != images.end();
      inputs.push_back(is_image ? blocked(operand) : plain(operand));
    }
    const ops::Values results =
        builder_.emit(ops::op_named(node.op->name + "_blocked"), inputs, node.attributes.view());
    set_blocked(node.outputs[0], results[0]);
    for (size_t i = 1; i < results.size(); ++i) rewrite_.set(node.outputs[i], results[i].id());
    return true;
  }

  // The side of Winograd's tiles that `rule` chooses for this convolution, or 0.
  int64_t winograd(int64_t (*rule)(const ops::ConvolutionShape&), const ops::AttributeReader& a,
                   const Shape& weight, int64_t channels, int64_t filters, const Shape& out,
                   DType dtype) const {
    const auto is_one = [&](std::string_view name) {
      return !a.has(name) ||
             std::ranges::all_of(a.ints(name), [](int64_t number) { return number == 1; });
    };
    if (!is_one("stride") || !is_one("dilate")) return 0;
    ops::ConvolutionShape p{};
    p.dtype = dtype;
    p.batch = out[0];
    p.groups = a.integer("num_group");
    p.in_channels = channels;
    p.out_channels = filters;
    p.kernel_height = weight[2];
    p.kernel_width = weight[3];
    p.out_height = out[2];
    p.out_width = out[3];
    p.stride_height = p.stride_width = p.dilation_height = p.dilation_width = 1;
    return rule(p);
  }

  // Broadcasting of one element for each channel, as the cotangent of a mean.
  bool spread(const Node& node) {
    const ValueId x = node.operands[0].value;
    if (!is_image(shape(node.outputs[0])) || shape(x).rank() != shape(node.outputs[0]).rank())
      return false;
    const Shape to = image(node.outputs[0]), from = image(x);
    const bool is_one_a_channel = from[1] == to[1] && from[2] * from[3] == 1 &&
                                  has_slices_of(shape(x), shape(node.outputs[0]));
    if (ops::channel_block(to[1]) == 1 || !meets_blocks(to) || !is_one_a_channel ||
        (from[0] != to[0] && shape(x).rank() != 5))
      return false;
    const Shape in_blocks = ops::blocked_shape(to, ops::channel_block(to[1]));
    set_blocked(node.outputs[0], ops::broadcast_to(blocked(x), in_blocks));
    return true;
  }

  // Along the channels, if every part fills its blocks and one part is blocked already.
  bool concatenation(const Node& node) {
    const ops::AttributeReader a = node.op->reader(node.attributes.view());
    const Shape& whole = shape(node.outputs[0]);
    if (!is_image(whole) || !a.has("axis") ||
        (a.integer("axis") != 1 && a.integer("axis") != 1 - whole.rank()))
      return false;
    const int64_t block = ops::channel_block(whole[1]);
    const auto fits = [&](const Operand& part) {
      return part.is_value() && ops::channel_block(shape(part.value)[1]) == block;
    };
    const auto is_ready = [&](const Operand& part) {
      return part.is_value() && is_blocked(part.value);
    };
    if (block == 1 || !std::ranges::all_of(node.operands, fits) ||
        !std::ranges::any_of(node.operands, is_ready))
      return false;
    ops::Values parts;
    for (const Operand& part : node.operands) parts.push_back(blocked(part.value));
    const Argument axis = Argument::of_int(1);
    set_blocked(node.outputs[0], emit("concatenate", parts, {&axis, 1}));
    return true;
  }

  // A sum over planes, with or without the batch: it gives one number for each channel.
  bool sum_of_planes(const Node& node) {
    const ValueId x = node.operands[0].value;
    if (!is_blocked(x)) return false;
    const ops::AttributeReader a = node.op->reader(node.attributes.view());
    const int rank = shape(x).rank();
    Shape axes;
    for (const int64_t axis : a.has("axis") ? a.ints("axis") : std::span<const int64_t>())
      axes.push_back(axis < 0 ? axis + rank : axis);
    if (rank == 3 && std::ranges::count(axes.span(), 2) == 1) axes.push_back(3);
    if (rank == 5) return sum_of_volume(node, axes);
    const bool is_of_batch = std::ranges::is_permutation(axes.span(), kPlane);
    if (!is_of_batch && !std::ranges::is_permutation(axes.span(), std::span(kPlane).subspan(1)))
      return false;
    Arguments attributes(a.all().begin(), a.all().end());
    for (size_t i = 0; i < attributes.size(); ++i)
      if (node.op->attributes[i].name == "axis")
        attributes[i] = Argument::of_ints(std::span(kPlane).subspan(is_of_batch ? 0 : 1));
    const ops::Value data = blocked(x);
    const ops::Value sums = emit("sum", {&data, 1}, attributes);
    if (shape(node.outputs[0]).rank() == rank)
      set_blocked(node.outputs[0], sums);
    else
      rewrite_.set(node.outputs[0], ops::reshape(sums, shape(node.outputs[0])).id());
    return true;
  }

  // The same for a volume; its slices are images.
  bool sum_of_volume(const Node& node, const Shape& axes) {
    constexpr int64_t kAll[] = {0, 2, 3, 4};
    const bool is_of_batch = std::ranges::is_permutation(axes.span(), kAll);
    if (!is_of_batch && !std::ranges::is_permutation(axes.span(), std::span(kAll).subspan(1)))
      return false;
    const ops::AttributeReader a = node.op->reader(node.attributes.view());
    const ops::Value data = blocked(node.operands[0].value);
    const Shape b = data.shape(), &whole = shape(node.operands[0].value);
    const ops::Value slices = ops::reshape(data, {whole[0], whole[2], b[1], b[2], b[3], b[4]});
    constexpr int64_t kSummed[] = {0, 1, 3, 4};
    Arguments attributes(a.all().begin(), a.all().end());
    for (size_t i = 0; i < attributes.size(); ++i)
      if (node.op->attributes[i].name == "axis")
        attributes[i] = Argument::of_ints(std::span(kSummed).subspan(is_of_batch ? 0 : 1));
    const ops::Value sums = emit("sum", {&slices, 1}, attributes);
    const Shape& out = shape(node.outputs[0]);
    if (out.rank() == 5)
      set_blocked(node.outputs[0],
                  ops::reshape(sums, ops::blocked_shape(image(node.outputs[0]), b[4])));
    else
      rewrite_.set(node.outputs[0], ops::reshape(sums, out).id());
    return true;
  }

  // Does an operand that is broadcast to a volume have all of its slices, or one for all?
  static bool has_slices_of(const Shape& operand, const Shape& out) {
    if (out.rank() != 5) return true;
    const Shape s = with_axes(operand, 5);
    const int64_t slices = s[0] * s[2];
    return slices == 1 || slices == out[0] * out[2] || out[0] == 1 || out[2] == 1;
  }

  // Elementwise nodes are blocked if one operand of the result's shape is; other operands are
  // converted.
  bool elementwise(const Node& node) {
    const Shape& out = shape(node.outputs[0]);
    if (!is_image(out) || ops::channel_block(out[1]) == 1) return false;
    const auto is_ready = [&](const Operand& operand) {
      return operand.is_value() && is_blocked(operand.value) && shape(operand.value) == out;
    };
    const auto fits = [&](const Operand& operand) {
      return !operand.is_value() || has_slices_of(shape(operand.value), out);
    };
    if (!std::ranges::any_of(node.operands, is_ready) || !std::ranges::all_of(node.operands, fits))
      return false;
    ops::Values inputs;
    for (const Operand& operand : node.operands) {
      if (operand.is_value())
        inputs.push_back(blocked(operand.value, out[1], out.rank()));
      else if (operand.is_scalar())
        inputs.push_back(ops::Value(&builder_, operand.scalar));
      else
        inputs.emplace_back();
    }
    set_blocked(node.outputs[0], builder_.emit(*node.op, inputs, node.attributes.view())[0]);
    return true;
  }
};

}  // namespace

// Of the halves, only bfloat16 has kernels over channel blocks.
bool has_half_blocks(const Graph& graph, const Node& node, DType half) {
  const bool is_forward = is_named(node, "convolution_image");
  if (half != DType::kBFloat16 || (!is_forward && !is_named(node, "convolution_data")))
    return false;
  const Shape &from = graph.type(node.operands[0].value).shape,
              &to = graph.type(node.outputs[0]).shape;
  const int64_t groups = node.op->reader(node.attributes.view()).integer("num_group");
  const int64_t block = ops::channel_block(from[1]);
  return (block > 1 || (is_forward && groups == 1)) &&
         ops::has_blocked_convolution(from[1], to[1], groups, block);
}

WEFT_PASS(130, block_channels, kTolerance, kWhole) {
  bool has_convolutions = false;
  for (const Node& node : graph.nodes)
    has_convolutions |= is_named(node, "convolution_image") || is_named(node, "convolution_data") ||
                        is_named(node, "convolution_weight");
  return has_convolutions ? Blocking(graph).run() : graph;
}

}  // namespace weft::graph
