// The int8 kernels of a program as C text: for Armv7E-M in assembly, and the same in portable C.
//
// Weights of the fast ones come in pairs of channels a and b, as 16-bit lanes 256 b + a: a product
// with such lanes and one with their low bytes, which are a, give both sums, and only one of the
// two has to be unpacked: sum of b = (first - second) / 256. That needs sums of b below 2^23, which
// int8_weights.h proves from the weights. An instruction multiplies two lanes.
#pragma once

#include <string>
#include <string_view>

#include "c99/program/forms.h"
#include "c99/text/source.h"

namespace weft::c99 {

// Every `name` in the text replaced; names begin with '$'.
std::string replaced(std::string_view text, std::string_view name, std::string_view value);
// Lines of a listing as the strings of an asm statement.
std::string assembly(std::string_view listing);

void define_rescale(Source& source);  // weft_rescale and weft_clamp: any sums
void define_place(Source& source);    // weft_place: sums with a proven bound
void define_widen(Source& source, int distance);
void define_window(Source& source);  // struct weft_window_i8
void define_image(Source& source);   // struct weft_image

// ---- kernels; each defines what it needs, and gives its name

// (w, channels, x, steps, end, zero2, y0, y1[, z0, z1]): two channels at two places.
std::string define_products(Source& source, bool has_residual);
// (w, channels, x, features, units, zero2, y): features a multiple of 8.
std::string define_dense(Source& source);
// (p, w, channels, x, [residual,] y, scratch)
// is_odd: the last filter is alone in its pair; then there is no residual.
std::string define_pointwise(Source& source, bool has_residual, bool is_odd);
std::string define_convolution(Source& source, bool has_residual, bool is_odd);
// (p, g, w, channels, x, [residual,] y, scratch): windows with gaps, of groups or dilated, g is a
// struct weft_gaps. is_fours: channels of a group are a multiple of 4.
std::string define_gaps(Source& source, bool has_residual, bool is_odd, bool is_fours);
// (p, channels, x, y, scratch); y may be x, but not where a channel has `many` filters. Without a
// proof of its sums' bound it is portable C.
std::string define_depthwise(Source& source, int stride, bool is_proven, bool is_many);
// (p, x, y)
std::string define_global_average(Source& source);
// Any shape: (p, w, bias, multiplier, shift, x, residual, factor, y); y is int32 sums, or int8.
std::string define_plain_convolution(Source& source, bool is_sum);
// The same where a group is one channel of an image with channels last; and what it begins with at
// each place, as lines.
std::string define_plain_depthwise(Source& source, bool is_sum);
std::string_view taps_inside();
// (p, w, x, [residual,] y), p is a struct weft_image: one filter for each of at least 4 channels.
// y may be x where both are made of places, and either the residual, if channels are in fours.
std::string define_channels(Source& source, bool has_residual);
// (p, x, y); is_last: channels are the last axis.
std::string define_plain_pooling(Source& source, bool is_average, bool is_last);
std::string define_add(Source& source);  // (p, a, b, y, count)
// (x, multiplier, shift, outer, channels, inner, scales, zero, low, high, y)
std::string define_requantize(Source& source);
std::string define_bound(Source& source);   // (y, count, low, high)
std::string define_lookup(Source& source);  // (x, table, y, count)
// (exponentials, count, x, y, rows, columns): of the distances 0, 1, ... from a row's greatest
std::string define_softmax(Source& source);

// ---- the same for Helium; arrays are those of the *_helium functions of int8_layer.h

void define_helium_convolution(Source& source, const std::string& name, bool has_residual,
                               bool is_odd);
void define_helium_pointwise(Source& source, const std::string& name, bool has_residual,
                             bool is_odd);
void define_helium_dense(Source& source);
// `from`, `filters`: the channel of x, and how many y has, as C
void define_helium_depthwise(Source& source, const std::string& name, int stride, bool is_proven,
                             std::string_view from, std::string_view filters);
void define_helium_fill(Source& source);  // weft_fill(to, value, count)
void define_helium_copy(Source& source);  // weft_copy(to, from, count)
// (w, channels, x, pitch, steps, end, zero, y, filters, places[, z]): two channels at four places.
std::string define_helium_products(Source& source, bool has_residual);
void define_helium_pooling(Source& source, bool is_average);  // of images with channels last
void define_helium_global_average(Source& source);
void define_helium_add(Source& source);
void define_helium_requantize(Source& source);
void define_helium_bound(Source& source);

}  // namespace weft::c99
