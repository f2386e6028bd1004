// The one loop form of elementwise kernels: a formula over the rows of a tile.
//
// Included inside the namespace of an instruction set, after kernels/simd_memory.h and the
// formulas. Inputs that are one element a row stay in a register: each such pattern is a form of
// its own, under one loop over the rows. Formulas that take long themselves (compact classes) have
// one form for all patterns, and narrow dtypes pass through the kernel of their lanes' type.

#include "kernels/cpu/formula_classes_impl.h"
#include "kernels/cpu/row_end_impl.h"

// What kind of value a formula takes and gives, asked of the compiler.
template <class F, class V>
constexpr int arity_of_formula() {
  using M = typename V::Truth;
  if constexpr (requires(F f, V v) { f(v); }) {
    return 1;
  } else if constexpr (requires(F f, V v) { f(v, v); }) {
    return 2;
  } else {
    static_assert(
        requires(F f, V v) { f(v, v, v); } || requires(F f, M m, V v) { f(m, v, v); });
    return 3;
  }
}
// A formula of three values refuses a mask among them, because it has one template parameter.
template <class F, class V>
constexpr bool takes_mask_first() {
  using M = typename V::Truth;
  return requires(F f, M m, V v) { f(m, v, v); };
}
template <class T>
T any();  // only named in decltype
template <class F, class V, int Arity>
constexpr bool gives_mask() {
  using M = typename V::Truth;
  if constexpr (Arity == 1) {
    return kIsSame<decltype(F{}(any<V>())), M>;
  } else if constexpr (Arity == 2) {
    return kIsSame<decltype(F{}(any<V>(), any<V>())), M>;
  } else {
    return false;
  }
}

// Input `I` of a row: a pointer, or a value held for the whole row.
template <class V, class S, bool IsMask>
struct Input {
  using Storage = S;
  using Access = Memory<S>;
  using Value = V;
  WEFT_INLINE static Value repeated(const S* p) { return V(to_lane(*p)); }
};
template <class V, class S>
struct Input<V, S, true> {
  using Storage = Boolean;
  using Access = MaskMemory<sizeof(typename V::Element)>;
  using Value = typename V::Truth;
  WEFT_INLINE static Value repeated(const Boolean* p) {
    Value mask;
    mask.v = typename Value::Native{} - (p->byte != 0);
    return mask;
  }
};

template <class F, class S>
struct Step {
  using V = Vec<LaneType<S>>;
  static constexpr int kArity = arity_of_formula<F, V>();
  static constexpr bool kTakesMask = takes_mask_first<F, V>();
  static constexpr bool kGivesMask = gives_mask<F, V, kArity>();
  using Output = Input<V, S, kGivesMask>;
  using OutputStorage = typename Output::Storage;
  using First = Input<V, S, kTakesMask>;
  using Other = Input<V, S, false>;
  static constexpr bool kHasMasks =
      Output::Access::kHasMasks && First::Access::kHasMasks && Other::Access::kHasMasks;
  static constexpr RowEnd kRowEnd = {V::kLanes,
                                     kArity,
                                     sizeof(OutputStorage),
                                     {sizeof(typename First::Storage), sizeof(S), sizeof(S)}};

  template <class Lanes0, class Lanes1, class Lanes2>
  WEFT_INLINE static typename Output::Value compute(Lanes0 a, Lanes1 b, Lanes2 c) {
    if constexpr (kArity == 1) {
      return F{}(a());
    } else if constexpr (kArity == 2) {
      return F{}(a(), b());
    } else {
      return F{}(a(), b(), c());
    }
  }

  struct Row {
    OutputStorage* out;
    const typename First::Storage* in0;
    const S *in1, *in2;
    int64_t cols;
  };
  // The elements that are done: without masks, those of whole vectors.
  template <unsigned Scalars>
  static int64_t run_row(Row row) {
    typename First::Value held0;
    V held1, held2;
    if constexpr (Scalars & 1) held0 = First::repeated(row.in0);
    if constexpr (Scalars & 2) held1 = Other::repeated(row.in1);
    if constexpr (Scalars & 4) held2 = Other::repeated(row.in2);

    int64_t i = 0;
    for (; i + V::kLanes <= row.cols; i += V::kLanes) {
      Output::Access::store(
          row.out + i,
          compute(
              [&]() WEFT_LAMBDA { return Scalars & 1 ? held0 : First::Access::load(row.in0 + i); },
              [&]() WEFT_LAMBDA { return Scalars & 2 ? held1 : Other::Access::load(row.in1 + i); },
              [&]()
                  WEFT_LAMBDA { return Scalars & 4 ? held2 : Other::Access::load(row.in2 + i); }));
    }
    if constexpr (kHasMasks) {
      const int64_t n = row.cols - i;
      if (n <= 0) return row.cols;
      Output::Access::store_part(
          row.out + i,
          compute(
              [&]() WEFT_LAMBDA {
                return Scalars & 1 ? held0 : First::Access::load_part(row.in0 + i, n);
              },
              [&]() WEFT_LAMBDA {
                return Scalars & 2 ? held1 : Other::Access::load_part(row.in1 + i, n);
              },
              [&]() WEFT_LAMBDA {
                return Scalars & 4 ? held2 : Other::Access::load_part(row.in2 + i, n);
              }),
          n);
      i = row.cols;
    }
    return i;
  }

  // All inputs repeat: one element is computed and the row is filled with it.
  static void repeated_rows(const Tile& tile) {
    Tile first = tile;
    first.cols = 1;
    first.scalar = 0;
    run(first);
    for (int64_t row = 0; row < tile.rows; ++row) {
      OutputStorage* out = (OutputStorage*)((char*)tile.out + row * tile.out_row);
      for (int64_t i = 1; i < tile.cols; ++i) out[i] = out[0];
    }
  }

  static void run(const Tile& tile) {
    if (tile.cols <= 0) return;
    constexpr unsigned kAll = (1u << kArity) - 1;
    const unsigned scalars = tile.scalar & kAll;
    if (scalars == kAll) return repeated_rows(tile);
    const auto at = [&](int k, int64_t row)
                        WEFT_LAMBDA { return (const char*)tile.in[k] + row * tile.in_row[k]; };
    for (int64_t row = 0; row < tile.rows; ++row) {
      const Row line = {(OutputStorage*)((char*)tile.out + row * tile.out_row),
                        (const typename First::Storage*)at(0, row),
                        kArity > 1 ? (const S*)at(1, row) : nullptr,
                        kArity > 2 ? (const S*)at(2, row) : nullptr, tile.cols};
      int64_t done = 0;
      if (scalars == 0) {
        done = run_row<0>(line);
      } else if constexpr (kArity == 2) {
        done = scalars == 1 ? run_row<1>(line) : run_row<2>(line);
      } else if constexpr (kArity == 3) {
        static constexpr int64_t (*kForms[])(Row) = {nullptr,    run_row<1>, run_row<2>, run_row<3>,
                                                     run_row<4>, run_row<5>, run_row<6>};
        done = kForms[scalars](line);
      }
      if constexpr (!kHasMasks)
        if (done < tile.cols) run_row_end(run, kRowEnd, tile, row, done);
    }
  }
};

// One loop for every pattern: a repeated input is read from a vector of itself, and a row's end
// goes the way of whole vectors, so that the formula's code exists once.
template <class F, class S>
struct CompactStep {
  using V = Vec<S>;
  static constexpr int kArity = arity_of_formula<F, V>();
  static_assert(kArity <= 2 && !takes_mask_first<F, V>() && !gives_mask<F, V, kArity>());

  static void run(const Tile& tile) {
    S held[kArity][V::kLanes];
    for (int64_t row = 0; row < tile.rows; ++row) {
      S* out = (S*)((char*)tile.out + row * tile.out_row);
      const S* in[kArity];
      bool moves[kArity];
      for (int k = 0; k < kArity; ++k) {
        in[k] = (const S*)((const char*)tile.in[k] + row * tile.in_row[k]);
        moves[k] = !(tile.scalar >> k & 1);
        if (moves[k]) continue;
        for (S& element : held[k]) element = *in[k];
        in[k] = held[k];
      }
      for (int64_t i = 0; i < tile.cols; i += V::kLanes) {
        const int64_t n = tile.cols - i;
        V lanes[kArity];
        for (int k = 0; k < kArity; ++k) {
          const S* from = in[k] + (moves[k] ? i : 0);
          lanes[k] =
              n >= V::kLanes || !moves[k] ? Memory<S>::load(from) : Memory<S>::load_part(from, n);
        }
        V result;
        if constexpr (kArity == 1) {
          result = F{}(lanes[0]);
        } else {
          result = F{}(lanes[0], lanes[1]);
        }
        if (n >= V::kLanes) {
          Memory<S>::store(out + i, result);
        } else {
          Memory<S>::store_part(out + i, result, n);
        }
      }
    }
  }
};

// A tile of narrow elements, computed in the wider type by another dtype's step: widened.isa.cpp.
struct Widening {
  DType narrow, wide;
  StepKernel step;
  int arity;
};
void run_widened(const Widening& how, const Tile& tile);

extern const StepKernel kStepsInt32[], kStepsUInt32[], kStepsFloat32[];
template <class F, class S, FormulaId formula>
void widened_step(const Tile& tile) {
  using T = LaneType<S>;
  constexpr const StepKernel* kWide = kIsFloating<T> ? kStepsFloat32
                                      : kIsSigned<T> ? kStepsInt32
                                                     : kStepsUInt32;
  constexpr DType kWideType = kIsFloating<T> ? DType::kFloat32
                              : kIsSigned<T> ? DType::kInt32
                                             : DType::kUInt32;
  constexpr DType kNarrowType = kIsSame<S, Float16>    ? DType::kFloat16
                                : kIsSame<S, BFloat16> ? DType::kBFloat16
                                : kIsSame<S, int8_t>   ? DType::kInt8
                                : kIsSame<S, int16_t>  ? DType::kInt16
                                : kIsSame<S, uint8_t>  ? DType::kUInt8
                                                       : DType::kUInt16;
  run_widened({kNarrowType, kWideType, kWide[int(formula)], arity_of_formula<F, Vec<T>>()}, tile);
}

template <class F, class Class, class S, FormulaId formula>
constexpr StepKernel step_for() {
  using Seen = typename Class::template Sees<S>::Type;
  if constexpr (kIsSame<Seen, void>) {
    return nullptr;
  } else if constexpr (!Class::kIsCompact) {
    return Step<F, Seen>::run;
  } else if constexpr (kIsSame<LaneType<Seen>, Seen>) {
    return CompactStep<F, Seen>::run;
  } else {
    return widened_step<F, Seen, formula>;
  }
}
