// The struct of a window, field by field.
#include "c99/float/windows.h"

#include <array>

#include "c99/text/source.h"

namespace weft::c99 {
namespace {

// int32_t suffices: compile() refuses larger inputs.
constexpr const char* kWindow =
    R"(/* Images in, images out, and the window that slides over them; pooling keeps the channels. */
struct weft_window {
  int32_t batch, groups;
  int32_t in_channels, in_height, in_width;
  int32_t out_channels, out_height, out_width;
  int32_t kernel_height, kernel_width;
  int32_t stride_height, stride_width;
  int32_t pad_top, pad_left, pad_bottom, pad_right;
  int32_t dilation_height, dilation_width;
};
)";

// A line of designated initialisers.
std::string fields(std::initializer_list<std::pair<const char*, int64_t>> all) {
  std::string text = "  ";
  for (const auto& [name, value] : all)
    text += std::string(text.size() > 2 ? " ." : ".") + name + " = " + std::to_string(value) + ",";
  return text;
}

}  // namespace

void define_window(Call& call, const kernels::Convolution& p) {
  call.source().define("weft_window", kWindow);
  call.line("static const struct weft_window p = {");
  call.line(fields({{"batch", p.batch}, {"groups", p.groups}}));
  call.line(fields(
      {{"in_channels", p.in_channels}, {"in_height", p.in_height}, {"in_width", p.in_width}}));
  call.line(fields({{"out_channels", p.out_channels},
                    {"out_height", p.out_height},
                    {"out_width", p.out_width}}));
  call.line(fields({{"kernel_height", p.kernel_height}, {"kernel_width", p.kernel_width}}));
  call.line(fields({{"stride_height", p.stride_height}, {"stride_width", p.stride_width}}));
  call.line(fields({{"pad_top", p.pad_top}, {"pad_left", p.pad_left}}));
  call.line(fields({{"dilation_height", p.dilation_height}, {"dilation_width", p.dilation_width}}));
  call.line("};");
}

void define_window(Call& call, const kernels::Pooling& p, int64_t channels) {
  call.source().define("weft_window", kWindow);
  call.line("static const struct weft_window p = {");
  call.line(fields({{"batch", p.planes / channels}, {"groups", channels}}));
  call.line(
      fields({{"in_channels", channels}, {"in_height", p.in_height}, {"in_width", p.in_width}}));
  call.line(fields(
      {{"out_channels", channels}, {"out_height", p.out_height}, {"out_width", p.out_width}}));
  call.line(fields({{"kernel_height", p.kernel_height}, {"kernel_width", p.kernel_width}}));
  call.line(fields({{"stride_height", p.stride_height}, {"stride_width", p.stride_width}}));
  call.line(fields({{"pad_top", p.pad_top},
                    {"pad_left", p.pad_left},
                    {"pad_bottom", p.pad_bottom},
                    {"pad_right", p.pad_right}}));
  call.line(fields({{"dilation_height", p.dilation_height}, {"dilation_width", p.dilation_width}}));
  call.line("};");
}

void call_convolution(Call& call, const kernels::Convolution& problem, const char* name,
                      const char* text) {
  call.source().add_multiply_adds(multiply_adds_of(problem));
  call.source().use_arithmetic();
  define_window(call, problem);
  call.source().define(name, text);
  std::string line = std::string(name) + "(&p, ";
  for (size_t i = 0; i < call.inputs(); ++i) line += call.read(i) + ", ";
  call.line(line + call.write() + ");");
}

int64_t multiply_adds_of(const kernels::Convolution& p) {
  return p.batch * p.out_channels * p.out_height * p.out_width * (p.in_channels / p.groups) *
         p.kernel_height * p.kernel_width;
}

}  // namespace weft::c99
