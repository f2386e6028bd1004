// Int8 operators as calls of CMSIS-NN. The scratch sizes follow the definitions of its
// *_get_buffer_size functions; the C compares them when it runs with assertions.
#include <algorithm>
#include <cmath>

#include "base/errors.h"
#include "c99/cmsis_nn/cmsis_nn_text.h"
#include "c99/int8/int8_call.h"
#include "c99/int8/int8_layer.h"
#include "c99/program/emitter.h"
#include "kernels/int8/quantized.h"
#include "kernels/int8/quantized_softmax.h"
#include "ops/problems/pooling_problem.h"

namespace weft::c99 {
namespace {

using executor::TargetKernel;
using kernels::Convolution;
using ops::SlotTypes;

std::string number(int64_t n) { return std::to_string(n); }

// ---- convolutions and dense layers

bool is_depthwise(const ops::OpDef& op) { return op.name == "quantized_depthwise"; }

// Can CMSIS-NN compute this shape? It derives the padding behind the image from the result's
// extents, but its kernels for 1 x 1 and for lines take it to be the padding before the image.
bool suits(const Convolution& s) {
  const int64_t reach =
      (s.out_width - 1) * s.stride_width + (s.kernel_width - 1) * s.dilation_width;
  const bool is_line = s.in_height == 1 && s.kernel_height == 1;
  const bool is_place = s.kernel_height * s.kernel_width == 1;
  if (is_place && (s.pad_top + s.pad_left > 0 || s.out_height > s.in_height)) return false;
  return !(is_line || is_place) || reach - s.pad_left - s.in_width + 1 <= s.pad_left;
}

// Can it compute a layer of these types?
bool suits(const SlotTypes& types) {
  constexpr size_t kResidual = 5;
  if (types.out[0].dtype != DType::kInt8) return false;  // sums
  if (types.in.size() > kResidual && types.in[kResidual].shape.rank() >= 0) return false;
  const Convolution s = int8_shape(types);
  return (is_depthwise(types.op) || s.groups == 1) && suits(s);
}

// Can it compute these numbers? Sums must fit int32 after the left shift, and shifts must lie where
// its arithmetic is defined.
bool suits(const Int8Layer& layer) {
  if (layer.is_sum() || layer.has_residual) return false;
  if ((!layer.is_depthwise && layer.shape.groups != 1) || !suits(layer.shape)) return false;
  for (int64_t filter = 0; filter < layer.shape.out_channels; ++filter) {
    const auto at = static_cast<size_t>(filter);
    const int32_t shift = layer.shift[at];
    constexpr int32_t kMax = 30;
    if (layer.multiplier[at] < 0 || shift < -kMax || shift > kMax) return false;
    if (!layer.sums_are_below(filter, (int64_t{1} << 31) >> std::max(shift, 0))) return false;
  }
  return true;
}

int64_t up_to(int64_t n, int64_t multiple) { return (n + multiple - 1) / multiple * multiple; }

// Does the layer make a single place, as a dense layer does? CMSIS-NN's kernel for 1 x 1 makes two
// places at a time and the last one by single products; its kernel for windows makes two products
// an instruction there, too. A 1 x 1 window that is said to be dilated goes to that kernel, with
// the same result. Helium has no such difference.
bool makes_one_place(const Convolution& s, CmsisNn cores) {
  return cores != CmsisNn::kHelium && makes_places(s) && s.out_height * s.out_width == 1;
}

// Scratch for windows: two columns of int16, or four of int8 on Helium. 1 x 1 windows need no copy,
// but the version for Arm's compiler copies two places.
CmsisNnScratch scratch_of_windows(const Convolution& s, CmsisNn cores) {
  const int64_t column = s.kernel_height * s.kernel_width * s.in_channels;
  if (makes_places(s) && !makes_one_place(s, cores)) return {0, 4 * s.in_channels, 0};
  return {4 * up_to(column, 4), 4 * up_to(column, 4), 4 * up_to(column, 16)};
}

// Helium computes at most 124 channels at a time.
CmsisNnScratch scratch_of_depthwise(const Convolution& s, CmsisNn cores) {
  constexpr int64_t kHeliumChannels = 124;
  const int64_t taps = s.kernel_height * s.kernel_width;
  CmsisNnScratch scratch{0, 2 * taps * s.in_channels, 4 * taps * kHeliumChannels};
  if (s.in_channels > 1) return scratch;
  // A single channel may be computed as a convolution, after its weights are rearranged.
  const CmsisNnScratch windows = scratch_of_windows(s, cores);
  return {windows.plain + taps, std::max(scratch.dsp, windows.dsp + taps),
          std::max(scratch.helium, windows.helium + taps)};
}

int64_t scratch_of_layer(const Convolution& s, bool depthwise, CmsisNn cores) {
  return (depthwise ? scratch_of_depthwise(s, cores) : scratch_of_windows(s, cores)).of(cores);
}

// No result may lie over what a call reads.
TargetKernel with_scratch(const TargetKernel& own, int64_t bytes) {
  TargetKernel kernel;
  kernel.scratch_bytes = std::max(bytes, own.scratch_bytes);
  return kernel;
}

Result<TargetKernel> layer_kernel(const SlotTypes& types, CmsisNn cores, const TargetKernel& own) {
  if (!suits(types)) return own;
  return with_scratch(own, scratch_of_layer(int8_shape(types), is_depthwise(types.op), cores));
}

// The parameters of a layer. In a row tile, padding and rows are known only when it runs.
void add_parameters(Call& call, const Int8Layer& layer, CmsisNn cores) {
  const Convolution& s = layer.shape;
  const bool is_row_tile = call.tile_height() > 0;
  call.line(std::string(is_row_tile ? "" : "static ") + "const cmsis_nn_" +
            (layer.is_depthwise ? "dw_" : "") + "conv_params parameters = {");
  call.line("  .input_offset = " + number(-layer.zero) + ", .output_offset = " +
            number(layer.out_zero) + (layer.is_depthwise ? ", .ch_mult = 1," : ","));
  const auto tile = [](const std::string& h, int64_t w) {
    return "{.w = " + number(w) + ", .h = " + h + "}, ";
  };
  const int64_t more = !layer.is_depthwise && makes_one_place(s, cores) ? 1 : 0;
  call.line("  .stride = " + tile(number(s.stride_height), s.stride_width) +
            ".padding = " + tile(is_row_tile ? "band->above" : number(s.pad_top), s.pad_left) +
            ".dilation = " + tile(number(s.dilation_height + more), s.dilation_width + more));
  call.line("  .activation = {.min = " + number(layer.low) + ", .max = " + number(layer.high) +
            "},");
  call.line("};");
}

// The filters of a depthwise convolution in the order (taps, channels). Vectors read up to three
// elements behind the last one.
std::vector<int8_t> channels_last(const Int8Layer& layer) {
  const auto channels = static_cast<size_t>(layer.shape.out_channels);
  const size_t taps = layer.weight.size() / channels;
  std::vector<int8_t> weight(layer.weight.size() + 3, 0);
  for (size_t channel = 0; channel < channels; ++channel)
    for (size_t tap = 0; tap < taps; ++tap)
      weight[tap * channels + channel] = layer.weight[channel * taps + tap];
  return weight;
}

// `multiple`: zeros fill up the array, because vectors read whole groups.
template <class T>
std::string add_array(Call& call, const char* name, DType dtype, std::vector<T> elements,
                      size_t multiple = 1) {
  elements.resize((elements.size() + multiple - 1) / multiple * multiple, 0);
  return call.source().array(name, nullptr, dtype, Shape{static_cast<int64_t>(elements.size())},
                             elements.data());
}

void add_call(Call& call, const Int8Layer& layer, CmsisNn cores) {
  const Convolution& s = layer.shape;
  const std::string weights = add_array(call, "weights", DType::kInt8,
                                        layer.is_depthwise ? channels_last(layer) : layer.weight);
  const std::string bias = add_array(call, "bias", DType::kInt32, layer.bias, 4);
  const std::string multiplier = add_array(call, "multiplier", DType::kInt32, layer.multiplier, 4);
  const std::string shift = add_array(call, "shift", DType::kInt32, layer.shift, 4);
  add_parameters(call, layer, cores);
  call.line("/* They are only read. */");
  call.line("const cmsis_nn_per_channel_quant_params numbers = {");
  call.line("    (int32_t *)(uintptr_t)" + multiplier + ", (int32_t *)(uintptr_t)" + shift + "};");
  const int64_t filters = s.out_channels;
  add_dimensions(call, "x_extents", {1, s.in_height, s.in_width, s.in_channels}, "height");
  add_dimensions(call, "extents",
                 {layer.is_depthwise ? 1 : filters, s.kernel_height, s.kernel_width,
                  layer.is_depthwise ? filters : s.in_channels});
  add_dimensions(call, "bias_extents", {1, 1, 1, filters});
  add_dimensions(call, "y_extents", {1, s.out_height, s.out_width, filters}, "rows");
  const std::string name =
      layer.is_depthwise ? "arm_depthwise_conv_wrapper_s8" : "arm_convolve_wrapper_s8";
  add_context(call, scratch_of_layer(s, layer.is_depthwise, cores),
              name + "_get_buffer_size(&parameters, &x_extents, &extents, &y_extents)");
  const Batch batch{call, s.batch};
  const std::string x = batch.at(call.read(0), s.in_height * s.in_width * s.in_channels);
  const std::string y = batch.at(call.write(), s.out_height * s.out_width * filters);
  batch.line("weft_done(" + name + "(&context, &parameters, &numbers, &x_extents, " + x +
             ", &extents, " + weights + ", &bias_extents, " + bias + ", &y_extents, " + y + "));");
}

Result<bool> emit_layer(Call& call, CmsisNn cores) {
  WEFT_ASSIGN(const Int8Layer layer, read_int8_layer(call));
  const Convolution& s = layer.shape;
  if (!suits(layer)) return false;
  call.source().add_multiply_adds(s.batch * s.out_height * s.out_width * s.out_channels *
                                  layer.features());
  add_call(call, layer, cores);
  return true;
}

// ---- poolings

Shape channels_second(const Shape& x) {
  Shape y{x[0], x[x.rank() - 1]};
  for (int axis = 1; axis + 1 < x.rank(); ++axis) y.push_back(x[axis]);
  return y;
}

struct Pool {
  kernels::Pooling p{};
  bool is_average = false;
};

// Reads a pooling. `is_there`: CMSIS-NN has it, which is so with channels last, and for averages
// that do not count padding.
Result<Pool> read_pool(const ops::AttributeReader& a, const Shape& x, bool& is_there) {
  is_there = false;
  Pool pool;
  if (!a.flag("channels_last") || x.rank() < 3) return pool;
  WEFT_ASSIGN(pool.p, ops::pooling_problem(a, DType::kInt8, channels_second(x)));
  pool.is_average = a.text("pool_type") == "avg";
  const kernels::Pooling& p = pool.p;
  const int64_t padding = p.pad_top + p.pad_left + p.pad_bottom + p.pad_right;
  is_there = !pool.is_average || !p.count_include_pad || padding == 0;
  return pool;
}

int64_t scratch_of(const Pool& pool, int64_t channels, CmsisNn cores) {
  return pool.is_average ? CmsisNnScratch{0, 4 * channels, 0}.of(cores) : 0;
}

Result<TargetKernel> pooling_kernel(const SlotTypes& types, CmsisNn cores,
                                    const TargetKernel& own) {
  bool is_there = false;
  const Shape& x = types.in[0].shape;
  WEFT_ASSIGN(const Pool pool, read_pool(types.op.reader(types.attributes), x, is_there));
  if (!is_there) return own;
  return with_scratch(own, scratch_of(pool, x[x.rank() - 1], cores));
}

Result<bool> emit_pooling(Call& call, CmsisNn cores) {
  bool is_there = false;
  const Shape& x = call.in(0).shape;
  WEFT_ASSIGN(const Pool pool, read_pool(call.attributes(), x, is_there));
  if (!is_there) return false;
  const kernels::Pooling& p = pool.p;
  const int64_t channels = x[x.rank() - 1];
  const bool is_row_tile = call.tile_height() > 0;
  call.line(std::string(is_row_tile ? "" : "static ") +
            "const cmsis_nn_pool_params parameters = {");
  call.line("  .stride = {.w = " + number(p.stride_width) + ", .h = " + number(p.stride_height) +
            "}, .padding = {.w = " + number(p.pad_left) +
            ", .h = " + (is_row_tile ? "band->above" : number(p.pad_top)) + "},");
  call.line("  .activation = {.min = -128, .max = 127},");
  call.line("};");
  add_dimensions(call, "x_extents", {1, p.in_height, p.in_width, channels}, "height");
  add_dimensions(call, "extents", {1, p.kernel_height, p.kernel_width, 1});
  add_dimensions(call, "y_extents", {1, p.out_height, p.out_width, channels}, "rows");
  add_context(call, scratch_of(pool, channels, cores),
              pool.is_average ? "arm_avgpool_s8_get_buffer_size(" + number(p.out_width) + ", " +
                                    number(channels) + ")"
                              : "");
  const Batch batch{call, x[0]};
  const std::string from = batch.at(call.read(0), p.in_height * p.in_width * channels);
  const std::string to = batch.at(call.write(), p.out_height * p.out_width * channels);
  batch.line("weft_done(" + std::string(pool.is_average ? "arm_avgpool_s8" : "arm_max_pool_s8") +
             "(&context, &parameters, &x_extents, " + from + ", &extents, &y_extents, " + to +
             "));");
  return true;
}

// ---- sums

Result<TargetKernel> same(const SlotTypes&, CmsisNn, const TargetKernel& own) { return own; }

// The arithmetic of both libraries is that of TensorFlow Lite.
Result<bool> emit_add(Call& call, CmsisNn) {
  const ops::AttributeReader a = call.attributes();
  const double twice = 2 * std::max(a.real("x1_scale"), a.real("x2_scale"));
  const auto factor = [](double real) {
    const kernels::FixedFactor fixed = kernels::fixed_factor(real);
    return number(fixed.multiplier) + ", " + number(fixed.shift) + ", ";
  };
  const std::string first = call.read(0), second = call.read(1);
  call.line("/* Of each operand and of the sum: what is added, multiplier and shift. */");
  call.line("weft_done(arm_elementwise_add_s8(");
  call.line("    " + first + ", " + second + ", " + number(-a.integer("x1_zero_point")) + ", " +
            factor(a.real("x1_scale") / twice) + number(-a.integer("x2_zero_point")) + ", " +
            factor(a.real("x2_scale") / twice) + number(kernels::kQuantizedAddBits) + ",");
  const double sums = std::ldexp(1.0, kernels::kQuantizedAddBits) * a.real("output_scale");
  call.line("    " + call.write() + ", " + number(a.integer("output_zero_point")) + ", " +
            factor(twice / sums) + number(a.integer("low")) + ", " + number(a.integer("high")) +
            ", " + call.count() + "));");
  return true;
}

// ---- softmax

// For rows up to this length the arithmetic of CMSIS-NN is defined and equals that of TensorFlow
// Lite.
constexpr int64_t kMaxColumns = 255;

Result<TargetKernel> softmax_kernel(const SlotTypes&, CmsisNn, const TargetKernel&) {
  return TargetKernel{};  // it reads a row more than once
}

Result<bool> emit_softmax(Call& call, CmsisNn) {
  const Shape& x = call.in(0).shape;
  const int64_t columns = x[x.rank() - 1];
  if (columns > kMaxColumns) return false;
  const kernels::SoftmaxScale how = kernels::softmax_scale(call.attributes().real("scale"));
  const std::string from = call.read(0), to = call.write();
  call.line("arm_softmax_s8(" + from + ", " + number(x.elements() / columns) + ", " +
            number(columns) + ", " + number(how.multiplier) + ", " + number(how.shift) + ", " +
            number(how.minimum) + ", " + to + ");");
  return true;
}

constexpr CmsisNnEmitter kEmitters[] = {
    {"quantized_product", layer_kernel, emit_layer},
    {"quantized_convolution_rows", layer_kernel, emit_layer},
    {"quantized_depthwise", layer_kernel, emit_layer},
    {"quantized_pooling", pooling_kernel, emit_pooling},
    {"quantized_add", same, emit_add},
    {"quantized_softmax", softmax_kernel, emit_softmax},
};

}  // namespace

const CmsisNnEmitter* find_cmsis_nn_emitter(std::string_view op) {
  for (const CmsisNnEmitter& emitter : kEmitters)
    if (emitter.op == op) return &emitter;
  return nullptr;
}

Result<TargetKernel> kernel_for(const SlotTypes& types, CmsisNn cmsis_nn) {
  const Emitter* const emitter = find_emitter(types.op.name);
  if (!emitter)
    return errors::unsupported(
        "compile", "operator ", words_for(types.op.name),
        " has no C form; docs/embedded.md lists the operators that have one");
  const CmsisNnEmitter* const calls =
      cmsis_nn == CmsisNn::kNone ? nullptr : find_cmsis_nn_emitter(types.op.name);
  if (!calls) return emitter->kernel(types);
  WEFT_ASSIGN(const TargetKernel own, emitter->kernel(types));
  return calls->kernel(types, cmsis_nn, own);
}

// CMSIS-NN first, our kernel if it declines.
Status emit_operator(Call& call) {
  const CmsisNn cores = call.source().cmsis_nn();
  if (cores != CmsisNn::kNone)
    if (const CmsisNnEmitter* const calls = find_cmsis_nn_emitter(call.op().name)) {
      WEFT_ASSIGN(const bool is_written, calls->emit(call, cores));
      if (is_written) {
        define_cmsis_nn(call.source());
        return {};
      }
    }
  return find_emitter(call.op().name)->emit(call);
}

}  // namespace weft::c99
