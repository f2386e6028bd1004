// Factorizations of many small real matrices, with kernels of their own (kernels/linalg).
#include <atomic>

#include "base/errors.h"
#include "kernels/divide_up.h"
#include "kernels/isa/active.h"
#include "kernels/linalg/small_systems.h"
#include "ops/linalg/matrices_impl.h"
#include "ops/rules.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

using namespace matrices;

// The shape's own rule, after those of the kernels.
template <Result<Types> (*kRule)(const InferContext&), int kMostRows>
Result<Types> small(const InferContext& c) {
  WEFT_TRY(rules::require_lanes(c, 0));
  Result<Types> types = kRule(c);
  if (!types.ok()) return types;
  const Shape& shape = c.in[0].shape;
  if (shape[shape.rank() - 1] <= kMostRows) return types;
  return errors::invalid_value(c.op().name, "`a` must be matrices of at most ", kMostRows,
                               " rows; got shape ", shape);
}

kernels::SmallSystems problem_of(const KernelCall& call) {
  const TensorView& a = call.in[0];
  const Shape shape = shape_of(a);
  kernels::SmallSystems problem{};
  problem.rows = shape[shape.rank() - 1];
  problem.count = 1;
  for (int axis = 0; axis + 2 < shape.rank(); ++axis) problem.count *= shape[axis];
  problem.columns = problem.rows;
  problem.a = a.data;
  problem.y = call.out[0].data;
  return problem;
}

// Threads share blocks of matrices. The first matrix that fails is told, whoever finds it.
Status run(const kernels::SmallSystems& problem, kernels::SmallSystemsKernel kernel,
           std::string_view word, std::string_view rule) {
  std::atomic<int64_t> wrong{INT64_MAX};
  const int64_t work = problem.count * problem.rows * problem.rows * (4 + problem.columns);
  split_work(kernels::divide_up(problem.count, kernels::kSmallBlock), work, nullptr, 0,
             [&](kernels::Range units, void*) {
               const int64_t found = kernel(problem, units);
               int64_t known = wrong.load();
               while (found >= 0 && found < known && !wrong.compare_exchange_weak(known, found)) {
               }
             });
  if (wrong.load() == INT64_MAX) return {};
  return errors::no_factorization(word, "`a` must be ", rule, "; got matrix ", wrong.load(), " of ",
                                  problem.count, ", which is not");
}

constexpr std::string_view kRegular = "matrices that have an inverse";

Status run_inverse(const KernelCall& call) {
  return run(problem_of(call), WEFT_ACTIVE_OF(call.in[0].dtype, kSmallSolutions), "inv", kRegular);
}

Status run_solution(const KernelCall& call) {
  kernels::SmallSystems problem = problem_of(call);
  problem.columns = call.in[1].shape[call.in[1].rank - 1];
  problem.b = call.in[1].data;
  return run(problem, WEFT_ACTIVE_OF(call.in[0].dtype, kSmallSolutions), "solve", kRegular);
}

Status run_determinant(const KernelCall& call) {
  kernels::SmallSystems problem = problem_of(call);
  problem.w = problem.y;
  return run(problem, WEFT_ACTIVE_OF(call.in[0].dtype, kSmallDeterminants), "det", "");
}

Status run_cholesky(const KernelCall& call) {
  kernels::SmallSystems problem = problem_of(call);
  problem.upper = call.op.reader(call.attributes).flag("upper");
  return run(problem, WEFT_ACTIVE_OF(call.in[0].dtype, kSmallCholesky), "cholesky",
             "symmetric matrices that are positive");
}

Status run_eigen(const KernelCall& call) {
  kernels::SmallSystems problem = problem_of(call);
  problem.w = call.out[0].data;
  problem.y = call.out[1].data;
  problem.upper = call.op.reader(call.attributes).flag("upper");
  return run(problem, WEFT_ACTIVE_OF(call.in[0].dtype, kSmallEigen), "eigh", "");
}

OpDef& small(OpDef& op, DocText doc, KernelFunction run) {
  Slot slot = dense_slot(run);
  slot.fails_midway = true;
  slot.cost = [](const SlotTypes& t) {
    const auto elements = static_cast<double>(t.in[0].shape.elements());
    return Cost{8 * elements, static_cast<double>(t.in[0].bytes() + t.out.back().bytes())};
  };
  return op.doc(doc)
      .in(Namespace::kInternal)
      .input("a", "float32 or float64: matrices of few rows, (..., N, N)")
      .promote(Promotion::kExact)
      .kernel(slot);
}

OpDef& regular_samples(OpDef& op) {
  return op.sample(R"({"shapes": [[3, 3]], "matrices": ["regular"]})")
      .sample(R"({"shapes": [[2, 9, 4, 4]], "matrices": ["regular"]})")
      .sample(R"({"shapes": [[37, 2, 2]], "matrices": ["regular"]})")
      .sample(R"({"shapes": [[5, 1, 1]], "matrices": ["regular"]})");
}

}  // namespace

WEFT_OP(small_inv) {
  regular_samples(small(op, "Inverses of small matrices.", run_inverse))
      .infer(small<infer_square, kernels::kMostSmallRows>)
      .gradient(inverse_gradient)
      .like("numpy.linalg.inv");
}

WEFT_OP(small_solve) {
  small(op, "Solutions x of a x = b for small matrices.", run_solution)
      .input("b", "right sides, as matrices with the batch of `a`")
      .infer(small<infer_solution, kernels::kMostSmallRows>)
      .gradient(solution_gradient)
      .like("numpy.linalg.solve")
      .sample(R"({"shapes": [[3, 3], [3, 2]], "matrices": ["regular", null]})")
      .sample(R"({"shapes": [[2, 9, 4, 4], [2, 9, 4, 5]], "matrices": ["regular", null]})")
      .sample(R"({"shapes": [[37, 2, 2], [37, 2, 1]], "matrices": ["regular", null]})");
}

WEFT_OP(small_det) {
  regular_samples(small(op, "Determinants of small matrices.", run_determinant))
      .infer(small<infer_determinant, kernels::kMostSmallRows>)
      .gradient(determinant_gradient)
      .like("numpy.linalg.det");
}

WEFT_OP(small_cholesky) {
  triangle(
      small(op, "The triangle L of small positive matrices L L^T, or its transpose.", run_cholesky))
      .infer(small<infer_square, kernels::kMostSmallRows>)
      .gradient(cholesky_gradient)
      .like("numpy.linalg.cholesky")
      .sample(R"({"shapes": [[3, 3]], "matrices": ["positive"]})")
      .sample(R"({"shapes": [[2, 9, 4, 4]], "matrices": ["positive"], "upper": true})")
      .sample(R"({"shapes": [[37, 2, 2]], "matrices": ["positive"]})");
}

WEFT_OP(small_eigh) {
  triangle(small(op, "Eigenvalues in ascending order, and vectors, of small symmetric matrices.",
                 run_eigen))
      .outputs(2)
      .infer(small<infer_eigen, kernels::kMostSmallEigenRows>)
      .gradient(symmetric_eigen_gradient)
      .sample(R"({"shapes": [[3, 3]]})")
      .sample(R"({"shapes": [[2, 9, 3, 3]], "upper": true})")
      .sample(R"({"shapes": [[37, 2, 2]]})");
}

}  // namespace weft::ops
