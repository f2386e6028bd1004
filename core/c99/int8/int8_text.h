// The int8 kernels of a program as C text: for Armv7E-M in assembly, and the same in portable C.
//
// The fast ones compute two output channels a and b with one multiplication. A weight is the 16-bit
// lane 256 b + a. The products with these lanes sum up to 256 sum(b) + sum(a), and the products
// with their low bytes, which are a, to sum(a); so sum(b) = (first - second) / 256, and only a has
// to be unpacked. This needs sums of b below 2^23, which int8_layer.h proves from the weights. One
// instruction multiplies and adds two lanes.
#pragma once

#include <string>
#include <string_view>

#include "c99/program/forms.h"
#include "c99/text/source.h"

namespace weft::c99 {

// The text with every `name` replaced; names begin with '$'.
std::string replaced(std::string_view text, std::string_view name, std::string_view value);
// The lines of a listing as the strings of an asm statement.
std::string assembly(std::string_view listing);

// Helpers that several kernels share.
void define_rescale(Source& source);  // weft_rescale and weft_clamp: for any sums
void define_place(Source& source);    // weft_place: for sums with a proven bound
// weft_widen: four int8 as two words of 16-bit lanes, `distance` words apart.
void define_widen(Source& source, int distance);
void define_window(Source& source);  // struct weft_window_i8
void define_image(Source& source);   // struct weft_image

// ---- kernels; each function defines all that its kernel needs, and gives the kernel's name. In
// parentheses: the kernel's parameters

// (w, channels, x, steps, end, zero2, y0, y1[, z0, z1]): two channels at two places; z: residuals.
std::string define_products(Source& source, bool has_residual);
// (w, channels, x, features, units, zero2, y): a dense layer; features is a multiple of 8.
std::string define_dense(Source& source);
// (p, w, channels, x, [residual,] y, scratch). is_odd: the last filter has no partner; such a
// kernel takes no residual.
std::string define_pointwise(Source& source, bool has_residual, bool is_odd);
std::string define_convolution(Source& source, bool has_residual, bool is_odd);
// (p, g, w, channels, x, [residual,] y, scratch): windows with gaps, of grouped or dilated
// convolutions; g is a struct weft_gaps. is_fours: the channels of a group are a multiple of 4.
std::string define_gaps(Source& source, bool has_residual, bool is_odd, bool is_fours);
// (p, channels, x, y, scratch): 3 x 3 depthwise. y may be x, unless a channel has several filters
// (is_many). Without a proof it is portable C.
std::string define_depthwise(Source& source, int stride, bool is_proven, bool is_many);
// (p, x, y)
std::string define_global_average(Source& source);
// Any shape: (p, w, bias, multiplier, shift, x, residual, factor, y); y is int32 sums or int8.
std::string define_plain_convolution(Source& source, bool is_sum);
// The same for groups of one channel with channels last. taps_inside() gives the lines with which
// such kernels begin each place.
std::string define_plain_depthwise(Source& source, bool is_sum);
std::string_view taps_inside();
// (p, w, x, [residual,] y), p is a struct weft_image: one filter for each of at least 4 channels.
// If the number of channels is a multiple of 4, y may be the residual, and of 1 x 1 windows also x.
std::string define_channels(Source& source, bool has_residual);
// (p, x, y); is_last: channels are the last axis.
std::string define_plain_pooling(Source& source, bool is_average, bool is_last);
std::string define_add(Source& source);  // (p, a, b, y, count)
// (x, multiplier, shift, outer, channels, inner, scales, zero, low, high, y)
std::string define_requantize(Source& source);
std::string define_bound(Source& source);   // (y, count, low, high)
std::string define_lookup(Source& source);  // (x, table, y, count)
// (exponentials, count, x, y, rows, columns): exponentials of the distances 0, 1, ... from the
// row's maximum.
std::string define_softmax(Source& source);

// ---- the same for Helium; the arrays are those of the *_helium functions of int8_layer.h

void define_helium_convolution(Source& source, const std::string& name, bool has_residual,
                               bool is_odd);
void define_helium_pointwise(Source& source, const std::string& name, bool has_residual,
                             bool is_odd);
void define_helium_dense(Source& source);
// `from`, `filters`: C expressions of the channel of x, and of the number of channels of y.
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
