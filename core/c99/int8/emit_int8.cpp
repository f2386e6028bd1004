// Int8 layers: convolutions and dense layers. A layer whose sums are proven to be small
// (int8_layer.h) gets a fast kernel for Armv7E-M and Helium; all others get plain loops.
#include <algorithm>

#include "base/errors.h"
#include "c99/int8/int8_call.h"
#include "c99/int8/int8_layer.h"
#include "c99/int8/int8_text.h"
#include "c99/program/emitter.h"

namespace weft::c99 {
namespace {

using executor::TargetKernel;
using kernels::Convolution;
using ops::SlotTypes;

// ---- which kernel

constexpr int kResidual = 5;  // the operand that is added to the sums

// How a layer is computed. kWindows: windows gathered into scratch. kStrided: the same with gaps,
// for grouped or dilated convolutions. kDepthwise: 3 x 3 depthwise. kChannels: other convolutions
// with one input channel a group.
enum class Form { kPlain, kDense, kPointwise, kWindows, kStrided, kDepthwise, kChannels };

// Do all extents fit the int16 fields of struct weft_window_i8?
bool has_narrow_extents(const Convolution& s) {
  const int64_t all[] = {s.in_height,     s.in_width,     s.in_channels,  s.out_height,
                         s.out_width,     s.out_channels, s.kernel_width, s.kernel_height,
                         s.stride_height, s.stride_width, s.pad_top,      s.pad_left,
                         steps_of(s)};
  for (const int64_t extent : all)
    if (extent > INT16_MAX) return false;
  return true;
}

// The form that the shape allows. The fast kernels also need a proof, which only the weights give:
// the planner decides by this alone.
Form form_of(const Convolution& s, bool is_depthwise, bool is_sum, bool has_residual) {
  const bool is_dilated = s.dilation_height != 1 || s.dilation_width != 1;
  if (is_depthwise || (s.groups > 1 && s.in_channels == s.groups)) {
    const bool is_square = s.stride_height == s.stride_width && s.stride_height <= 2;
    const bool is_3x3 = s.kernel_height == 3 && s.kernel_width == 3 && is_square && !is_dilated;
    return is_3x3 && s.pad_left <= 1 && s.pad_top <= 2 && !has_residual && !is_sum &&
                   has_narrow_extents(s)
               ? Form::kDepthwise
               : Form::kChannels;
  }
  const bool is_odd = s.out_channels / s.groups % 2 != 0;
  if (is_sum || !has_narrow_extents(s) || (is_odd && has_residual)) return Form::kPlain;
  if (s.groups > 1 || is_dilated)
    return std::max(s.dilation_height, s.dilation_width) <= INT16_MAX ? Form::kStrided
                                                                      : Form::kPlain;
  const bool is_place = makes_places(s);
  if (is_place && s.out_height * s.out_width == 1 && s.in_channels % 8 == 0 && !has_residual)
    return Form::kDense;
  return is_place && s.in_channels % 4 == 0 ? Form::kPointwise : Form::kWindows;
}

// Rows of y that a 3 x 3 depthwise kernel makes at once, at most `maximum` (0: all): as many as 1
// KiB of scratch has room for. More would need memory for few saved copies.
int64_t row_tile_of(const Convolution& s, int64_t maximum) {
  const int64_t row = ((s.out_width - 1) * s.stride_width + 6) / 2 * 4;
  int64_t rows = maximum > 0 ? std::min(maximum, s.out_height) : s.out_height;
  while (rows > 1 && ((rows - 1) * s.stride_height + 3) * row > 1024) --rows;
  return rows;
}

// Bytes of scratch of a form.
int64_t scratch_of(Form form, const Convolution& s, int64_t rows) {
  const int64_t depthwise_row = ((s.out_width - 1) * s.stride_width + 6) / 2 * 4;
  if (form == Form::kStrided) return scratch_of(Form::kWindows, group_of(s), rows);
  // Helium gathers four windows of int8, and its last vector reads up to 15 bytes behind them.
  const int64_t helium = 4 * s.kernel_height * s.kernel_width * s.in_channels + 15;
  switch (form) {
    case Form::kPointwise: return std::max(32 * steps_of(s), helium);
    case Form::kWindows:
      return std::max(32 * steps_of(s) + s.kernel_width * s.in_channels + 1, helium);
    case Form::kDepthwise:
      // Helium stores columns of four rows for four places: that is more only for very narrow
      // images.
      return std::max(((row_tile_of(s, rows) - 1) * s.stride_height + 3) * depthwise_row,
                      int64_t{4 * 10});
    default: return 0;
  }
}

// How many elements before the image its result must begin, so that the kernel, which makes
// `together` places at a time, never overwrites what it has yet to read. A place reads from its
// window's first column on; the places of the next row begin at column 0 again.
int64_t ahead_of(const Convolution& s, int64_t together) {
  int64_t ahead = 0;
  const auto first_of = [&](int64_t row, int64_t column) {
    const int64_t top = std::clamp<int64_t>(row * s.stride_height - s.pad_top, 0, s.in_height);
    const int64_t left = std::clamp<int64_t>(column * s.stride_width - s.pad_left, 0, s.in_width);
    return (top * s.in_width + left) * s.in_channels;
  };
  const int64_t places = s.out_height * s.out_width;
  for (int64_t place = 0; place < places; place += together) {
    // The first element that the places from here on read.
    const int64_t row = place / s.out_width;
    int64_t read = first_of(row, place % s.out_width);
    if (row + 1 < s.out_height) read = std::min(read, first_of(row + 1, 0));
    ahead = std::max(ahead, std::min(place + together, places) * s.out_channels - read);
  }
  return ahead;
}

// ---- as C

Fields fields_of_window(const Int8Layer& layer, int64_t steps) {
  const Convolution& s = layer.shape;
  return {{"height", s.in_height},
          {"width", s.in_width},
          {"channels", s.in_channels},
          {"out_height", s.out_height},
          {"out_width", s.out_width},
          {"filters", s.out_channels},
          {"kernel_height", s.kernel_height},
          {"kernel_width", s.kernel_width},
          {"stride_height", s.stride_height},
          {"stride_width", s.stride_width},
          {"pad_top", s.pad_top},
          {"pad_left", s.pad_left},
          {"zero", layer.zero},
          {"out_zero", layer.out_zero},
          {"steps", steps}};
}

// Adds a const array that belongs to this step alone.
template <class T>
std::string add_array(Call& call, const char* name, DType dtype, const std::vector<T>& elements) {
  return call.source().array(name, nullptr, dtype, Shape{static_cast<int64_t>(elements.size())},
                             elements.data());
}

// The same for an array that Helium needs in another order.
template <class T>
std::string add_arrays(Call& call, const char* name, DType dtype, const std::vector<T>& helium,
                       const std::vector<T>& elements) {
  const auto content = [](const std::vector<T>& all) {
    return Source::Content{all.data(), static_cast<int64_t>(all.size())};
  };
  return call.source().array(name, dtype, "WEFT_HELIUM", content(helium), content(elements));
}

// C expressions of the arrays for one image.
struct Places {
  std::string x, residual, y;
};

Places places_of(Call& call, const Int8Layer& layer, const Batch& batch) {
  const Convolution& s = layer.shape;
  const int64_t from = s.in_height * s.in_width * s.in_channels;
  const int64_t to = s.out_height * s.out_width * s.out_channels;
  Places places;
  places.x = batch.at(call.read(0), from);
  if (layer.has_residual) places.residual = batch.at(call.read(5), to);
  places.y = batch.at(call.write(), to);
  return places;
}

constexpr const char* kScratch = "(uint32_t *)(void *)scratch";

// Pointwise, dense and windowed layers in pairs of filters.
void emit_fast(Call& call, const Int8Layer& layer, Form form) {
  Source& source = call.source();
  const Convolution& s = layer.shape;
  const bool is_dense = form == Form::kDense, added = layer.has_residual;
  const Batch batch{call, s.batch};
  const int64_t together = is_dense ? 4 : 2;
  const std::string w =
      add_arrays(call, "weights", DType::kUInt32, weights_for_helium(layer, together),
                 paired_weights(layer, is_dense));
  const std::string channels =
      add_arrays(call, "channels", DType::kInt32, numbers_for_helium(layer, together),
                 paired_numbers(layer, is_dense));
  const Places at = places_of(call, layer, batch);
  if (is_dense) {
    batch.line(define_dense(source) + "(" + w + ", " + channels + ", " + at.x + ", " +
               std::to_string(s.in_channels) + ", " + std::to_string(s.out_channels) + ", " +
               std::to_string(2 * layer.out_zero + 1) + ", " + at.y + ");");
    return;
  }
  add_shape(call, "weft_window_i8", fields_of_window(layer, steps_of(s)));
  call.scratch();
  const bool is_odd = s.out_channels % 2 != 0;
  const std::string name = form == Form::kPointwise ? define_pointwise(source, added, is_odd)
                                                    : define_convolution(source, added, is_odd);
  batch.line(name + "(&p, " + w + ", " + channels + ", " + at.x + ", " +
             (added ? at.residual + ", " : "") + at.y + ", " + kScratch + ");");
}

// Grouped or dilated layers: weights and numbers of each group, one after the other.
void emit_gaps(Call& call, const Int8Layer& layer) {
  const Convolution& s = layer.shape;
  const Batch batch{call, s.batch};
  std::vector<uint32_t> w, helium_w;
  std::vector<int32_t> channels, helium_channels;
  const auto add = [](auto& all, const auto& part) {
    all.insert(all.end(), part.begin(), part.end());
  };
  const std::vector<Int8Layer> groups = groups_of(layer);
  for (const Int8Layer& group : groups) {
    add(w, paired_weights(group, false));
    add(helium_w, weights_for_helium(group, 2));
    add(channels, paired_numbers(group, false));
    add(helium_channels, numbers_for_helium(group, 2));
  }
  const std::string weights = add_arrays(call, "weights", DType::kUInt32, helium_w, w);
  const std::string numbers =
      add_arrays(call, "channels", DType::kInt32, helium_channels, channels);
  const Convolution& one = groups.front().shape;
  const bool added = layer.has_residual, is_odd = one.out_channels % 2 != 0;
  const std::string name = define_gaps(call.source(), added, is_odd, one.in_channels % 4 == 0);
  add_shape(call, "weft_window_i8", fields_of_window(groups.front(), steps_of(one)));
  call.line("static const struct weft_gaps g = {" + std::to_string(s.groups) + ", " +
            std::to_string(s.dilation_height) + ", " + std::to_string(s.dilation_width) + "};");
  const Places at = places_of(call, layer, batch);
  call.scratch();
  batch.line(name + "(&p, &g, " + weights + ", " + numbers + ", " + at.x + ", " +
             (added ? at.residual + ", " : "") + at.y + ", " + kScratch + ");");
}

// 3 x 3 depthwise layers.
void emit_depthwise_3x3(Call& call, const Int8Layer& layer) {
  const Convolution& s = layer.shape;
  const Batch batch{call, s.batch};
  const std::string channels =
      add_array(call, "channels", DType::kUInt32, depthwise_numbers(layer));
  add_shape(call, "weft_window_i8", fields_of_window(layer, row_tile_of(s, call.tile_height())));
  const Places at = places_of(call, layer, batch);
  call.scratch();
  const std::string name = define_depthwise(call.source(), static_cast<int>(s.stride_height),
                                            layer.is_proven(), s.out_channels != s.in_channels);
  batch.line(name + "(&p, " + channels + ", " + at.x + ", " + at.y + ", " + kScratch + ");");
}

// Writes the struct of the plain kernels. Place by place, the image is a single place.
void add_image(Call& call, const Int8Layer& layer, bool is_planar, bool is_place_by_place) {
  const Convolution& s = layer.shape;
  const auto plane = [&](int64_t height, int64_t width) { return is_planar ? height * width : 1; };
  const int64_t x_place = is_planar ? 1 : s.in_channels, y_place = is_planar ? 1 : s.out_channels;
  add_shape(call, "weft_image",
            {{"height", is_place_by_place ? 1 : s.in_height},
             {"width", is_place_by_place ? 1 : s.in_width},
             {"out_height", is_place_by_place ? 1 : s.out_height},
             {"out_width", is_place_by_place ? 1 : s.out_width},
             {"groups", s.groups},
             {"channels", s.in_channels / s.groups},
             {"filters", s.out_channels / s.groups},
             {"kernel_height", s.kernel_height},
             {"kernel_width", s.kernel_width},
             {"stride_height", s.stride_height},
             {"stride_width", s.stride_width},
             {"dilation_height", s.dilation_height},
             {"dilation_width", s.dilation_width},
             {"pad_top", s.pad_top},
             {"pad_left", s.pad_left},
             {"zero", layer.zero},
             {"out_zero", layer.out_zero},
             {"low", layer.low},
             {"high", layer.high},
             {"scales", 1},
             {"x_row", s.in_width * x_place},
             {"x_place", x_place},
             {"x_channel", plane(s.in_height, s.in_width)},
             {"y_row", s.out_width * y_place},
             {"y_place", y_place},
             {"y_channel", plane(s.out_height, s.out_width)}},
            !is_place_by_place);
}

// Is there one filter for each channel, and can four channels be made at a time?
bool makes_fours(const Convolution& s, bool has_residual) {
  return s.groups == s.in_channels && s.out_channels == s.in_channels && s.in_channels >= 4 &&
         (s.in_channels % 4 == 0 || !has_residual);
}

// Depthwise layers of any window, four channels at a time.
void emit_fours(Call& call, const Int8Layer& layer) {
  const bool added = layer.has_residual;
  const Batch batch{call, layer.shape.batch};
  add_image(call, layer, false, false);
  const std::string w = add_array(call, "channels", DType::kUInt32, numbers_by_four(layer));
  const Places at = places_of(call, layer, batch);
  batch.line(define_channels(call.source(), added) + "(&p, " + w + ", " + at.x + ", " +
             (added ? at.residual + ", " : "") + at.y + ");");
}

// Plain loops: any shape, any sums.
void emit_plain(Call& call, const Int8Layer& layer, Form form, bool is_planar) {
  const bool is_place_by_place = form == Form::kPointwise;
  const Convolution& s = layer.shape;
  const int64_t places = s.out_height * s.out_width;
  add_image(call, layer, is_planar, is_place_by_place);
  const std::string w = add_array(call, "weights", DType::kInt8, layer.weight);
  const std::string bias = add_array(call, "bias", DType::kInt32, layer.bias);
  std::string multiplier = "0", shift = "0", factor = "0";
  if (!layer.is_sum()) {
    multiplier = add_array(call, "multiplier", DType::kInt32, layer.multiplier);
    shift = add_array(call, "shift", DType::kInt32, layer.shift);
  }
  if (layer.has_residual) factor = add_array(call, "factor", DType::kInt32, layer.factor);
  const std::string name = form == Form::kChannels
                               ? define_plain_depthwise(call.source(), layer.is_sum())
                               : define_plain_convolution(call.source(), layer.is_sum());
  const auto text = [&](const Places& at) {
    return name + "(&p, " + w + ", " + bias + ", " + multiplier + ", " + shift + ", " + at.x +
           ", " + (layer.has_residual ? at.residual : "0") + ", " + factor + ", " + at.y + ");";
  };
  if (!is_place_by_place) {
    const Batch batch{call, s.batch};
    batch.line(text(places_of(call, layer, batch)));
    return;
  }
  // y may lie where x does. So each place of x is copied to scratch before it is overwritten; if y
  // has more channels, the places go from the last to the first.
  const Places at = places_of(call, layer, {call, 1});
  call.line("int8_t *const place = (int8_t *)(void *)" + call.scratch() + ";");
  const std::string all = call.tile_height() > 0 ? "band->rows * " + std::to_string(s.out_width)
                                                 : std::to_string(s.batch * places);
  call.line(s.out_channels > s.in_channels ? "for (int32_t i = " + all + "; i-- > 0;) {"
                                           : "for (int32_t i = 0; i < " + all + "; ++i) {");
  const std::string to = " + i * " + std::to_string(s.out_channels);
  call.line("memcpy(place, " + at.x + " + i * " + std::to_string(s.in_channels) + ", " +
            std::to_string(s.in_channels) + ");");
  call.line(text({"place", at.residual + to, at.y + to}));
  call.line("}");
}

Status emit_layer(Call& call) {
  WEFT_ASSIGN(const Int8Layer layer, read_int8_layer(call));
  const Convolution& s = layer.shape;
  const bool is_planar = call.op().name == "quantized_convolution_packed";
  const Form form =
      is_planar ? Form::kPlain : form_of(s, layer.is_depthwise, layer.is_sum(), layer.has_residual);
  call.source().add_multiply_adds(s.batch * s.out_height * s.out_width * s.out_channels *
                                  layer.features());
  // The fast kernels need both proofs.
  const bool is_fast = layer.is_proven() && layer.has_pairs();
  // They clamp to int8; tighter bounds (relu) are applied afterwards.
  const bool bounds = layer.low > -128 || layer.high < 127;
  if (form == Form::kDepthwise) {
    emit_depthwise_3x3(call, layer);
  } else if (form == Form::kStrided && is_fast) {
    emit_gaps(call, layer);
  } else if (form == Form::kChannels && layer.is_proven() && makes_fours(s, layer.has_residual)) {
    emit_fours(call, layer);
  } else if (form != Form::kPlain && form != Form::kChannels && is_fast) {
    emit_fast(call, layer, form);
  } else {
    emit_plain(call, layer, form, is_planar);
    return {};
  }
  if (bounds)
    call.line(define_bound(call.source()) + "(" + call.write() + ", " + call.count() + ", " +
              std::to_string(layer.low) + ", " + std::to_string(layer.high) + ");");
  return {};
}

// What the planner knows of a layer: types only. So scratch is that of the form, whether the
// weights are proven or not.
Result<TargetKernel> layer_kernel(const SlotTypes& types) {
  const std::string& op = types.op.name;
  if (op == "quantized_convolution_packed") return TargetKernel{};
  const Convolution s = int8_shape(types);
  const bool is_sum = types.out[0].dtype != DType::kInt8;
  const bool has_residual = types.in.size() > 5 && types.in[5].shape.rank() >= 0;
  const Form form = form_of(s, op == "quantized_depthwise", is_sum, has_residual);
  TargetKernel kernel{ops::Strides::kDense, ops::kNoInput, scratch_of(form, s, types.rows)};
  if (s.batch != 1) return kernel;
  size_t ways = 0;
  if (has_residual && !is_sum) kernel.over[ways++] = {kResidual, 0};
  const bool has_one_filter = s.out_channels == s.in_channels;  // one filter for each channel
  const bool makes_each = form == Form::kChannels && makes_places(s) && !is_sum &&
                          // Else the last four overlap, and some results are made twice.
                          (s.in_channels % 4 == 0 || s.in_channels < 4);
  if (form == Form::kPointwise || (has_one_filter && (form == Form::kDepthwise || makes_each)))
    kernel.over[ways++] = {0, 0};
  if (form == Form::kWindows) kernel.over[ways++] = {0, ahead_of(s, 2)};
  // Helium makes four places of one group before it reads the windows of the next group.
  if (form == Form::kStrided) kernel.over[ways++] = {0, ahead_of(s, 4)};
  return kernel;
}

}  // namespace

WEFT_EMITTER(quantized_product, layer_kernel, emit_layer);
WEFT_EMITTER(quantized_convolution_rows, layer_kernel, emit_layer);
WEFT_EMITTER(quantized_convolution_groups, layer_kernel, emit_layer);
WEFT_EMITTER(quantized_depthwise, layer_kernel, emit_layer);
WEFT_EMITTER(quantized_convolution_packed, layer_kernel, emit_layer);

}  // namespace weft::c99
