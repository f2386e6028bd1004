// Taking complex numbers apart and putting them together: the only operators that meet pairs.

#include "base/errors.h"
#include "ops/complex/complex.h"
#include "ops/registry.h"
#include "ops/rules.h"
#include "ops/slots/copy_slot.h"
#include "ops/slots/kernel_call.h"

namespace weft::ops {
namespace {

// One of the two planes of pairs, as floats that lie two apart.
TensorView plane(const TensorView& pairs, int which) {
  TensorView view = pairs;
  view.dtype = part_of(pairs.dtype);
  view.data = static_cast<char*>(pairs.data) + which * size_of(view.dtype);
  for (int axis = 0; axis < view.rank; ++axis) view.strides[axis] *= 2;
  return view;
}

template <int kWhich>
Status run_part(const KernelCall& call) {
  copy_elements(call.out[0], plane(call.in[0], kWhich));
  return {};
}

Status run_pair(const KernelCall& call) {
  for (int which = 0; which < 2; ++which)
    copy_elements(plane(call.out[0], which),
                  broadcast_view(call.in[static_cast<size_t>(which)], shape_of(call.out[0])));
  return {};
}

Result<Types> infer_part(const InferContext& c) {
  if (!is_complex(c.in[0].dtype))
    return errors::invalid_type(c.op().name, "`x` must be complex; got ", c.in[0].dtype);
  return Types{{part_of(c.in[0].dtype), c.in[0].shape}};
}

Result<Types> infer_pair(const InferContext& c) {
  const DType part = c.in[0].dtype;
  if (part != DType::kFloat32 && part != DType::kFloat64)
    return errors::invalid_type(c.op().name, "`x1` and `x2` must be float32 or float64; got ",
                                part);
  WEFT_ASSIGN(Types types, rules::broadcast(c));
  types[0].dtype = complex_of(part);
  return types;
}

Slot exact(KernelFunction run) {
  Slot s = copy_slot();
  s.run = run;
  return s;
}

Values gradient_of_real(const GradContext& g) {
  return {g.builder().call("pair", {g.dout(), scalar(g.dout(), 0)})};
}
Values gradient_of_imaginary(const GradContext& g) {
  return {g.builder().call("pair", {scalar(g.dout(), 0), g.dout()})};
}
Values gradient_of_pair(const GradContext& g) {
  return {g.builder().call("real_part", {g.dout()}),
          g.builder().call("imaginary_part", {g.dout()})};
}

}  // namespace

WEFT_OP(real_part) {
  op.doc("The real parts of complex numbers.")
      .in(Namespace::kInternal)
      .input("x", "complex")
      .infer(infer_part)
      .gradient(gradient_of_real)
      .kernel(exact(run_part<0>))
      .like("numpy.real")
      .sample(R"({"shapes": [[2, 3]], "dtypes": ["complex64"]})")
      .sample(R"({"shapes": [[]], "dtypes": ["complex128"]})");
}

WEFT_OP(imaginary_part) {
  op.doc("The imaginary parts of complex numbers.")
      .in(Namespace::kInternal)
      .input("x", "complex")
      .infer(infer_part)
      .gradient(gradient_of_imaginary)
      .kernel(exact(run_part<1>))
      .like("numpy.imag")
      .sample(R"({"shapes": [[2, 3]], "dtypes": ["complex64"]})")
      .sample(R"({"shapes": [[0]], "dtypes": ["complex128"]})");
}

WEFT_OP(pair) {
  op.doc("Complex numbers of their real and imaginary parts.")
      .in(Namespace::kInternal)
      .input("x1", "float32 or float64: the real parts")
      .input("x2", "the imaginary parts")
      .promote(Promotion::kCommon)
      .infer(infer_pair)
      .gradient(gradient_of_pair)
      .kernel(exact(run_pair))
      .sample(R"({"shapes": [[2, 3], [2, 3]]})")
      .sample(R"({"shapes": [[2, 1], [3]]})");
}

}  // namespace weft::ops
