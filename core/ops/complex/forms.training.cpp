// The complex form of each operator that has one. A runtime has none: in files all is in planes.

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/errors.h"
#include "ops/complex/arithmetic.h"
#include "ops/complex/functions.h"
#include "ops/registry.h"

namespace weft::ops {
namespace {

using namespace complex_forms;

using Form = const ComplexContext&;

// A number as an array that has all digits of a dtype; alone it would become float32.
Value in_digits_of(const Value& x, DType dtype) {
  if (!x.is_scalar()) return x;
  return x.builder().call("full", {},
                          {Argument::of_ints({}), Argument::of_float(x.scalar().as_double()),
                           Argument::of_dtype(part_of(complex_of(dtype)))});
}

// The operator on one plane of each input, with the attributes of the call.
Values on(Form c, const Values& planes, std::span<const Argument> attributes) {
  return c.builder.emit(c.op(), planes, attributes);
}

// A number is true unless both parts are 0. The operator then works on truths.
Value truth(const Complex& z) {
  if (!z.re || z.is_real()) return z.re;
  const Value re = z.re.builder().call("not_equal", {z.re, scalar(z.re, 0)});
  const Value im = z.im.builder().call("not_equal", {z.im, scalar(z.im, 0)});
  return re.builder().call("logical_or", {re, im});
}
// Linear operators: each plane by itself. Masks and indices go to both.
Complexes each_plane_with(Form c, std::span<const Argument> attributes) {
  Values re, im;
  for (size_t i = 0; i < c.in.size(); ++i) {
    const bool is_shared = c.op().input_at(i).keeps_dtype || !c.in[i].re;
    re.push_back(is_shared ? truth(c.in[i]) : c.in[i].re);
    im.push_back(is_shared ? re.back() : imaginary(c.in[i]));
  }
  const Values reals = on(c, re, attributes), imaginaries = on(c, im, attributes);
  Complexes results;
  for (size_t i = 0; i < reals.size(); ++i) results.push_back({reals[i], imaginaries[i]});
  return results;
}

// A real dtype would drop what is imaginary.
void refuse_lost_parts(Form c, DType dtype) {
  for (size_t i = 0; i < c.in.size(); ++i)
    if (!is_complex(dtype) && !c.in[i].is_real())
      c.builder.fail(errors::invalid_type(c.op().name, "`", c.op().input_name(i),
                                          "` is complex and `dtype` is ", dtype,
                                          ": the imaginary parts would be lost; take `.real`"));
}

// A dtype among the attributes becomes that of the parts.
std::vector<Argument> part_attributes(Form c) {
  std::vector<Argument> attributes(c.all().begin(), c.all().end());
  for (Argument& a : attributes) {
    if (a.tag != Tag::kDType) continue;
    const auto dtype = static_cast<DType>(a.integer);
    refuse_lost_parts(c, dtype);
    a = Argument::of_dtype(part_of(dtype));
  }
  return attributes;
}

// A dtype that is asked for must have room for the imaginary parts, as in a cast.
bool keeps_parts(Form c) {
  for (const Argument& a : c.all()) {
    const auto dtype = static_cast<DType>(a.integer);
    if (a.tag != Tag::kDType || is_complex(dtype)) continue;
    c.builder.fail(errors::invalid_type(c.op().name, "`", c.op().input_name(0),
                                        "` is complex and `dtype` is ", dtype,
                                        ": the imaginary parts would be lost; take `.real`"));
    return false;
  }
  return true;
}

Complexes each_plane(Form c) {
  const bool any_complex =
      std::ranges::any_of(c.in, [](const Complex& z) { return z.re && !z.is_real(); });
  if (any_complex && !keeps_parts(c)) return one(c.in[0]);
  return each_plane_with(c, part_attributes(c));
}

// Products of two arrays that are linear in both.
Complexes bilinear(Form c) {
  const auto product = [&](const Value& a, const Value& b) {
    return a && b ? on(c, {a, b}, c.all())[0] : Value();
  };
  const Complex &a = c.in[0], &b = c.in[1];
  Complex result{product(a.re, b.re), {}};
  const Value cross = product(a.re, b.im), other = product(a.im, b.re);
  if (a.im && b.im) result.re = result.re - product(a.im, b.im);
  result.im = cross && other ? cross + other : cross ? cross : other;
  return one(result);
}

// The same where the first array is conjugated.
Complexes conjugate_bilinear(Form c) {
  const Complex planes[] = {conjugate(c.in[0]), c.in[1]};
  return bilinear(ComplexContext(c.op(), c.all(), c.builder, c.inputs, planes));
}

// A product of any number of arrays: every choice of planes, with the sign of i to that power.
Complexes multilinear(Form c) {
  const size_t count = c.in.size();
  Complex sum;
  for (uint32_t choice = 0; choice < uint32_t{1} << count; ++choice) {
    Values planes;
    bool any_absent = false;
    for (size_t i = 0; i < count; ++i) {
      planes.push_back(choice >> i & 1 ? c.in[i].im : c.in[i].re);
      any_absent |= !planes.back();
    }
    if (any_absent) continue;
    const int power = std::popcount(choice) % 4;
    Value term = on(c, planes, c.all())[0];
    if (power >= 2) term = -term;
    Value& part = power % 2 ? sum.im : sum.re;
    part = part ? part + term : term;
  }
  return one(sum);
}

// Two arrays make a complex result; each of the names below is what the operator is called.
Complexes add(Form c) { return one(c.in[0] + c.in[1]); }
Complexes subtract(Form c) { return one(c.in[0] - c.in[1]); }
Complexes multiply(Form c) { return one(c.in[0] * c.in[1]); }
Complexes divide(Form c) { return one(c.in[0] / c.in[1]); }
Complexes negative(Form c) { return one(-c.in[0]); }
Complexes square(Form c) { return one(c.in[0] * c.in[0]); }
Complexes inverse(Form c) { return one(reciprocal(c.in[0])); }
Complexes absolute(Form c) { return real(magnitude(c.in[0])); }

Complexes real_part(Form c) { return real(c.in[0].re); }
Complexes imaginary_part(Form c) { return real(imaginary(c.in[0])); }
Complexes conjugated(Form c) { return one(conjugate(c.in[0])); }
Complexes angles(Form c) { return real(phase(c.in[0])); }

// z / |z|, and 0 at 0. An infinite part decides alone; of two the direction is unknown.
Complexes sign(Form c) {
  const Complex z{c.in[0].re, imaginary(c.in[0])};
  const Value size = magnitude(z);
  const Value zero = scalar(size, 0), is_zero = equal(size, zero);
  const Value divisor = where(is_zero, scalar(size, 1), size);
  const Value is_far = applied("isinf", size);
  // Of an infinite part its direction, of a finite one 0.
  const auto direction = [&](const Value& part) {
    return where(applied("isinf", part), applied("sign", part), zero);
  };
  const Value lost =
      c.builder.call("logical_and", {applied("isinf", z.re), applied("isinf", z.im)});
  const auto part = [&](const Value& plane) {
    const Value far = where(lost, scalar(size, std::nan("")), direction(plane));
    return where(is_far, far, where(is_zero, zero, plane / divisor));
  };
  return one({part(z.re), part(z.im)});
}

// Equal where both parts are.
Value same(const Complex& a, const Complex& b) {
  const Value re = equal(a.re, b.re), im = equal(imaginary(a), imaginary(b));
  return re.builder().call("logical_and", {re, im});
}
Complexes equals(Form c) { return real(same(c.in[0], c.in[1])); }
Complexes differs(Form c) { return real(applied("logical_not", same(c.in[0], c.in[1]))); }

// An integer exponent, given as a number, is repeated multiplication.
Complexes powers(Form c) {
  const Value& exponent = c.inputs[1];
  if (exponent.is_scalar()) {
    const double number = exponent.scalar().as_double();
    if (number == static_cast<double>(static_cast<int64_t>(number)) && std::abs(number) <= 64)
      return one(power(c.in[0], static_cast<int64_t>(number)));
  }
  Complex base = c.in[0];
  if (base.re.is_scalar()) {
    base.re = in_digits_of(base.re, c.in[1].re.dtype());
  }
  return one(power(base, c.in[1]));
}

// A question of which one part's answer decides, and one that takes both.
Complexes either(Form c) {
  const Value re = applied(c.op().name, c.in[0].re), im = applied(c.op().name, imaginary(c.in[0]));
  return real(c.builder.call("logical_or", {re, im}));
}
Complexes both(Form c) {
  const Value re = applied(c.op().name, c.in[0].re), im = applied(c.op().name, imaginary(c.in[0]));
  return real(c.builder.call("logical_and", {re, im}));
}

Complexes on_truths(Form c) {
  Values truths;
  for (const Complex& z : c.in) truths.push_back(truth(z));
  return real(on(c, truths, c.all())[0]);
}

// To another complex dtype, and from a real one. What would drop a part is refused.
Complexes casts(Form c) {
  const DType dtype = c.dtype("dtype");
  if (dtype == DType::kBool) return real(truth(c.in[0]));
  if (!is_complex(dtype)) {
    c.builder.fail(errors::invalid_type("cast", "`x` is complex and `dtype` is ", dtype,
                                        ": the imaginary parts would be lost; take `x.real`"));
    return real(c.in[0].re);
  }
  const auto part = [&](const Value& plane) {
    return cast(in_digits_of(plane, dtype), part_of(dtype));
  };
  const Value re = part(c.in[0].re);
  return one({re, c.in[0].im ? part(c.in[0].im) : scalar(re, 0)});
}

Complexes full(Form c) {
  const Value re = on(c, {}, part_attributes(c))[0];
  return one({re, scalar(re, 0)});
}

// A real result; in a complex dtype where that was asked for.
Complexes in_dtype_of(Form c, const Value& result) {
  if (!c.has("dtype") || !is_complex(c.dtype("dtype"))) return real(result);
  return one({result, scalar(result, 0)});
}

// Variance of complex numbers is the sum of the variances of their parts, and real.
Complexes variance(Form c) {
  const std::vector<Argument> attributes = part_attributes(c);
  Value total = on(c, {c.in[0].re}, attributes)[0];
  if (!c.in[0].is_real()) total = total + on(c, {c.in[0].im}, attributes)[0];
  return in_dtype_of(c, total);
}
Complexes deviation(Form c) {
  const std::vector<Argument> attributes = part_attributes(c);
  const Value re = on(c, {c.in[0].re}, attributes)[0];
  if (c.in[0].is_real()) return in_dtype_of(c, re);
  const Value im = on(c, {c.in[0].im}, attributes)[0];
  return in_dtype_of(c, applied("sqrt", re * re + im * im));
}

Complexes transform(Form c) {
  const Values planes = c.builder.call_all("fourier", {c.in[0].re, c.in[0].im}, {c.get("inverse")});
  return one({planes[0], planes[1]});
}

Complexes inverse_transform_to_reals(Form c) {
  return real(c.builder.call("real_fourier_inverse", {c.in[0].re, c.in[0].im}, {c.get("length")}));
}

// Norms are those of the magnitudes.
Complexes of_magnitudes(Form c) { return real(on(c, {magnitude(c.in[0])}, c.all())[0]); }

struct Entry {
  std::string_view name;
  ComplexForm form;
};

// Sorted by name, so that an operator is found by bisection.
constexpr Entry kForms[] = {
    {"abs", absolute},
    {"add", add},
    {"all", on_truths},
    {"angle", angles},
    {"any", on_truths},
    {"arange", full},
    {"arccos", arccos_form},
    {"arccosh", arccosh_form},
    {"arcsin", arcsin_form},
    {"arcsinh", arcsinh_form},
    {"arctan", arctan_form},
    {"arctanh", arctanh_form},
    {"argsort", composed},
    {"array_split", each_plane},
    {"batch_flatten", each_plane},
    {"broadcast_to", each_plane},
    {"cast", casts},
    {"column_stack", each_plane},
    {"concatenate", each_plane},
    {"conj", conjugated},
    {"cos", cosine},
    {"cosh", cosh_form},
    {"count_nonzero", on_truths},
    {"cumprod", running_product},
    {"cumsum", each_plane},
    {"dft", transform},
    {"diag", each_plane},
    {"divide", divide},
    {"dot", bilinear},
    {"dstack", each_plane},
    {"einsum", multilinear},
    {"equal", equals},
    {"exp", exponential},
    {"exp2", exponential_of_two},
    {"expand_dims", each_plane},
    {"expm1", exponential_minus_one},
    {"flip", each_plane},
    {"full", full},
    {"gather", each_plane},
    {"gather_nd", each_plane},
    {"hstack", each_plane},
    {"imag", imaginary_part},
    {"index_add", each_plane},
    {"index_update", each_plane},
    {"inner", bilinear},
    {"irdft", inverse_transform_to_reals},
    {"isfinite", both},
    {"isinf", either},
    {"isnan", either},
    {"log", logarithm},
    {"log10", logarithm_of_ten},
    {"log1p", logarithm_plus_one},
    {"log2", logarithm_of_two},
    {"logical_and", on_truths},
    {"logical_not", on_truths},
    {"logical_or", on_truths},
    {"logical_xor", on_truths},
    {"matmul", bilinear},
    {"matvec", bilinear},
    {"mean", each_plane},
    {"moveaxis", each_plane},
    {"multiply", multiply},
    {"nan_to_num", each_plane},
    {"negative", negative},
    {"norm", of_magnitudes},
    {"not_equal", differs},
    {"outer", bilinear},
    {"pad", each_plane},
    {"power", powers},
    {"prod", product},
    {"ravel", each_plane},
    {"real", real_part},
    {"reciprocal", inverse},
    {"repeat", each_plane},
    {"rint", each_plane},
    {"roll", each_plane},
    {"round", each_plane},
    {"rsqrt", reciprocal_root},
    {"scatter", each_plane},
    {"scatter_nd", each_plane},
    {"search_order", search},
    {"searchsorted", composed},
    {"sign", sign},
    {"sin", sine},
    {"sinh", sinh_form},
    {"sort", composed},
    {"sort_order", order},
    {"split", each_plane},
    {"sqrt", square_root},
    {"square", square},
    {"squeeze", each_plane},
    {"stack", each_plane},
    {"std", deviation},
    {"subtract", subtract},
    {"sum", each_plane},
    {"swapaxes", each_plane},
    {"take", each_plane},
    {"take_adjoint", each_plane},
    {"take_along_axis", each_plane},
    {"take_rows", each_plane},
    {"tan", tangent},
    {"tanh", tanh_form},
    {"tensordot", bilinear},
    {"tile", each_plane},
    {"topk", composed},
    {"trace", each_plane},
    {"tril", each_plane},
    {"triu", each_plane},
    {"update", each_plane},
    {"var", variance},
    {"vdot", conjugate_bilinear},
    {"vecdot", conjugate_bilinear},
    {"vecmat", conjugate_bilinear},
    {"vstack", each_plane},
    {"where", each_plane},
    {"with_values_along_axis", each_plane},
};

static_assert(std::ranges::is_sorted(kForms, {}, &Entry::name));

}  // namespace

ComplexForm complex_form(const OpDef& op) {
  if (op.outside) return nullptr;
  const auto found = std::ranges::lower_bound(kForms, std::string_view(op.name), {}, &Entry::name);
  return found != std::end(kForms) && found->name == op.name ? found->form : nullptr;
}

}  // namespace weft::ops
