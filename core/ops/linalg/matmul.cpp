// The matrix product as NumPy defines it: a vector is a row on the left and a column on the right,
// and leading axes broadcast. With C = A B: dA = dC Bᵀ, dB = Aᵀ dC.

#include "kernels/matmul/matmul.h"

#include <algorithm>

#include "base/errors.h"
#include "ops/rules.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

// The product as NumPy defines it: a vector is a row on the left and a column on the right, and
// leading axes broadcast.
// The sizes of one product, m x k by k x n, for each batch.
struct Product {
  Shape batch;  // leading axes of the result
  int64_t m = 1, n = 1, k = 1;
  bool row_vector = false, column_vector = false;
};

// The sizes, or an error if the shapes do not fit. Without leading axes there is no batch to
// broadcast.
Status parse(const Shape& a, const Shape& b, Product& p) {
  if (a.rank() == 0 || b.rank() == 0)
    return errors::invalid_value("matmul", "`x1` and `x2` must have at least one axis; got shapes ",
                                 a, " and ", b);
  p.row_vector = a.rank() == 1;
  p.column_vector = b.rank() == 1;
  p.m = p.row_vector ? 1 : a[a.rank() - 2];
  p.k = a[a.rank() - 1];
  p.n = p.column_vector ? 1 : b[b.rank() - 1];
  const int64_t k_of_b = p.column_vector ? b[0] : b[b.rank() - 2];
  if (p.k != k_of_b)
    return errors::invalid_value("matmul", "last axis of `x1` ", a, " and ",
                                 p.column_vector ? "the axis" : "the axis before the last",
                                 " of `x2` ", b, " must have one extent; got ", p.k, " and ",
                                 k_of_b);
  if (a.rank() <= 2 && b.rank() <= 2) return {};
  const Shape lead_a(a.span().first(static_cast<size_t>(std::max(0, a.rank() - 2))));
  const Shape lead_b(b.span().first(static_cast<size_t>(std::max(0, b.rank() - 2))));
  Result<Shape> batch = broadcast(lead_a, lead_b, "matmul", "x1", "x2");
  if (!batch.ok())
    return errors::invalid_value("matmul", "leading axes of `x1` ", a, " and `x2` ", b,
                                 " do not broadcast");
  p.batch = batch.take();
  return {};
}

// For shapes that inference has accepted.
Product product_of(const Shape& a, const Shape& b) {
  Product p;
  const Status status = parse(a, b, p);
  WEFT_ASSERT(status.ok());
  return p;
}

Result<Types> infer(const InferContext& c) {
  Product p;
  WEFT_TRY(parse(c.in[0].shape, c.in[1].shape, p));
  Shape shape = p.batch;
  if (!p.row_vector) shape.push_back(p.m);
  if (!p.column_vector) shape.push_back(p.n);
  return Types{{c.in[0].dtype, shape}};
}

// Strides of an operand: a transposed array only swaps them, and a vector has one that is 0.
kernels::Matrix matrix(const TensorView& view, bool vector, bool vector_is_row) {
  kernels::Matrix m{};
  m.data = view.data;
  const int last = view.rank - 1;
  if (vector) {
    m.row = vector_is_row ? 0 : view.strides[last];
    m.col = vector_is_row ? view.strides[last] : 0;
  } else {
    m.row = view.strides[last - 1];
    m.col = view.strides[last];
  }
  return m;
}

// The stride in this operand along a leading axis of the result; 0 if it broadcasts there.
int64_t batch_stride(const TensorView& view, int batch_rank, int axis) {
  const int own = axis - (batch_rank - (view.rank - 2));
  return view.rank <= 2 || own < 0 || view.shape[own] == 1 ? 0 : view.strides[own];
}

// With few rows or columns, the time is that of reading the other operand.
int64_t work_of(const kernels::Matmul& problem) {
  const int64_t k = std::max<int64_t>(problem.k, 1);
  const int64_t larger = std::max(problem.m, problem.n), smaller = std::min(problem.m, problem.n);
  return problem.batches * larger * k * std::max<int64_t>(smaller, 4) / 8;
}

void run_batches(const kernels::Matmul& problem, void* scratch, int64_t scratch_bytes) {
  split_work(kernels::matmul_units(problem), work_of(problem), scratch, scratch_bytes,
             [&](kernels::Range range, void* mine) { kernels::run_matmul(problem, range, mine); });
}

kernels::Matmul problem_of(const Product& p, DType dtype) {
  kernels::Matmul problem{};
  problem.dtype = dtype;
  problem.m = p.m;
  problem.n = p.n;
  problem.k = p.k;
  problem.c_row = p.n;
  problem.c_batch = p.m * p.n;
  problem.batches = p.batch.rank() == 0 ? 1 : p.batch[p.batch.rank() - 1];
  return problem;
}

// The kernel runs over the last batch axis; the loop here runs over the others.
Status run(const KernelCall& call) {
  const TensorView& a = call.in[0];
  const TensorView& b = call.in[1];
  const Product p = product_of(shape_of(a), shape_of(b));
  kernels::Matmul problem = problem_of(p, call.out[0].dtype);
  problem.a = matrix(a, p.row_vector, true);
  problem.b = matrix(b, p.column_vector, false);
  const int rank = p.batch.rank();
  if (rank > 0) {
    problem.a.batch = batch_stride(a, rank, rank - 1);
    problem.b.batch = batch_stride(b, rank, rank - 1);
  }
  const auto* const first_a = static_cast<const char*>(a.data);
  const auto* const first_b = static_cast<const char*>(b.data);
  auto* const first_c = static_cast<char*>(call.out[0].data);
  const int64_t size = size_of(problem.dtype);
  const int64_t scratch_bytes = kernels::matmul_scratch(problem);
  const int64_t outer = problem.batches == 0 ? 0 : p.batch.elements() / problem.batches;
  for (int64_t i = 0; i < outer; ++i) {
    int64_t rest = i;
    int64_t offset_a = 0;
    int64_t offset_b = 0;
    for (int axis = rank - 2; axis >= 0; --axis) {
      const int64_t index = rest % p.batch[axis];
      rest /= p.batch[axis];
      offset_a += index * batch_stride(a, rank, axis);
      offset_b += index * batch_stride(b, rank, axis);
    }
    problem.a.data = first_a + offset_a * size;
    problem.b.data = first_b + offset_b * size;
    problem.c = first_c + i * problem.batches * problem.c_batch * size;
    run_batches(problem, call.scratch, scratch_bytes);
  }
  return {};
}

int64_t pieces_of(const kernels::Matmul& problem) {
  return pieces_of_work(kernels::matmul_units(problem), work_of(problem));
}

// A product that is one piece runs on the calling thread, and only that needs scratch.
int64_t scratch_bytes(const SlotTypes& types, int threads) {
  const Product p = product_of(types.in[0].shape, types.in[1].shape);
  const kernels::Matmul problem = problem_of(p, types.in[0].dtype);
  return (pieces_of(problem) == 1 ? 1 : threads) * kernels::matmul_scratch(problem);
}

int64_t pieces(const SlotTypes& types) {
  const Product p = product_of(types.in[0].shape, types.in[1].shape);
  return pieces_of(problem_of(p, types.in[0].dtype));
}

// Short sums gain nothing from bf16x2 instructions, since rows are loaded and stored as often.
// float16 is summed as float32 is, and takes half the memory.
bool gains_in(const SlotTypes& types, DType half) {
  constexpr int64_t kMinTerms = 128;
  const Product p = product_of(types.in[0].shape, types.in[1].shape);
  return p.k >= kMinTerms && is_half(half);
}

Cost cost(const SlotTypes& types) {
  const Product p = product_of(types.in[0].shape, types.in[1].shape);
  const auto number = [](int64_t x) { return static_cast<double>(x); };
  return {2 * number(p.batch.elements()) * number(p.m) * number(p.n) * number(p.k),
          number(types.in[0].bytes() + types.in[1].bytes() + types.out[0].bytes())};
}

// Vectors become matrices first, so that one formula serves all. The sweep sums over broadcast
// batch axes.
Values gradient(const GradContext& g) {
  const Shape a_shape = g.in(0).shape();
  const Shape b_shape = g.in(1).shape();
  const Product p = product_of(a_shape, b_shape);
  const Value a = p.row_vector ? reshape(g.in(0), {1, p.k}) : g.in(0);
  const Value b = p.column_vector ? reshape(g.in(1), {p.k, 1}) : g.in(1);
  Shape full = p.batch;
  full.push_back(p.m);
  full.push_back(p.n);
  const Value dout = reshape(g.dout(), full);
  Values result(2);
  if (g.needs(0)) {
    const Value da = matmul(dout, swap_last_axes(b));
    result[0] = p.row_vector ? reshape(sum_to(da, {1, p.k}), a_shape) : da;
  }
  if (g.needs(1)) {
    const Value db = matmul(swap_last_axes(a), dout);
    result[1] = p.column_vector ? reshape(sum_to(db, {p.k, 1}), b_shape) : db;
  }
  return result;
}

Slot slot() {
  Slot s;
  s.run = run;
  s.scratch_bytes = scratch_bytes;
  s.cost = cost;
  s.pieces = pieces;
  s.gains_in = gains_in;
  return s;
}

}  // namespace

WEFT_OP(matmul) {
  op.doc("Matrix product; leading axes broadcast, a vector is a row on the left, a column right.")
      .input("x1", "any real dtype, shape (..., M, K) or (K,)")
      .input("x2", "shape (..., K, N) or (K,)")
      .promote(Promotion::kCommon)
      .computes(Precision::kNarrow)
      .infer(infer)
      .gradient(gradient)
      .kernel(slot())
      .like("numpy.matmul")
      .sample(R"({"shapes": [[3, 4], [4, 2]]})")
      .sample(R"({"shapes": [[4], [4]]})")
      .sample(R"({"shapes": [[2, 3, 4], [4]]})")
      .sample(R"({"shapes": [[4], [2, 4, 3]]})")
      .sample(R"({"shapes": [[2, 1, 3, 4], [5, 4, 2]]})");
}

}  // namespace weft::ops
