// Int8 operators in portable C for any shape and any sums: for shapes that have no kernel of their
// own, and for layers without a proof.
#include "c99/int8/int8_text.h"

namespace weft::c99 {
namespace {

// Strides are fields, so that channels may be second or last.
constexpr std::string_view kShape = R"(/* Distances are of elements. */
struct weft_image {
  int32_t height, width, out_height, out_width, groups, channels, filters; /* of a group */
  int32_t kernel_height, kernel_width, stride_height, stride_width, dilation_height;
  int32_t dilation_width, pad_top, pad_left, zero, out_zero, low, high, scales;
  int32_t x_row, x_place, x_channel, y_row, y_place, y_channel;
};
)";

// Sums are unsigned: they wrap where the library's int32 does, without undefined behaviour.
constexpr std::string_view kConvolution =
    R"(/* A convolution of any shape; scales: 1 for one of each channel, 0 for one of all. */
static void $name(
    const struct weft_image *p, const int8_t *w, const int32_t *bias, const int32_t *multiplier,
    const int32_t *shift, const int8_t *x, const int8_t *residual, const int32_t *factor,
    $type *y)
{
  for (int32_t row = 0; row < p->out_height; ++row)
    for (int32_t column = 0; column < p->out_width; ++column)
      for (int32_t filter = 0; filter < p->groups * p->filters; ++filter) {
        const int32_t first = filter / p->filters * p->channels;
        const int32_t at = row * p->y_row + column * p->y_place + filter * p->y_channel;
        const int8_t *v = w + filter * p->kernel_height * p->kernel_width * p->channels;
        uint32_t sum = bias ? (uint32_t)bias[filter] : 0;
        for (int32_t i = 0; i < p->kernel_height; ++i)
          for (int32_t j = 0; j < p->kernel_width; ++j, v += p->channels) {
            const int32_t in = row * p->stride_height - p->pad_top + i * p->dilation_height;
            const int32_t left = column * p->stride_width - p->pad_left + j * p->dilation_width;
            if (in < 0 || in >= p->height || left < 0 || left >= p->width) continue;
            const int8_t *const u = x + in * p->x_row + left * p->x_place + first * p->x_channel;
            for (int32_t k = 0; k < p->channels; ++k)
              sum += (uint32_t)((u[k * p->x_channel] - p->zero) * v[k]);
          }
        if (residual) sum += (uint32_t)residual[at] * (uint32_t)factor[filter];
        $store
      }
}
)";

// Channels are neighbours, so the taps that lie inside the image are found once for each place.
constexpr std::string_view kDepthwise =
    R"(/* As weft_convolution_plain, of groups of one channel each and with channels last. */
static void $name(
    const struct weft_image *p, const int8_t *w, const int32_t *bias, const int32_t *multiplier,
    const int32_t *shift, const int8_t *x, const int8_t *residual, const int32_t *factor,
    $type *y)
{
  const int32_t taps = p->kernel_height * p->kernel_width;
  const int32_t down = p->dilation_height * p->x_row, across = p->dilation_width * p->x_place;
  for (int32_t row = 0; row < p->out_height; ++row)
    for (int32_t column = 0; column < p->out_width; ++column) {
$taps      const int8_t *v = w + first;
      int32_t at = row * p->y_row + column * p->y_place, filter = 0;
      for (int32_t channel = 0; channel < p->groups; ++channel)
        for (int32_t k = p->filters; k > 0; --k, v += taps, ++at, ++filter) {
          const int8_t *a = u + channel, *b = v;
          uint32_t sum = bias ? (uint32_t)bias[filter] : 0;
          for (int32_t i = 0; i < height; ++i, a += down, b += p->kernel_width)
            for (int32_t j = 0; j < width; ++j)
              sum += (uint32_t)((a[j * across] - p->zero) * b[j]);
          if (residual) sum += (uint32_t)residual[at] * (uint32_t)factor[filter];
          $store
        }
    }
}
)";

// The two endings: int8 after rescaling, or the int32 sum.
constexpr std::string_view kStoreInt8 = R"(const int32_t scale = filter * p->scales;
        const int32_t placed = weft_rescale((int32_t)sum, multiplier[scale], shift[scale]);
        y[at] = (int8_t)(weft_clamp(placed, p->low - p->out_zero, p->high - p->out_zero) +
                         p->out_zero);)";
constexpr std::string_view kStoreSum = R"((void)multiplier;
        (void)shift;
        y[at] = (int32_t)sum;)";

// Distances of x and y are fields, as in weft_image.
constexpr std::string_view kPool = R"(/* Windows of one image with channels apart. */
struct weft_pool {
  int32_t height, width, out_height, out_width, channels, kernel_height, kernel_width;
  int32_t stride_height, stride_width, dilation_height, dilation_width;
  int32_t pad_top, pad_left, pad_bottom, pad_right, zero, counts_padding;
  int32_t x_row, x_place, x_channel, y_row, y_place, y_channel;
};
)";

constexpr std::string_view kMaximum =
    R"(static void $name(const struct weft_pool *p, const int8_t *x, int8_t *y)
{
  for (int32_t row = 0; row < p->out_height; ++row)
    for (int32_t column = 0; column < p->out_width; ++column)
      for (int32_t channel = 0; channel < p->channels; ++channel) {
        int8_t most = -128;
        for (int32_t i = 0; i < p->kernel_height; ++i)
          for (int32_t j = 0; j < p->kernel_width; ++j) {
            const int32_t in = row * p->stride_height - p->pad_top + i * p->dilation_height;
            const int32_t left = column * p->stride_width - p->pad_left + j * p->dilation_width;
            if (in < 0 || in >= p->height || left < 0 || left >= p->width) continue;
            const int8_t at = x[in * p->x_row + left * p->x_place + channel * p->x_channel];
            if (at > most) most = at;
          }
        y[row * p->y_row + column * p->y_place + channel * p->y_channel] = most;
      }
}
)";

// As TensorFlow Lite, without counted padding or with the zero point in its place.
constexpr std::string_view kAverage = R"(/* Halves go away from zero. */
static void $name(const struct weft_pool *p, const int8_t *x, int8_t *y)
{
  for (int32_t row = 0; row < p->out_height; ++row)
    for (int32_t column = 0; column < p->out_width; ++column) {
      const int32_t top = row * p->stride_height - p->pad_top;
      const int32_t left = column * p->stride_width - p->pad_left;
      int32_t bottom = top + p->kernel_height, right = left + p->kernel_width;
      if (bottom > p->height + p->pad_bottom) bottom = p->height + p->pad_bottom;
      if (right > p->width + p->pad_right) right = p->width + p->pad_right;
      for (int32_t channel = 0; channel < p->channels; ++channel) {
        int32_t sum = 0, count = 0;
        for (int32_t i = top < 0 ? 0 : top; i < bottom && i < p->height; ++i)
          for (int32_t j = left < 0 ? 0 : left; j < right && j < p->width; ++j, ++count)
            sum += x[i * p->x_row + j * p->x_place + channel * p->x_channel];
        if (p->counts_padding) {
          const int32_t all = (bottom - top) * (right - left);
          sum += (all - count) * p->zero;
          count = all;
        }
        sum = (sum < 0 ? sum - count / 2 : sum + count / 2) / count;
        y[row * p->y_row + column * p->y_place + channel * p->y_channel] = (int8_t)sum;
      }
    }
}
)";

// The operands' zero points; factors of both operands and of their sum.
constexpr std::string_view kSum = R"(struct weft_sum_i8 {
  int32_t zero[2], multiplier[3], shift[3], out_zero, low, high; /* of both, of their sum */
};
)";
constexpr std::string_view kAdd = R"(/* Both rescaled to one scale, and their sum to that of y. */
static void weft_add_i8(
    const struct weft_sum_i8 *p, const int8_t *a, const int8_t *b, int8_t *y, int32_t count)
{
  for (int32_t i = 0; i < count; ++i) {
    const int32_t u = (a[i] - p->zero[0]) * (1 << 20), v = (b[i] - p->zero[1]) * (1 << 20);
    const int32_t sum = weft_rescale(u, p->multiplier[0], p->shift[0]) +
                        weft_rescale(v, p->multiplier[1], p->shift[1]);
    const int32_t placed = weft_rescale(sum, p->multiplier[2], p->shift[2]);
    y[i] =
        (int8_t)(weft_clamp(placed, p->low - p->out_zero, p->high - p->out_zero) + p->out_zero);
  }
}
)";

constexpr std::string_view kRequantize =
    R"(/* Rows of `inner` sums, one scale for each of `channels` rows, or for all. */
static void weft_requantize(
    const int32_t *x, const int32_t *multiplier, const int32_t *shift, int32_t outer,
    int32_t channels, int32_t inner, int32_t scales, int32_t zero, int32_t low, int32_t high,
    int8_t *y)
{
  for (int32_t i = 0; i < outer * channels; ++i) {
    const int32_t scale = i % channels * scales;
    for (int32_t j = i * inner; j < (i + 1) * inner; ++j) {
      const int32_t placed = weft_rescale(x[j], multiplier[scale], shift[scale]);
      y[j] = (int8_t)(weft_clamp(placed, low - zero, high - zero) + zero);
    }
  }
}
)";

constexpr std::string_view kBound =
    R"(static void weft_bound(int8_t *y, int32_t count, int32_t low, int32_t high)
{
  for (int32_t i = 0; i < count; ++i) y[i] = (int8_t)(y[i] < low ? low : y[i] > high ? high : y[i]);
}
)";

constexpr std::string_view kLookup =
    R"(/* The table's results of -128 to 127. */
static void weft_lookup_i8(const int8_t *x, const int8_t *table, int8_t *y, int32_t count)
{
  for (int32_t i = 0; i < count; ++i) y[i] = table[x[i] + 128];
}
)";

// TensorFlow Lite's integer softmax: a row's maximum is subtracted, the exponentials are looked up,
// and the reciprocal of their sum comes from Newton's method, as in gemmlowp's fixed-point code.
constexpr std::string_view kSoftmax =
    R"(/* 2 a b / 2^32, rounded to the nearest. */
static inline int32_t weft_high_product(int32_t a, int32_t b)
{
  return (int32_t)(((int64_t)a * b + (1 << 30)) >> 31);
}

/* 1 / (1 + a) for 0 <= a < 1, in multiples of 2^-31: three steps of Newton's method. */
static int32_t weft_reciprocal(int32_t a)
{
  const int32_t half = (int32_t)(((uint32_t)a + 0x80000000u) >> 1);
  int32_t x = 1515870810 + weft_high_product(half, -1010580540);
  for (int step = 0; step < 3; ++step)
    x += weft_high_product(x, (1 << 29) - weft_high_product(half, x)) * 4;
  return x > INT32_MAX / 2 ? INT32_MAX : x * 2;
}

/* Rows as multiples of 2^-8 above -128. exponentials: of the distances 0, 1, ... from a row's
 * greatest, in multiples of 2^-31; that of further ones is 0. */
static void weft_softmax_i8(
    const int32_t *exponentials, int32_t count, const int8_t *x, int8_t *y, int32_t rows,
    int32_t columns)
{
  for (; rows > 0; --rows, x += columns, y += columns) {
    int32_t most = -128, room = 0;
    uint32_t sum = 0;
    for (int32_t i = 0; i < columns; ++i) most = x[i] > most ? x[i] : most;
    for (int32_t i = 0; i < columns; ++i)
      if (most - x[i] < count)
        sum += ((uint32_t)exponentials[most - x[i]] + (1u << 11)) >> 12;
    for (; sum < 0x80000000u; sum <<= 1) ++room;
    const int32_t scale = weft_reciprocal((int32_t)(sum - 0x80000000u));
    for (int32_t i = 0; i < columns; ++i) {
      const int32_t apart = most - x[i];
      const int64_t share = apart < count ? weft_high_product(scale, exponentials[apart]) : 0;
      const int64_t placed = ((share + ((int64_t)1 << (34 - room))) >> (35 - room)) - 128;
      y[i] = (int8_t)(placed > 127 ? 127 : placed);
    }
  }
}
)";

// Replaces what differs between int8 results and sums.
std::string define_plain(Source& source, std::string_view text, const char* which, bool is_sum) {
  if (!is_sum) define_rescale(source);
  define_image(source);
  const std::string name = std::string(which) + (is_sum ? "_sums" : "_plain");
  std::string out = replaced(text, "$name", name);
  out = replaced(out, "$taps", taps_inside());
  out = replaced(out, "$type", is_sum ? "int32_t" : "int8_t");
  source.define(name, replaced(out, "$store", is_sum ? kStoreSum : kStoreInt8));
  return name;
}

}  // namespace

void define_image(Source& source) { source.define("weft_image", kShape); }

std::string define_plain_convolution(Source& source, bool is_sum) {
  return define_plain(source, kConvolution, "weft_convolution", is_sum);
}
std::string define_plain_depthwise(Source& source, bool is_sum) {
  return define_plain(source, kDepthwise, "weft_depthwise", is_sum);
}

std::string define_plain_pooling(Source& source, bool is_average, bool is_last) {
  source.define("weft_pool", kPool);
  const std::string name =
      std::string("weft_pool_") + (is_average ? "average" : "max") + (is_last ? "_last_i8" : "_i8");
  const std::string text = replaced(is_average ? kAverage : kMaximum, "$name", name);
  if (is_last) {
    define_without_helium(source, name, text);
    define_helium_pooling(source, is_average);
  } else {
    source.define(name, text);
  }
  return name;
}

std::string define_add(Source& source) {
  define_rescale(source);
  source.define("weft_sum_i8", kSum);
  define_without_helium(source, "weft_add_i8", kAdd);
  define_helium_add(source);
  return "weft_add_i8";
}

std::string define_requantize(Source& source) {
  define_rescale(source);
  define_without_helium(source, "weft_requantize", kRequantize);
  define_helium_requantize(source);
  return "weft_requantize";
}

std::string define_lookup(Source& source) {
  source.define("weft_lookup_i8", kLookup);
  return "weft_lookup_i8";
}

std::string define_softmax(Source& source) {
  source.define("weft_softmax_i8", kSoftmax);
  return "weft_softmax_i8";
}

std::string define_bound(Source& source) {
  define_without_helium(source, "weft_bound", kBound);
  define_helium_bound(source);
  return "weft_bound";
}

}  // namespace weft::c99
