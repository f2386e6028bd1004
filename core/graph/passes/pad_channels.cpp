// Law: convolutions by frozen weights (partition/preparation.h) whose filters are no multiple of 8
// get filters of zeros up to the next multiple of 16, so that block_channels can put their results
// in blocks. Convolutions with blocks of 8, which are half a vector, get them, too, where at most a
// tenth more fills blocks of 16, or where Winograd's tiles take blocks of 16. Channels that are
// concatenated for a convolution that gains by blocks get zeros behind them. What follows takes the
// wider image where it can: convolutions (by channels of zeros), poolings, sums over planes, and
// arithmetic that is finite at zero. Anything else sees a slice. So values change as by another
// order of summation; an infinity that a bound would remove may become NaN.
//
// Groups of 8 channels between blocks of 16 are joined in pairs, with zeros between the two, so
// that they lie in blocks, too. An infinity or a NaN then reaches the results of both groups.
//
// Cost: a dense convolution that reads and writes plain images is no slower by itself. The gain is
// between layers: depthwise convolutions, Winograd's tiles and epilogues exist for blocks.
#include <algorithm>

#include "graph/ir/graph_builder.h"
#include "graph/partition/preparation.h"
#include "graph/passes/graph_rewrite_impl.h"
#include "graph/passes/passes.h"
#include "ops/problems/channel_blocks.h"
#include "ops/problems/convolution_problem.h"

namespace weft::graph {
namespace {

// Channels of a block, and channels rounded up to whole blocks.
constexpr int64_t kBlock = 16;
constexpr int64_t wider(int64_t channels) { return (channels + kBlock - 1) / kBlock * kBlock; }

// Arithmetic whose result is finite where its operands are: the padding stays finite.
constexpr std::string_view kFinite[] = {"abs",     "add",     "cast",     "clip",     "erf",
                                        "maximum", "minimum", "multiply", "negative", "relu",
                                        "sigmoid", "square",  "subtract", "tanh"};

// Rewrites one graph. A value has a plain form, a wide one (with channels of zeros behind its own)
// or both.
class ChannelPadding {
 public:
  ChannelPadding(const Graph& graph, const std::vector<bool>& frozen_inputs)
      : graph_(graph),
        frozen_(frozen_values(graph, frozen_inputs)),
        rewrite_(graph),
        builder_(rewrite_.graph()),
        wide_(graph.values.size(), kNoValue),
        has_blocks_(graph.values.size(), false),
        feeds_(graph.values.size(), false) {
    find_sources();
  }

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
  // ---- rewriting: true where the node's output has a form in the new graph

  bool rewrite(const Node& node) {
    if (!node.op || node.effect >= 0 || node.op->is_random || node.clone_of != kNoValue ||
        node.outputs.size() != 1)
      return false;
    if (node.op->name == "convolution_image") return convolution(node);
    if (node.op->name == "pooling_image") return pooling(node);
    if (node.op->name == "sum") return sum_of_planes(node);
    if (node.op->name == "concatenate") return concatenation(node);
    return is_finite(node) && elementwise(node);
  }

  // Widens filters where that pays, and channels where the operand is wide already.
  bool convolution(const Node& node) {
    const ValueId x = node.operands[0].value, w = node.operands[1].value;
    const bool has_bias = node.operands.size() > 2 && node.operands[2].is_value();
    if (joins_groups(node)) return groups_in_pairs(node);
    if (!takes_zeros(node)) return false;
    const int64_t channels = shape(x)[1], filters = shape(w)[0];
    const bool is_depthwise = groups_of(node) > 1;
    const bool widens = is_depthwise ? is_wide(x) : pays(node);
    if (!widens && !is_wide(x)) return false;

    const int64_t more = widens ? wider(filters) - filters : 0;
    ops::Value weight = with_zeros(plain(w), 0, more);
    if (is_wide(x) && !is_depthwise) weight = with_zeros(weight, 1, wider(channels) - channels);
    ops::Values inputs = {is_wide(x) ? wide(x) : plain(x), weight};
    if (has_bias) inputs.push_back(with_zeros(plain(node.operands[2].value), 0, more));
    const ops::Value result =
        builder_.emit(*node.op, inputs, with_groups(node, is_depthwise ? wider(channels) : 1))[0];
    if (widens)
      set_wide(node.outputs[0], result);
    else
      rewrite_.set(node.outputs[0], result.id());
    return true;
  }

  // Twice the arithmetic pays for groups of 8: in blocks, a pair takes the time that one group
  // takes in half blocks. Measured on AVX2: wider groups that do not fill blocks are faster as they
  // are.
  bool joins_groups(const Node& node) const {
    const ValueId x = node.operands[0].value, y = node.outputs[0];
    const int64_t groups = groups_of(node), half = kBlock / 2;
    return are_frozen(node) && groups % 2 == 0 && shape(x)[1] == groups * half && shape(y)[1] > 0 &&
           shape(y)[1] % (groups * half) == 0 && has_blocks_[static_cast<size_t>(x)];
  }

  // Two groups with weights a and b become one with the weight [a 0; 0 b].
  bool groups_in_pairs(const Node& node) {
    const ValueId w = node.operands[1].value;
    Shape joined = shape(w);
    const int64_t groups = groups_of(node), filters = joined[0] / groups;
    const int64_t length = joined.elements() / joined[0];
    const ops::Value pairs = ops::reshape(plain(w), Shape{groups / 2, 2, filters, length});
    const ops::Value first = ops::slice(pairs, 1, 0, 1), second = ops::slice(pairs, 1, 1, 1);
    const ops::Value zeros = ops::zeros(first, first.type());
    const ops::Value rows[] = {ops::concatenate(ops::Values{first, zeros}, 3),
                               ops::concatenate(ops::Values{zeros, second}, 3)};
    joined[1] *= 2;
    ops::Values inputs = {plain(node.operands[0].value),
                          ops::reshape(ops::concatenate(rows, 1), joined)};
    if (node.operands.size() > 2 && node.operands[2].is_value())
      inputs.push_back(plain(node.operands[2].value));
    rewrite_.set(node.outputs[0],
                 builder_.emit(*node.op, inputs, with_groups(node, groups / 2))[0].id());
    return true;
  }

  // The attributes with another number of groups.
  static std::vector<ops::Argument> with_groups(const Node& node, int64_t groups) {
    const auto given = node.attributes.view();
    std::vector<ops::Argument> attributes(given.begin(), given.end());
    for (size_t i = 0; i < attributes.size(); ++i)
      if (node.op->attributes[i].name == "num_group") attributes[i] = ops::Argument::of_int(groups);
    return attributes;
  }

  // Does widening bring an image into blocks, keep it there, or save half of the arithmetic, and
  // are most of the computed channels asked for?
  bool pays(const Node& node) const {
    const ValueId x = node.operands[0].value, y = node.outputs[0];
    const int64_t filters = shape(y)[1];
    const int64_t block = ops::channel_block(filters);
    const bool is_by_tiles = fills_blocks(x) && gains_by_tiles(node);
    const bool is_filled = block == 8 && !is_by_tiles ? 10 * filters >= 9 * wider(filters)
                                                      : 2 * filters > wider(filters);
    return block < kBlock && is_filled &&
           (is_wide(x) || has_blocks_[static_cast<size_t>(x)] || feeds_[static_cast<size_t>(y)] ||
            is_by_tiles || (is_in_bf16x2(node) && ops::channel_block(shape(x)[1]) > 1));
  }
  bool fills_blocks(ValueId x) const { return is_wide(x) || shape(x)[1] % kBlock == 0; }

  // ---- what is known of a value before anything is rewritten

  // Two walks: forward, which values will be in blocks; backward, which values feed a convolution
  // that gains by blocks.
  void find_sources() {
    for (const Node& node : graph_.nodes) {
      if (node.outputs.size() != 1 || !node.op) continue;
      const ValueId y = node.outputs[0];
      has_blocks_[static_cast<size_t>(y)] =
          node.op->name == "convolution_image"
              ? ops::channel_block(shape(y)[1]) > 1
              : keeps_channels(node) &&
                    std::ranges::any_of(node.operands, [&](const Operand& from) {
                      return from.is_value() && has_blocks_[static_cast<size_t>(from.value)] &&
                             (shape(from.value) == shape(y) || node.op->name == "pooling_image");
                    });
    }
    for (size_t n = graph_.nodes.size(); n-- > 0;) {
      const Node& node = graph_.nodes[n];
      if (!node.op || node.outputs.size() != 1) continue;
      const bool gains =
          node.op->name == "convolution_image" && takes_zeros(node) && gains_by_blocks(node);
      if (!gains && !(keeps_channels(node) && feeds_[static_cast<size_t>(node.outputs[0])]))
        continue;
      for (size_t i = 0; i < (gains ? 1 : node.operands.size()); ++i)
        if (node.operands[i].is_value()) feeds_[static_cast<size_t>(node.operands[i].value)] = true;
    }
  }
  // Does a node keep the channels of its operand?
  static bool keeps_channels(const Node& node) {
    return node.op->name == "pooling_image" || is_finite(node);
  }
  // Division counts only by a number that is not zero.
  static bool is_finite(const Node& node) {
    if (node.op->name == "divide")
      return node.operands[1].is_scalar() && node.operands[1].scalar.as_double() != 0;
    return std::ranges::find(kFinite, node.op->name) != std::end(kFinite);
  }

  // Plain kernels for bfloat16 multiply in float32; the faster bf16x2 instructions need blocks.
  bool is_in_bf16x2(const Node& node) const {
    return graph_.type(node.operands[0].value).dtype == DType::kBFloat16 && groups_of(node) == 1;
  }
  // Depthwise convolutions, bfloat16 in pairs (bf16x2), and convolutions by Winograd's tiles, which
  // save half of the arithmetic or more.
  bool gains_by_blocks(const Node& node) const {
    return groups_of(node) > 1 || (is_in_bf16x2(node) && is_mostly_asked(widened(node), node)) ||
           gains_by_tiles(node);
  }
  bool gains_by_tiles(const Node& node) const {
    if (groups_of(node) > 1) return false;
    const ops::ConvolutionShape p = widened(node);
    return is_mostly_asked(p, node) && ops::winograd_tile(p) > 0;
  }
  ops::ConvolutionShape widened(const Node& node) const {
    ops::ConvolutionShape p =
        ops::convolution_problem(node.op->reader(node.attributes.view()), DType::kFloat32,
                                 shape(node.operands[0].value), shape(node.operands[1].value))
            .value();
    p.in_channels = wider(p.in_channels);
    p.out_channels = wider(p.out_channels);
    return p;
  }
  bool is_mostly_asked(const ops::ConvolutionShape& widened, const Node& node) const {
    const int64_t given = shape(node.operands[0].value)[1] * shape(node.outputs[0])[1];
    return static_cast<double>(widened.in_channels * widened.out_channels) <
           1.8 * static_cast<double>(given);
  }

  // The number of groups of a convolution.
  int64_t groups_of(const Node& node) const {
    return node.op->reader(node.attributes.view()).integer("num_group");
  }
  // Weights are frozen, so that more zeros cost nothing in a run, and the dtype has blocks.
  bool are_frozen(const Node& node) const {
    const auto is_frozen = [&](const Operand& operand) {
      return !operand.is_value() || frozen_[static_cast<size_t>(operand.value)];
    };
    const DType dtype = graph_.type(node.operands[0].value).dtype;
    return (dtype == DType::kFloat32 || dtype == DType::kBFloat16) &&
           std::ranges::all_of(std::span(node.operands).subspan(1), is_frozen);
  }
  // Can the convolution have more channels? A grouped one only if it is depthwise.
  bool takes_zeros(const Node& node) const {
    const ValueId x = node.operands[0].value;
    const int64_t groups = groups_of(node);
    return are_frozen(node) &&
           (groups == 1 || (groups == shape(x)[1] && groups == shape(node.outputs[0])[1]));
  }

  // Poolings work on each channel by itself. The zeros behind stay finite.
  bool pooling(const Node& node) {
    const ValueId x = node.operands[0].value;
    if (!is_wide(x)) return false;
    const ops::Value data = wide(x);
    set_wide(node.outputs[0], builder_.emit(*node.op, {&data, 1}, node.attributes.view())[0]);
    return true;
  }

  // Sums over planes keep the channels, so their result is wide. Other sums read the plain form.
  bool sum_of_planes(const Node& node) {
    const ValueId x = node.operands[0].value;
    if (!is_wide(x)) return false;
    const ops::AttributeReader a = node.op->reader(node.attributes.view());
    const int rank = shape(x).rank();
    const auto axes = a.has("axis") ? a.ints("axis") : std::span<const int64_t>();
    const auto is_of_plane = [&](int64_t axis) { return (axis < 0 ? axis + rank : axis) > 1; };
    if (axes.empty() || !std::ranges::all_of(axes, is_of_plane)) return false;
    const ops::Value data = wide(x);
    set_wide(node.outputs[0], builder_.emit(*node.op, {&data, 1}, node.attributes.view())[0]);
    return true;
  }

  // Zeros are behind all channels only: between others each later join would carry them on. Those
  // that the last array brings along are taken where they are as many.
  bool concatenation(const Node& node) {
    const ValueId y = node.outputs[0];
    if (!feeds_[static_cast<size_t>(y)] || fills_blocks(y) || !joins_channels(node)) return false;
    const ValueId last = node.operands.back().value;
    const bool brings_zeros = is_wide(last) && more_of(last) == more_of(y);
    ops::Values parts;
    for (const Operand& part : std::span(node.operands).first(node.operands.size() - 1))
      parts.push_back(plain(part.value));
    parts.push_back(brings_zeros ? wide(last) : plain(last));
    if (!brings_zeros) parts.push_back(zeros_behind(parts[0], y));
    set_wide(y, ops::concatenate(parts, 1));
    return true;
  }
  bool joins_channels(const Node& node) const {
    const ops::AttributeReader a = node.op->reader(node.attributes.view());
    const auto axis = a.has("axis") ? a.integer("axis") : 0;
    return (axis == 1 || axis == 1 - shape(node.outputs[0]).rank()) &&
           std::ranges::all_of(node.operands, &Operand::is_value);
  }
  // One array of zeros serves all images of its type: it is kept.
  ops::Value zeros_behind(const ops::Value& part, ValueId y) {
    TensorType type = graph_.type(y);
    type.shape[1] = more_of(y);
    const auto known = std::ranges::find(zeros_, type, &ops::Value::type);
    return known != zeros_.end() ? *known : zeros_.emplace_back(ops::zeros(part, type));
  }

  // Elementwise nodes are wide if one operand of the result's shape is, and the others can be.
  bool elementwise(const Node& node) {
    const Shape& out = shape(node.outputs[0]);
    const auto is_ready = [&](const Operand& operand) {
      return operand.is_value() && is_wide(operand.value) && shape(operand.value) == out;
    };
    const auto fits = [&](const Operand& operand) {
      return !operand.is_value() || is_wide_in(operand.value, out) ||
             channels_at(shape(operand.value), out) >= 0;
    };
    if (!std::ranges::any_of(node.operands, is_ready) || !std::ranges::all_of(node.operands, fits))
      return false;
    ops::Values inputs;
    for (const Operand& operand : node.operands) {
      if (operand.is_value())
        inputs.push_back(operand_of(operand.value, out));
      else if (operand.is_scalar())
        inputs.push_back(ops::Value(&builder_, operand.scalar));
      else
        inputs.emplace_back();
    }
    set_wide(node.outputs[0], builder_.emit(*node.op, inputs, node.attributes.view())[0]);
    return true;
  }

  // The axis of an operand's channels; its rank if it has one element for all channels; -1 if it
  // varies along other axes.
  static int channels_at(const Shape& operand, const Shape& out) {
    const int rank = operand.rank(), axis = 1 - out.rank() + rank;
    const int64_t channels = axis >= 0 ? operand[axis] : 1;
    const int64_t images = axis > 0 ? operand[0] : 1;
    if (operand.elements() != channels * images) return -1;
    return channels == out[1] && channels > 1 ? axis : rank;
  }
  // Does the operand's wide form broadcast to that of `out`?
  bool is_wide_in(ValueId old, const Shape& out) const {
    return is_wide(old) && shape(old).rank() == out.rank() && shape(old)[1] == out[1];
  }
  // The operand for a wide result.
  ops::Value operand_of(ValueId old, const Shape& out) {
    if (is_wide_in(old, out)) return wide(old);
    const int axis = channels_at(shape(old), out);
    return axis < shape(old).rank() ? with_zeros(plain(old), axis, wider(out[1]) - out[1])
                                    : plain(old);
  }

  // ---- the two forms of an old value

  const Shape& shape(ValueId old) const { return graph_.type(old).shape; }
  bool is_wide(ValueId old) const { return wide_[static_cast<size_t>(old)] != kNoValue; }
  ops::Value wide(ValueId old) { return builder_.value(wide_[static_cast<size_t>(old)]); }
  int64_t more_of(ValueId old) const { return wider(shape(old)[1]) - shape(old)[1]; }
  void set_wide(ValueId old, const ops::Value& value) {
    wide_[static_cast<size_t>(old)] = value.id();
  }

  // The plain form: the wide one without the channels behind.
  ops::Value plain(ValueId old) {
    if (rewrite_.map(old) == kNoValue)
      rewrite_.set(old, ops::slice(wide(old), 1, 0, shape(old)[1]).id());
    return builder_.value(rewrite_.map(old));
  }

  // The value with `count` zeros appended along the axis.
  ops::Value with_zeros(const ops::Value& x, int axis, int64_t count) {
    if (count == 0) return x;
    TensorType zeros = x.type();
    zeros.shape[axis] = count;
    return ops::concatenate(ops::Values{x, ops::zeros(x, zeros)}, axis);
  }

  const Graph& graph_;
  const std::vector<bool> frozen_;
  GraphRewrite rewrite_;
  GraphBuilder builder_;
  std::vector<ValueId> wide_;     // by old value: its wide form
  std::vector<bool> has_blocks_;  // by old value: block_channels will put it in blocks
  std::vector<bool> feeds_;  // by old value: a convolution that gains by blocks reads it, perhaps
                             // through arithmetic
  std::vector<ops::Value> zeros_;  // the arrays of zeros that concatenations got, one for each type
};

}  // namespace

WEFT_PASS(120, pad_channels, kTolerance, kWhole) {
  const bool has_convolutions = std::ranges::any_of(graph.nodes, [](const Node& node) {
    return node.op && node.op->name == "convolution_image";
  });
  if (!has_convolutions || !context.prepares) return graph;
  return ChannelPadding(graph, context.frozen).run();
}

}  // namespace weft::graph
