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

Complex conjugate(const Complex& z);
Complex times_i(const Complex& z);  // i z

// An operator of one input by its name, on a real plane.
Value applied(std::string_view op, const Value& x);

Value magnitude(const Complex& z);          // |z|, without overflow
Value squared_magnitude(const Complex& z);  // re² + im²
Value phase(const Complex& z);              // from -pi to pi
Complex polar(const Value& magnitude, const Value& angle);

Complex exp(const Complex& z);
Complex log(const Complex& z);
Complex sqrt(const Complex& z);
Complex power(const Complex& base, const Complex& exponent);
Complex power(const Complex& base, int64_t exponent);

// A plane of zeros where there is no imaginary part.
Value imaginary(const Complex& z);

}  // namespace weft::ops
