// The complex forms of functions, for the table in forms.training.cpp.
#pragma once

#include "ops/complex/complex.h"

namespace weft::ops::complex_forms {

// The results of a form with one result: a complex number, or a real one.
inline Complexes one(Complex z) { return {std::move(z)}; }
inline Complexes real(Value x) { return {Complex{std::move(x), {}}}; }

Complexes exponential(const ComplexContext& c);
Complexes exponential_of_two(const ComplexContext& c);
Complexes exponential_minus_one(const ComplexContext& c);
Complexes logarithm(const ComplexContext& c);
Complexes logarithm_of_two(const ComplexContext& c);
Complexes logarithm_of_ten(const ComplexContext& c);
Complexes logarithm_plus_one(const ComplexContext& c);
Complexes square_root(const ComplexContext& c);
Complexes reciprocal_root(const ComplexContext& c);
Complexes sinh_form(const ComplexContext& c);
Complexes cosh_form(const ComplexContext& c);
Complexes tanh_form(const ComplexContext& c);
Complexes sine(const ComplexContext& c);
Complexes cosine(const ComplexContext& c);
Complexes tangent(const ComplexContext& c);
Complexes arcsinh_form(const ComplexContext& c);
Complexes arccosh_form(const ComplexContext& c);
Complexes arctanh_form(const ComplexContext& c);
Complexes arccos_form(const ComplexContext& c);
Complexes arcsin_form(const ComplexContext& c);
Complexes arctan_form(const ComplexContext& c);

Complexes product(const ComplexContext& c);
Complexes running_product(const ComplexContext& c);

Complexes composed(const ComplexContext& c);
Complexes order(const ComplexContext& c);
Complexes search(const ComplexContext& c);

}  // namespace weft::ops::complex_forms
