// Complex transforms of a fixed length as C: a function for each length, made of passes, with
// tables of constants; or, for lengths with large prime factors, a convolution (Bluestein). The
// passes are those of kernels/signal/fourier.h, one row at a time.
#pragma once

#include <string>

#include "c99/text/source.h"
#include "kernels/signal/fourier.h"

namespace weft::c99 {

// Defines `static void NAME(float *re, float *im, float *room)`, which transforms a row in place,
// and gives its name.
std::string define_fourier(Source& source, const kernels::FourierPlan& plan);
// How many floats its `room` has.
int64_t room_of_fourier(const kernels::FourierPlan& plan);

// Defines an array of a plan's numbers, once for each name, and gives its name in C.
std::string define_table(Source& source, const std::string& name, const std::vector<char>& floats);

}  // namespace weft::c99
