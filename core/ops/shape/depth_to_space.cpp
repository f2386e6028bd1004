// Moves channels into space and back: blocks of p x q pixels become p q times as many channels. The
// channels of a block's first pixel come first, then those of the second (mode DCR of ONNX's
// DepthToSpace); with channels last, the rows of a block then stay whole in memory.

#include <vector>

#include "base/errors.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

constexpr int kMaxSpatial = 3;

// The attributes of a call, and the axes they belong to.
struct Blocks {
  int spatial, first;  // number of spatial axes, and the first of them
  int channel_axis;
  int64_t sizes[kMaxSpatial];
  int64_t elements = 1;  // elements of a block
};

Result<Blocks> blocks_of(const ComposeContext& c) {
  const std::string& op = c.op().name;
  const Shape shape = c.in(0).shape();
  const auto asked = c.ints("block_size");
  Blocks b{};
  b.spatial = shape.rank() - 2;
  if (b.spatial < 1 || b.spatial > kMaxSpatial)
    return errors::invalid_value(op, "`data` must have one to three spatial axes; got shape ",
                                 shape);
  if (asked.size() != 1 && asked.size() != static_cast<size_t>(b.spatial))
    return errors::invalid_value(op, "`block_size` must be one number or ", b.spatial,
                                 ", one for each spatial axis; got ", asked.size());
  b.first = c.flag("channels_last") ? 1 : 2;
  b.channel_axis = c.flag("channels_last") ? shape.rank() - 1 : 1;
  for (int i = 0; i < b.spatial; ++i) {
    b.sizes[i] = asked[asked.size() == 1 ? 0 : static_cast<size_t>(i)];
    if (b.sizes[i] < 1)
      return errors::invalid_value(op, "`block_size` must be at least 1; got ", b.sizes[i]);
    if (__builtin_mul_overflow(b.elements, b.sizes[i], &b.elements))
      return errors::too_many_elements(op, "block_size", Shape(asked));
  }
  return b;
}

// Both arrays with the block's axes (p, q) separated: (N, p, q, C, H, W) for the array that has
// them in its channels, and (N, C, H, p, W, q) for the one that has them in space. `order` permutes
// the first into the second.
struct SeparatedShapes {
  Shape channels, places;
  std::vector<int64_t> order;  // the axes of `channels` in the order of `places`
};

SeparatedShapes separated(const Blocks& b, const Shape& small, int64_t channels) {
  SeparatedShapes found;
  int own[kMaxRank], block = 0;  // positions of the image's axes, and of the block's first one
  for (int axis = 0; axis < small.rank(); ++axis) {
    if (axis == b.channel_axis) {
      block = found.channels.rank();
      for (int i = 0; i < b.spatial; ++i) found.channels.push_back(b.sizes[i]);
    }
    own[axis] = found.channels.rank();
    found.channels.push_back(axis == b.channel_axis ? channels : small[axis]);
  }
  const auto append = [&](int axis) {
    found.order.push_back(axis);
    found.places.push_back(found.channels[axis]);
  };
  for (int axis = 0; axis < small.rank(); ++axis) {
    append(own[axis]);
    if (axis >= b.first && axis < b.first + b.spatial) append(block + axis - b.first);
  }
  return found;
}

// Separates the block's axes from the channels, moves each behind its spatial axis, and merges
// them.
Result<Value> depth_to_space(const ComposeContext& c) {
  WEFT_ASSIGN(const Blocks b, blocks_of(c));
  const Shape small = c.in(0).shape();
  if (small[b.channel_axis] % b.elements)
    return errors::invalid_value("depth_to_space", "`data` must have a multiple of ", b.elements,
                                 " channels; got shape ", small);
  Shape large = small;
  large[b.channel_axis] /= b.elements;
  for (int i = 0; i < b.spatial; ++i)
    if (__builtin_mul_overflow(small[b.first + i], b.sizes[i], &large[b.first + i]))
      return errors::too_many_elements("depth_to_space", "data", small);
  const SeparatedShapes parts = separated(b, small, large[b.channel_axis]);
  return reshape(transpose(reshape(c.in(0), parts.channels), parts.order), large);
}

// The inverse: separates the block's axes from the spatial ones and moves them before the channels.
Result<Value> space_to_depth(const ComposeContext& c) {
  WEFT_ASSIGN(const Blocks b, blocks_of(c));
  const Shape large = c.in(0).shape();
  Shape small = large;
  for (int i = 0; i < b.spatial; ++i) {
    if (large[b.first + i] % b.sizes[i])
      return errors::invalid_value("space_to_depth", "`data` must have a multiple of ", b.sizes[i],
                                   " elements along axis ", b.first + i, "; got shape ", large);
    small[b.first + i] /= b.sizes[i];
  }
  if (__builtin_mul_overflow(large[b.channel_axis], b.elements, &small[b.channel_axis]))
    return errors::too_many_elements("space_to_depth", "data", large);
  const SeparatedShapes parts = separated(b, small, large[b.channel_axis]);
  std::vector<int64_t> back(parts.order.size());
  for (size_t i = 0; i < back.size(); ++i)
    back[static_cast<size_t>(parts.order[i])] = static_cast<int64_t>(i);
  return reshape(transpose(reshape(c.in(0), parts.places), back), small);
}

void define(OpDef& op) {
  op.in(Namespace::kNpx)
      .input("data", "any dtype, shape (N, C, W), (N, C, H, W) or (N, C, D, H, W)")
      .required(AttributeKind::kInts, "block_size",
                "extents of a block, or one number for all spatial axes")
      .boolean("channels_last", false, "data has its channels behind its spatial axes");
}

}  // namespace

WEFT_OP(depth_to_space) {
  op.doc(
      "Channels as blocks of places: spatial extents times `block_size`, so many fewer channels. "
      "Those of a block's first place come first.");
  define(op);
  op.compose(checked<depth_to_space>)
      .sample(R"({"shapes": [[2, 12, 2, 3]], "block_size": 2})")
      .sample(R"({"shapes": [[1, 2, 3, 12]], "block_size": [2, 3], "channels_last": true})")
      .sample(R"({"shapes": [[2, 6, 5]], "block_size": 3})")
      .sample(R"({"shapes": [[1, 12, 2, 1, 3]], "block_size": [1, 2, 3]})");
}

WEFT_OP(space_to_depth) {
  op.doc(
      "Blocks of places as channels: spatial extents over `block_size`, so many more channels. "
      "Those of a block's first place come first.");
  define(op);
  op.compose(checked<space_to_depth>)
      .sample(R"({"shapes": [[2, 3, 4, 6]], "block_size": 2})")
      .sample(R"({"shapes": [[1, 4, 9, 2]], "block_size": [2, 3], "channels_last": true})")
      .sample(R"({"shapes": [[2, 2, 6]], "block_size": 3})")
      .sample(R"({"shapes": [[1, 2, 3, 2, 6]], "block_size": [1, 2, 3]})");
}

}  // namespace weft::ops
