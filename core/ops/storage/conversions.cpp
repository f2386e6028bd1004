// Numbers of storage dtypes as numbers that kernels compute with, and back: the only operators
// whose kernels know these dtypes.

#include <cstring>

#include "base/errors.h"
#include "kernels/elementwise/narrow.h"
#include "ops/op.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

// Runs body(begin, count) over ranges of the elements, on several threads if there are many.
template <class Body>
Status over_elements(const KernelCall& call, const Body& body) {
  const int64_t elements = elements_of(call.out[0]);
  split_work(elements, elements, nullptr, 0,
             [&](kernels::Range range, void*) { body(range.begin, range.end - range.begin); });
  return {};
}

const uint8_t* bytes(const TensorView& view) { return static_cast<const uint8_t*>(view.data); }

Status run_widen(const KernelCall& call) {
  const TensorView &in = call.in[0], &out = call.out[0];
  return over_elements(call, [&](int64_t begin, int64_t count) {
    kernels::widen(in.dtype, bytes(in) + begin, count,
                   static_cast<char*>(out.data) + begin * size_of(out.dtype));
  });
}

Status run_narrow(const KernelCall& call) {
  const TensorView &in = call.in[0], &out = call.out[0];
  return over_elements(call, [&](int64_t begin, int64_t count) {
    kernels::narrow(in.dtype, bytes(in) + begin * size_of(in.dtype), count, out.dtype,
                    static_cast<uint8_t*>(out.data) + begin);
  });
}

Status run_reinterpret(const KernelCall& call) {
  const TensorView &in = call.in[0], &out = call.out[0];
  const int64_t size = size_of(in.dtype);
  return over_elements(call, [&](int64_t begin, int64_t count) {
    std::memcpy(static_cast<char*>(out.data) + begin * size, bytes(in) + begin * size,
                static_cast<size_t>(count * size));
  });
}

Result<Types> infer_widen(const InferContext& c) {
  if (!is_storage(c.in[0].dtype))
    return errors::invalid_type(c.op().name, "`x` must be of a storage dtype; got ", c.in[0].dtype);
  return Types{{wide_of(c.in[0].dtype), c.in[0].shape}};
}

Result<Types> infer_narrow(const InferContext& c) {
  const DType from = c.in[0].dtype, to = c.dtype("dtype");
  if (!is_storage(to))
    return errors::invalid_type(c.op().name, "`dtype` must be a storage dtype; got ", to);
  const bool is_wide = wide_of(to) == DType::kFloat32 && from == DType::kFloat64;
  if (from != wide_of(to) && !is_wide)
    return errors::invalid_type(c.op().name, "`x` must be ", wide_of(to), " for ", to, "; got ",
                                from);
  return Types{{to, c.in[0].shape}};
}

Result<Types> infer_reinterpret(const InferContext& c) {
  const DType from = c.in[0].dtype, to = c.dtype("dtype");
  if (size_of(from) != size_of(to))
    return errors::invalid_type(c.op().name, "`dtype` must have elements of ", size_of(from),
                                " bytes, as ", from, " has; got ", to);
  if (to == DType::kBool && from != DType::kBool)
    return errors::invalid_type(c.op().name, "`dtype` must not be bool, whose bytes are 0 or 1");
  return Types{{to, c.in[0].shape}};
}

// The cotangent ends at the storage dtype, as it ends at integers.
Values gradient(const GradContext& g) { return {g.dout()}; }

}  // namespace

WEFT_OP(widen) {
  op.doc("Numbers of a storage dtype as float32, int8 or uint8, which hold all of them.")
      .in(Namespace::kInternal)
      .input("x", "of a storage dtype")
      .infer(infer_widen)
      .gradient(gradient)
      .kernel(exact_dense_slot(run_widen))
      .images({0})
      .sample(R"({"shapes": [[2, 3]], "dtypes": ["float8_e4m3fn"]})")
      .sample(R"({"shapes": [[]], "dtypes": ["float8_e5m2"]})")
      .sample(R"({"shapes": [[0, 2]], "dtypes": ["uint4"]})")
      .sample(R"({"shapes": [[5]], "dtypes": ["int4"]})");
}

WEFT_OP(narrow) {
  op.doc(
        "Conversion to a storage dtype: to float8 the nearest number, ties to even, beyond the "
        "largest infinite or NaN; to 4 bits the lowest ones.")
      .in(Namespace::kInternal)
      .input("x", "float32 or float64 for float8, int8 for int4, uint8 for uint4")
      .required(AttributeKind::kDType, "dtype", "storage dtype of the result")
      .infer(infer_narrow)
      .no_gradient("no cotangent comes from a storage dtype, as none comes from integers")
      .kernel(exact_dense_slot(run_narrow))
      .images({0})
      .sample(R"({"shapes": [[2, 3]], "dtypes": ["float32"], "dtype": "float8_e4m3fn"})")
      .sample(R"({"shapes": [[]], "dtypes": ["float64"], "dtype": "float8_e4m3fn"})")
      .sample(R"({"shapes": [[0, 4]], "dtypes": ["float32"], "dtype": "float8_e4m3fnuz"})");
}

WEFT_OP(reinterpret) {
  op.doc("The same bytes as elements of another dtype of the same size.")
      .in(Namespace::kInternal)
      .input("x", "of a dtype with elements of that size")
      .required(AttributeKind::kDType, "dtype", "dtype of the result")
      .infer(infer_reinterpret)
      .no_gradient("bits of a number are no function with a derivative")
      .kernel(exact_dense_slot(run_reinterpret))
      .images({0})
      .sample(R"({"shapes": [[2, 3]], "dtypes": ["float32"], "dtype": "uint32"})")
      .sample(R"({"shapes": [[4]], "dtypes": ["uint8"], "dtype": "float8_e4m3fn"})")
      .sample(R"({"shapes": [[]], "dtypes": ["int4"], "dtype": "int8"})");
}

}  // namespace weft::ops
