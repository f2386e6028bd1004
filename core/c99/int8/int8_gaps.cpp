// Convolutions of int8 images with channels last whose windows have gaps in memory: grouped (the
// channels of other groups lie between) or dilated. As in int8_windows.cpp, but group by group, and
// a window is gathered place by place.
#include "c99/int8/int8_text.h"

namespace weft::c99 {
namespace {

constexpr std::string_view kGaps =
    R"(/* p->channels and p->filters are then those of a group. */
struct weft_gaps {
  int16_t groups, dilation_height, dilation_width;
};
)";

// The first lines of all three gather functions.
constexpr std::string_view kGatherHead =
    R"({
  const int32_t channels = p->channels, pitch = g->groups * channels;
  const int32_t out_row = place / p->out_width;
  const int32_t left = (place - out_row * p->out_width) * p->stride_width - p->pad_left;
  int32_t in = out_row * p->stride_height - p->pad_top;
  for (int32_t i = p->kernel_height; i > 0; --i, in += g->dilation_height) {
)";
constexpr std::string_view kPlace =
    R"(if (in >= 0 && in < p->height && column >= 0 && column < p->width)
)";

// If channels are a multiple of four, each place is widened directly.
constexpr std::string_view kGatherFours =
    R"(/* The window at a place, in every second word of `to`; outside the image are the elements of `pad`. */
static void weft_gather_apart_fours(
    const struct weft_window_i8 *p, const struct weft_gaps *g, const int8_t *x, int32_t place,
    uint32_t *to, int8_t *pad)
$head    int32_t column = left;
    for (int32_t j = p->kernel_width; j > 0; --j, column += g->dilation_width) {
      const int8_t *from = pad;
      $if_place        from = x + (in * p->width + column) * pitch;
      for (int32_t k = channels; k > 0; k -= 4, from += 4, to += 4) weft_widen_2(to, from);
    }
  }
}
)";

// Else a row is put together first. As in weft_gather, its rest takes pairs of its own.
constexpr std::string_view kGather =
    R"(/* The window at a place, in every second word of `to`; its rows are put together in `row`, where
 * what is outside the image is the zero point. */
static void weft_gather_apart(
    const struct weft_window_i8 *p, const struct weft_gaps *g, const int8_t *x, int32_t place,
    uint32_t *to, int8_t *row)
$head    int32_t column = left;
    int8_t *at = row;
    for (int32_t j = p->kernel_width; j > 0; --j, column += g->dilation_width, at += channels) {
      $if_place        memcpy(at, x + (in * p->width + column) * pitch, (size_t)channels);
      else
        memset(at, p->zero, (size_t)channels);
    }
    const int8_t *from = row;
    int32_t k = p->kernel_width * channels;
    for (; k >= 4; k -= 4, from += 4, to += 4) weft_widen_2(to, from);
    for (; k > 0; k -= 2, from += 2, to += 2)
      *to = ((uint32_t)from[0] & 0xffffu) | (k > 1 ? (uint32_t)from[1] << 16 : 0);
  }
}
)";

// Two places at a time, all groups at each.
constexpr std::string_view kConvolution = R"(/* y of windows of x with gaps$and_residual. */
static void $name(
    const struct weft_window_i8 *p, const struct weft_gaps *g, const uint32_t *w,
    const int32_t *channels, const int8_t *x, $residual_parameterint8_t *y, uint32_t *scratch)
{
  const int32_t places = p->out_height * p->out_width, filters = p->filters;
  const int32_t all = g->groups * filters, pairs = (filters + 1) / 2;
  int8_t *const row = (int8_t *)(scratch + 8 * p->steps);$pad
  for (int32_t place = 0; place < places; place += 2) {
    const int32_t beside = place + 1 < places ? 1 : 0;
    const uint32_t *v = w;
    const int32_t *numbers = channels;
    for (int32_t group = 0; group < g->groups; ++group) {
      const int8_t *const from = x + group * p->channels;
      int8_t *const to = y + place * all + group * filters;$residual_place
      $gather(p, g, from, place, scratch, row);
      $gather(p, g, from, place + beside, scratch + 1, row);
      $if$products(
          v, numbers, scratch, p->steps, numbers + filters / 2 * $words, 2 * p->out_zero + 1, to,
          to + beside * all$arguments);$last
      v += pairs * p->steps * 4;
      numbers += pairs * $words;
    }
  }
}
)";

// The last filter of a group has no partner: its results go to a buffer. If it is the only one, the
// call before is left out.
constexpr std::string_view kLast = R"(
      int8_t last[4];
      $products(
          v + filters / 2 * p->steps * 4, numbers + filters / 2 * $words, scratch, p->steps,
          numbers + pairs * $words, 2 * p->out_zero + 1, last, last + 2);
      to[filters - 1] = last[0];
      to[filters - 1 + beside * all] = last[2 * beside];)";

// ---- Helium: windows stay int8, four places at a time

constexpr std::string_view kHeliumGather =
    R"(/* The window at a place; what is outside the image is the zero point. */
static void weft_gather_apart(
    const struct weft_window_i8 *p, const struct weft_gaps *g, const int8_t *x, int32_t place,
    int8_t *to)
$head    int32_t column = left;
    for (int32_t j = p->kernel_width; j > 0; --j, column += g->dilation_width, to += channels) {
      $if_place        weft_copy(to, x + (in * p->width + column) * pitch, channels);
      else
        weft_fill(to, p->zero, channels);
    }
  }
}
)";

constexpr std::string_view kHeliumConvolution =
    R"(/* y of windows of x with gaps$and_residual. */
static void $name(
    const struct weft_window_i8 *p, const struct weft_gaps *g, const uint32_t *w,
    const int32_t *channels, const int8_t *x, $residual_parameterint8_t *y, uint32_t *scratch)
{
  const int32_t places = p->out_height * p->out_width, filters = p->filters;
  const int32_t all = g->groups * filters, pairs = (filters + 1) / 2;
  const int32_t features = p->kernel_height * p->kernel_width * p->channels;
  const int32_t steps = (features + 15) / 16;
  int8_t *const windows = (int8_t *)scratch;
  for (int32_t place = 0; place < places; place += 4) {
    const int32_t count = places - place < 4 ? places - place : 4;
    const uint32_t *v = w;
    const int32_t *numbers = channels;
    for (int32_t group = 0; group < g->groups; ++group) {
      int8_t *const to = y + place * all + group * filters;$residual_place
      for (int32_t i = 0; i < count; ++i)
        weft_gather_apart(p, g, x + group * p->channels, place + i, windows + i * features);
      $if$products(
          v, numbers, windows, features, steps, numbers + filters / 2 * $words, p->out_zero, to, all,
          count$arguments);$last
      v += pairs * steps * 8;
      numbers += pairs * $words;
    }
  }
}
)";

constexpr std::string_view kHeliumLast = R"(
      int8_t last[8];
      $products(
          v + filters / 2 * steps * 8, numbers + filters / 2 * $words, windows, features, steps,
          numbers + pairs * $words, p->out_zero, last, 2, count);
      for (int32_t i = 0; i < count; ++i) to[i * all + filters - 1] = last[2 * i];)";

std::string gather(std::string_view text) {
  return replaced(replaced(text, "$head", kGatherHead), "$if_place", kPlace);
}

// Fills in the variants; `arguments` are the residual's addresses.
std::string layer(std::string_view text, const std::string& name, const std::string& products,
                  std::string_view last, std::string_view arguments, bool has_residual) {
  std::string out = replaced(text, "$name", name);
  out = replaced(out, "$last", last);
  out = replaced(out, "$if", last.empty() ? "" : "if (filters > 1) ");
  out = replaced(out, "$products", products);
  out = replaced(out, "$words", has_residual ? "7" : "5");
  out = replaced(out, "$and_residual", has_residual ? ", and what is added to its sums" : "");
  out = replaced(out, "$residual_parameter", has_residual ? "const int8_t *residual, " : "");
  out = replaced(out, "$arguments", has_residual ? arguments : "");
  return replaced(out, "$residual_place",
                  has_residual
                      ? "\n      const int8_t *const z = residual + place * all + group * filters;"
                      : "");
}

}  // namespace

std::string define_gaps(Source& source, bool has_residual, bool is_odd, bool is_fours) {
  define_window(source);
  define_widen(source, 2);
  source.define("weft_gaps", kGaps);
  const std::string gathers = is_fours ? "weft_gather_apart_fours" : "weft_gather_apart";
  define_without_helium(source, gathers, gather(is_fours ? kGatherFours : kGather));
  const std::string products = define_products(source, has_residual);
  const std::string name = std::string("weft_convolution_apart") + (has_residual ? "_added" : "") +
                           (is_odd ? "_odd" : "") + (is_fours ? "_fours" : "");
  std::string text = layer(kConvolution, name, products, is_odd ? kLast : "",
                           ", z, z + beside * all", has_residual);
  text = replaced(text, "$gather", gathers);
  text = replaced(text, "$pad", is_fours ? "\n  memset(row, p->zero, (size_t)p->channels);" : "");
  define_without_helium(source, name, text);

  define_helium_fill(source);
  define_helium_copy(source);
  define_for_helium(source, "weft_gather_apart", gather(kHeliumGather));
  const std::string of_eight = define_helium_products(source, has_residual);
  define_for_helium(
      source, name,
      layer(kHeliumConvolution, name, of_eight, is_odd ? kHeliumLast : "", ", z", has_residual));
  return name;
}

}  // namespace weft::c99
