// Tile programs against element-by-element loops.
#include "kernels/tiles/tile_program.h"

#include "core/kernels/kernel_testing.h"
#include "doctest.h"
#include "kernels/elementwise/copy.h"
#include "kernels/elementwise/formula_ids.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

namespace {

// A float32 view of `shape` inside `storage`, with strides chosen by `variant`:
// dense, reversed, every second element, transposed, broadcast along even axes.
TensorView make_view(const Shape& shape, int variant, std::vector<float>& storage, uint64_t seed) {
  storage = uniform<float>(4096 + shape.elements() * (variant == 2 ? 4 : 2) + 8, -2, 2, seed);
  TensorView view = {};
  view.rank = shape.rank();
  view.dtype = DType::kFloat32;
  int64_t stride = variant == 2 ? 2 : 1;
  int64_t offset = 0;
  for (int n = 0; n < shape.rank(); ++n) {
    const int axis = variant == 3 ? n : shape.rank() - 1 - n;
    view.shape[axis] = shape[axis];
    view.strides[axis] = variant == 4 && axis % 2 == 0 ? 0 : stride;
    if (variant == 1 && shape[axis] > 0) {
      view.strides[axis] = -stride;
      offset += stride * (shape[axis] - 1);
    }
    if (view.strides[axis] != 0) stride *= shape[axis];
  }
  view.data = storage.data() + offset;
  return view;
}

float& at(const TensorView& view, int64_t flat) {
  float* p = static_cast<float*>(view.data);
  for (int axis = view.rank - 1; axis >= 0; --axis) {
    p += flat % view.shape[axis] * view.strides[axis];
    flat /= view.shape[axis];
  }
  return *p;
}

const std::vector<Shape> kShapes = {
    Shape{},           Shape{0},         Shape{3, 0, 2},   Shape{1},
    Shape{5},          Shape{1, 7},      Shape{17, 3},     Shape{2, 3, 4},
    Shape{4, 1, 33},   Shape{3, 1500},   Shape{1, 4097},   Shape{70, 45},
    Shape{2, 3, 4, 5}, Shape{2, 40, 50}, Shape{33, 3, 20}, Shape{9, 2, 3, 12}};

}  // namespace

TEST_CASE("one step adds views of any strides into any output, in any split") {
  const TileStep step = {step_of(FormulaId::kAdd, DType::kFloat32), 2, {0, 1, -1}};
  const DType dtypes[] = {DType::kFloat32, DType::kFloat32, DType::kFloat32};
  const TileProgram program = {{&step, 1}, dtypes, 3};
  for (const Shape& shape : kShapes) {
    for (int variant = 0; variant < 5 * 5 * 4; ++variant) {
      std::vector<float> sa, sb, so;
      const TensorView a = make_view(shape, variant % 5, sa, 1);
      const TensorView b = make_view(shape, variant / 5 % 5, sb, 2);
      const TensorView out = make_view(shape, variant / 25, so, 3);
      const TensorView views[] = {a, b, out};
      TileLoop loop = make_tile_loop(shape, views);
      if (variant % 2 == 1) transpose_rows(loop);
      std::vector<char> scratch(tile_scratch(program, loop) + 1);
      void* const data[] = {a.data, b.data, out.data};
      const int64_t units = tile_units(loop);
      const int64_t middle = units * 2 / 3;
      run_tiles(program, loop, data, {middle, units}, scratch.data());
      run_tiles(program, loop, data, {0, middle}, scratch.data());
      bool all = true;
      for (int64_t i = 0; i < shape.elements(); ++i) all &= at(out, i) == at(a, i) + at(b, i);
      CAPTURE(to_string(shape));
      CAPTURE(variant);
      REQUIRE(all);
    }
  }
}

TEST_CASE("rows become the axis along which what is gathered lies densely") {
  std::vector<float> sa, so;
  const Shape shape{33, 3, 20};
  const TensorView views[] = {make_view(shape, 3, sa, 1), make_view(shape, 0, so, 2)};
  TileLoop loop = make_tile_loop(shape, views);
  CHECK(loop.rows == 3);
  transpose_rows(loop);
  CHECK(loop.rows == 33);
  CHECK(loop.row_stride[0] == 1);
  CHECK(loop.col_stride[1] == 1);
}

TEST_CASE("steps pass temporaries: relu(a * b) - a, and a comparison feeds where") {
  const DType f = DType::kFloat32;
  // Operands: a, b, out, t0 = a * b, t1 = relu(t0), t2 = a < b (bool), t3 = where(t2, t1, b).
  const TileStep steps[] = {{step_of(FormulaId::kMultiply, f), 3, {0, 1, -1}},
                            {step_of(FormulaId::kRelu, f), 4, {3, -1, -1}},
                            {step_of(FormulaId::kLess, f), 5, {0, 1, -1}},
                            {step_of(FormulaId::kWhere, f), 6, {5, 4, 1}},
                            {step_of(FormulaId::kSubtract, f), 2, {6, 0, -1}}};
  const DType dtypes[] = {f, f, f, f, f, DType::kBool, f};
  const TileProgram program = {steps, dtypes, 3};
  for (const Shape& shape : kShapes) {
    for (int variant = 0; variant < 5 * 5 * 4; ++variant) {
      std::vector<float> sa, sb, so;
      const TensorView a = make_view(shape, variant % 5, sa, 1);
      const TensorView b = make_view(shape, variant / 5 % 5, sb, 2);
      const TensorView out = make_view(shape, variant / 25, so, 3);
      const TensorView views[] = {a, b, out};
      const TileLoop loop = make_tile_loop(shape, views);
      std::vector<char> scratch(tile_scratch(program, loop));
      void* const data[] = {a.data, b.data, out.data};
      run_tiles(program, loop, data, {0, tile_units(loop)}, scratch.data());
      bool all = true;
      for (int64_t i = 0; i < shape.elements(); ++i) {
        const float x = at(a, i), y = at(b, i);
        const float chosen = x < y ? (x * y < 0 ? 0 : x * y) : y;
        all &= at(out, i) == chosen - x;
      }
      CAPTURE(to_string(shape));
      CAPTURE(variant);
      REQUIRE(all);
    }
  }
}

TEST_CASE("copies and fills move every element between any strides") {
  for (const Shape& shape : kShapes) {
    for (int variant = 0; variant < 5 * 4; ++variant) {
      std::vector<float> sa, so;
      const TensorView a = make_view(shape, variant % 5, sa, 1);
      const TensorView out = make_view(shape, variant / 5, so, 3);
      const int64_t units = copy_units(out, a);
      run_copy(out, a, {units / 2, units});
      run_copy(out, a, {0, units / 2});
      bool all = true;
      for (int64_t i = 0; i < shape.elements(); ++i) all &= at(out, i) == at(a, i);
      const float value = 7.5f;
      run_fill(out, &value, {0, fill_units(out)});
      for (int64_t i = 0; i < shape.elements(); ++i) all &= at(out, i) == 7.5f;
      CAPTURE(to_string(shape));
      CAPTURE(variant);
      REQUIRE(all);
    }
  }
}
