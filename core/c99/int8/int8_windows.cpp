// Convolutions of int8 images with channels last, as products of windows: the windows of two places
// are widened to 16 bits in scratch and multiplied by all filters.
#include "c99/int8/int8_text.h"

namespace weft::c99 {
namespace {

// int16 fields keep the struct small in flash; has_narrow_extents() checks that they suffice.
constexpr std::string_view kWindow = R"(struct weft_window_i8 {
  int16_t height, width, channels, out_height, out_width, filters;
  int16_t kernel_height, kernel_width, stride_height, stride_width, pad_top, pad_left;
  int16_t zero, out_zero, steps; /* of x, of y; eighths of a window */
};
)";

// Windows of two places alternate word by word in scratch, as the product kernel reads them. The
// rest of a row that is no multiple of 4 takes pairs of its own; an odd last element is paired with
// 0.
constexpr std::string_view kGather =
    R"(/* The window at a place, row by row, in every second word of `to`. What is outside the image is the
 * zero point; rows that reach there are put together in `row`. */
static void weft_gather(
    const struct weft_window_i8 *p, const int8_t *x, int32_t place, uint32_t *to, int8_t *row)
{
  const int32_t channels = p->channels, length = p->kernel_width * channels;
  const int32_t out_row = place / p->out_width;
  const int32_t left = (place - out_row * p->out_width) * p->stride_width - p->pad_left;
  const int32_t before = left < 0 ? (left < -p->kernel_width ? p->kernel_width : -left) : 0;
  const int32_t past = left + p->kernel_width - p->width;
  const int32_t after = past > 0 ? (past > p->kernel_width ? p->kernel_width : past) : 0;
  const int32_t inside = p->kernel_width - before - after;
  int32_t in = out_row * p->stride_height - p->pad_top;
  for (int32_t i = p->kernel_height; i > 0; --i, ++in) {
    const int8_t *from = row;
    if (in >= 0 && in < p->height && inside == p->kernel_width) {
      from = x + (in * p->width + left) * channels;
    } else {
      memset(row, p->zero, (size_t)length);
      if (in >= 0 && in < p->height && inside > 0)
        memcpy(row + before * channels, x + (in * p->width + left + before) * channels,
               (size_t)(inside * channels));
    }
    int32_t k = length;
    for (; k >= 4; k -= 4, from += 4, to += 4) weft_widen_2(to, from);
    for (; k > 0; k -= 2, from += 2, to += 2)
      *to = ((uint32_t)from[0] & 0xffffu) | (k > 1 ? (uint32_t)from[1] << 16 : 0);
  }
}
)";

// Two places at a time. An odd last place is computed twice: `beside` is 0, and both results go to
// the same address.
constexpr std::string_view kConvolution = R"(/* y of windows of x$and_residual. */
static void $name(
    const struct weft_window_i8 *p, const uint32_t *w, const int32_t *channels, const int8_t *x,
    $residual_parameterint8_t *y, uint32_t *scratch)
{
  const int32_t places = p->out_height * p->out_width, filters = p->filters;
  const int32_t *const end = channels + filters / 2 * $words;
  int8_t *const row = (int8_t *)(scratch + 8 * p->steps);
  for (int32_t place = 0; place < places; place += 2) {
    const int32_t beside = place + 1 < places ? 1 : 0;
    weft_gather(p, x, place, scratch, row);
    weft_gather(p, x, place + beside, scratch + 1, row);
    $if$products(
        w, channels, scratch, p->steps, end, 2 * p->out_zero + 1, y, y + beside * filters$arguments);$last
    y += 2 * filters;$next
  }
}
)";

// Here a window is one place: no gathering, and y may be x.
constexpr std::string_view kPointwise =
    R"(/* A window of one place each$and_residual; y may be x. */
static void $name(
    const struct weft_window_i8 *p, const uint32_t *w, const int32_t *channels, const int8_t *x,
    $residual_parameterint8_t *y, uint32_t *scratch)
{
  const int32_t features = p->channels, filters = p->filters;
  const int32_t places = p->out_height * p->out_width;
  const int32_t *const end = channels + filters / 2 * $words;
  for (int32_t done = 0; done < places; done += 2) {
    /* From the last place on where y has more channels, and would overtake x. */
    int32_t place = filters > features ? places - 2 - done : done;
    const int32_t beside = place < 0 || place + 1 == places ? 0 : 1;
    if (place < 0) place = 0;
    const int8_t *from = x + place * features, *next = from + beside * features;
    uint32_t *to = scratch;
    for (int32_t k = features; k > 0; k -= 4, from += 4, next += 4, to += 4) {
      weft_widen_2(to, from);
      weft_widen_2(to + 1, next);
    }
    int8_t *const y0 = y + place * filters;$residual_place
    $if$products(
        w, channels, scratch, p->steps, end, 2 * p->out_zero + 1, y0, y0 + beside * filters$arguments);$last
  }
}
)";

// The last filter has no partner: its results go to a buffer. If it is the only filter, the call
// before is left out.
constexpr std::string_view kLast = R"(
    int8_t last[4];
    $products(
        w + filters / 2 * p->steps * 4, end, scratch, p->steps, end + $words, 2 * p->out_zero + 1,
        last, last + 2);
    $y[filters - 1] = last[0];
    $y[filters - 1 + beside * filters] = last[2 * beside];)";

// Fills in what residuals and odd filters change.
std::string define_layer(Source& source, std::string_view text, std::string name,
                         std::string_view arguments, bool has_residual, bool is_odd) {
  define_window(source);
  define_widen(source, 2);
  const std::string products = define_products(source, has_residual);
  if (has_residual) name += "_added";
  if (is_odd) name += "_odd";
  std::string out = replaced(text, "$name", name);
  const std::string_view y = text == kPointwise ? "y0" : "y";
  out = replaced(out, "$last", is_odd ? replaced(kLast, "$y", y) : "");
  out = replaced(out, "$if", is_odd ? "if (filters > 1) " : "");
  out = replaced(out, "$products", products);
  out = replaced(out, "$words", has_residual ? "7" : "5");
  out = replaced(out, "$and_residual", has_residual ? ", and what is added to its sums" : "");
  out = replaced(out, "$residual_parameter", has_residual ? "const int8_t *residual, " : "");
  out = replaced(out, "$arguments", has_residual ? arguments : "");
  out = replaced(out, "$next", has_residual ? "\n    residual += 2 * filters;" : "");
  out = replaced(out, "$residual_place",
                 has_residual ? "\n    const int8_t *const z0 = residual + place * filters;" : "");
  define_without_helium(source, name, out);
  return name;
}

// An average over the whole image, for each channel; halves go away from zero.
constexpr std::string_view kGlobalAverage =
    R"(static void weft_average(const struct weft_window_i8 *p, const int8_t *x, int8_t *y)
{
  const int32_t count = p->height * p->width, channels = p->channels;
  for (int32_t c = 0; c < channels; ++c) {
    int32_t sum = 0;
    for (int32_t i = 0; i < count; ++i) sum += x[i * channels + c];
    y[c] = (int8_t)((sum < 0 ? sum - count / 2 : sum + count / 2) / count);
  }
}
)";

}  // namespace

void define_window(Source& source) { source.define("weft_window_i8", kWindow); }

std::string define_convolution(Source& source, bool has_residual, bool is_odd) {
  define_window(source);
  define_widen(source, 2);
  define_without_helium(source, "weft_gather", kGather);
  const std::string name =
      define_layer(source, kConvolution, "weft_convolution",
                   ",\n        residual, residual + beside * filters", has_residual, is_odd);
  define_helium_convolution(source, name, has_residual, is_odd);
  return name;
}
std::string define_pointwise(Source& source, bool has_residual, bool is_odd) {
  const std::string name = define_layer(source, kPointwise, "weft_pointwise",
                                        ", z0, z0 + beside * filters", has_residual, is_odd);
  define_helium_pointwise(source, name, has_residual, is_odd);
  return name;
}
std::string define_global_average(Source& source) {
  define_window(source);
  define_without_helium(source, "weft_average", kGlobalAverage);
  define_helium_global_average(source);
  return "weft_average";
}

}  // namespace weft::c99
