// Sends a call with complex numbers to the complex form of its operator.

#include "ops/complex/complex.h"

#include <algorithm>

#include "base/errors.h"
#include "ops/registry.h"
#include "ops/slots/provided_slot.h"

namespace weft::ops {
namespace {

bool has_complex_input(std::span<const Value> inputs, Builder& builder) {
  return std::ranges::any_of(inputs, [&](const Value& input) {
    if (!input || input.is_rows()) return false;
    if (input.is_tensor()) return is_complex(input.tensor()->dtype());
    if (input.is_scalar()) return input.scalar().tag == Tag::kComplex;
    return is_complex(builder.type(input).dtype);
  });
}

// Factorizations of matrices take complex numbers as pairs: LAPACK has kernels for them.
bool takes_pairs(const OpDef& op) {
  static constexpr std::string_view kTaking[] = {
      "cholesky",         "det", "eig",      "eigh", "inv", "qr", "qr_whole", "slogdet", "solve",
      "solve_triangular", "svd", "svd_whole"};
  return op.outside || waits_for_kernel(op) ||
         std::ranges::find(kTaking, op.name) != std::end(kTaking);
}

// Operators that only move elements have kernels for elements of any size, or are made of such: so
// what is a view of reals is one of complex numbers.
bool moves_pairs(const OpDef& op) {
  static constexpr std::string_view kMoving[] = {
      "array_split", "batch_flatten", "broadcast_to", "concatenate",    "copy",      "diagonal",
      "element",     "expand_dims",   "flip",         "imaginary_part", "moveaxis",  "pair",
      "ravel",       "real_part",     "reshape",      "roll",           "slice",     "split",
      "squeeze",     "stop_gradient", "strided_view", "swapaxes",       "transpose", "update"};
  return std::ranges::find(kMoving, op.name) != std::end(kMoving);
}

// Are the inputs whose dtypes meet all complex, of one dtype? Then elements can be moved as they
// are.
bool have_one_dtype(const OpDef& op, std::span<const Value> inputs, Builder& builder) {
  std::optional<DType> common;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i] || op.input_at(i).keeps_dtype) continue;
    if (inputs[i].is_scalar()) return false;
    const DType dtype = builder.type(inputs[i]).dtype;
    if (common && *common != dtype) return false;
    common = dtype;
  }
  return true;
}

// The dtype of the parts in whose digits numbers are taken: that of the arrays, or of the dtype
// that is asked for.
DType digits_of(const OpDef& op, std::span<const Value> inputs,
                std::span<const Argument> attributes, Builder& builder) {
  DType common = DType::kFloat32;
  for (size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i] && !inputs[i].is_scalar() && !op.input_at(i).keeps_dtype)
      common = promote(common, part_of(builder.type(inputs[i]).dtype));
  for (const Argument& a : attributes)
    if (a.tag == Tag::kDType) common = promote(common, part_of(static_cast<DType>(a.integer)));
  return common == DType::kFloat64 ? common : DType::kFloat32;
}

// A complex number as arrays: alone its parts would become float32.
Complex planes_of_number(const Value& number, DType dtype) {
  const auto part = [&](int which) {
    return number.builder().call(
        "full", {},
        {Argument::of_ints({}), Argument::of_float(number.scalar().parts[which]),
         Argument::of_dtype(dtype)});
  };
  return {part(0), part(1)};
}

Status refused(const OpDef& op, std::span<const Value> inputs, Builder& builder) {
  for (size_t i = 0; i < inputs.size(); ++i)
    if (has_complex_input(inputs.subspan(i, 1), builder))
      return errors::invalid_type(op.name, "is not defined for complex numbers: `",
                                  op.input_name(i), "` is ", builder.type(inputs[i]).dtype,
                                  "; take `.real`, `.imag` or `abs`");
  return errors::invalid_type(op.name, "`dtype` must not be complex");
}

}  // namespace

#if defined(WEFT_RUNTIME_ONLY)
// In files all is in planes.
ComplexForm complex_form(const OpDef&) { return nullptr; }
#endif

Status check_moves_pairs(const OpDef& op, DType dtype) {
  if (takes_pairs(op) || moves_pairs(op)) return {};
  return errors::invalid_type(op.name, "has no kernel for ", dtype);
}

Complex planes_of(const Value& value) {
  if (!value || value.is_scalar() || !is_complex(value.dtype())) return {value, {}};
  return {value.builder().call("real_part", {value}),
          value.builder().call("imaginary_part", {value})};
}

// Halves and integers become parts of float32.
Value joined(const Complex& planes) {
  if (!planes.im) return planes.re;
  Builder& builder = planes.re.is_scalar() ? planes.im.builder() : planes.re.builder();
  const auto part = [](const Value& plane) {
    if (plane.is_scalar()) return plane;
    const DType dtype = plane.dtype();
    return cast(plane, dtype == DType::kFloat64 ? dtype : DType::kFloat32);
  };
  return builder.call("pair", {part(planes.re), part(planes.im)});
}

std::optional<Values> on_planes(const OpDef& op, std::span<const Value> inputs,
                                std::span<const Argument> attributes, Builder& builder) {
  if (takes_pairs(op)) return {};  // its kernel gets the pairs
  if (moves_pairs(op) && have_one_dtype(op, inputs, builder)) return {};
  std::vector<Argument> complete(op.attributes.size());
  Status status = complete_attributes(op, attributes, complete);
  const ComplexForm form = complex_form(op);
  if (status.ok() && !form) status = refused(op, inputs, builder);
  const auto harmless = [&] {
    return Values(harmless_outputs(op, attributes), Value(&builder, Argument::of_int(0)));
  };
  if (!status.ok()) {
    builder.fail(std::move(status));
    return harmless();
  }
  const bool was_ok = builder.status().ok();
  PoolVector<Complex> planes;
  Values given(inputs.begin(), inputs.end());
  while (given.size() < op.inputs.size() && !op.takes_list()) given.emplace_back();
  const DType digits = digits_of(op, inputs, complete, builder);
  for (const Value& input : given) {
    const bool is_number = input && input.is_scalar() && input.scalar().tag == Tag::kComplex;
    planes.push_back(is_number ? planes_of_number(input, digits) : planes_of(input));
  }
  const Complexes results = form(ComplexContext(op, complete, builder, given, planes));
  if (was_ok) builder.tell_as(op.name);
  if (!builder.status().ok()) return harmless();
  Values values;
  for (const Complex& result : results) values.push_back(joined(result));
  return values;
}

}  // namespace weft::ops
