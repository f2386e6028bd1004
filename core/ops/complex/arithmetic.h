// Arithmetic of complex numbers in planes: the language that complex forms are written in.
//
// Formulas are those of the field (for example Abramowitz and Stegun, 4.3 to 4.6). A number without
// an imaginary part costs no work for it.
#pragma once

#include "ops/complex/complex.h"

namespace weft::ops {

Complex operator+(const Complex& a, const Complex& b);
Complex operator-(const Complex& a, const Complex& b);
Complex operator*(const Complex& a, const Complex& b);
Complex operator/(const Complex& a, const Complex& b);
Complex operator-(const Complex& a);
Complex operator*(const Complex& a, double b);
Complex operator+(const Complex& a, double b);

Complex reciprocal(const Complex& z);
Complex conjugate(const Complex& z);
Complex times_i(const Complex& z);  // i z

// An operator of one input by its name, on a real plane.
Value applied(std::string_view op, const Value& x);

Value magnitude(const Complex& z);          // |z|, without overflow
Value squared_magnitude(const Complex& z);  // re² + im²
Value phase(const Complex& z);              // from -pi to pi

// A product of which a factor of 0 makes 0, also where `size` is infinite or NaN; and 0 where the
// size is nothing, also if the factor is unknown. C99's Annex G wants this of functions whose parts
// are such products. `is_nothing` is where the size is exactly 0, and not too small for its dtype;
// absent: nowhere.
Value times(const Value& size, const Value& factor, const Value& is_nothing);
// The same for a real part: it is infinite where `source`, which the size is of, is infinite,
// though the direction may be unknown.
Value times_of_real(const Value& size, const Value& factor, const Value& is_nothing,
                    const Value& source);
// `found`, but `value` where that is NaN and the condition holds. Elsewhere gradients are those of
// `found`.
Value unless_lost(const Value& found, const Value& condition, const Value& value);

Complex exp(const Complex& z);
Complex log(const Complex& z);
Complex sqrt(const Complex& z);
Complex power(const Complex& base, const Complex& exponent);
Complex power(const Complex& base, int64_t exponent);

// A plane of zeros where there is no imaginary part.
Value imaginary(const Complex& z);

}  // namespace weft::ops
