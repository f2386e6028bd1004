// Step kernels: a formula, compiled for a storage type, over the rows of a tile.
//
// Included inside the namespace of an instruction set, after kernels/simd/simd_memory.h and the
// formulas. Formulas that take long (compact classes) are compiled for full lanes only; narrow
// dtypes are converted and pass through that kernel.

#include "kernels/elementwise/formula_classes_impl.h"
#include "kernels/elementwise/row_kernel_impl.h"

// How many values a formula takes: found by asking the compiler which call is valid.
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
// Does it take a mask first? A formula of three plain values refuses a mask among them, because all
// its arguments have one template parameter.
template <class F, class V>
constexpr bool takes_mask_first() {
  using M = typename V::Truth;
  return requires(F f, M m, V v) { f(m, v, v); };
}
template <class T>
T any();  // named in decltype only, so never defined
// Does it give a mask (a comparison) instead of numbers?
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

// How an input or the output is stored: as elements of S, or as bool where the formula has a mask.
template <class V, class S, bool IsMask>
struct Stored {
  using Element = S;
  using Access = Memory<S>;
  using Value = V;
};
template <class V, class S>
struct Stored<V, S, true> {
  using Element = Boolean;
  using Access = MaskMemory<sizeof(typename V::Element)>;
  using Value = typename V::Truth;
};

// The kernel of formula F for storage type S.
template <class F, class S, bool IsCompact>
struct Step {
  using V = Vec<LaneType<S>>;
  static constexpr int kArity = arity_of_formula<F, V>();
  using First = Stored<V, S, takes_mask_first<F, V>()>;
  using Other = Stored<V, S, false>;
  using Output = Stored<V, S, gives_mask<F, V, kArity>()>;
  // Ends rows by masks where that is one instruction. Narrow elements need more, and the code of a
  // compact formula should exist once, not twice.
  static constexpr bool kEndsRows = !IsCompact && sizeof(S) >= 4 && Output::Access::kHasMasks &&
                                    First::Access::kHasMasks && Other::Access::kHasMasks;

  // `load` is called only for inputs that the formula takes.
  template <class Load>
  WEFT_INLINE static typename Output::Value compute(Load load) {
    if constexpr (kArity == 1) {
      return F{}(load(First{}, 0));
    } else if constexpr (kArity == 2) {
      return F{}(load(First{}, 0), load(Other{}, 1));
    } else {
      return F{}(load(First{}, 0), load(Other{}, 1), load(Other{}, 2));
    }
  }
  // The last n elements of a row, by masked loads and a masked store.
  WEFT_INLINE static void compute_part(char* out, const char* const in[], const int64_t steps[],
                                       int64_t n) {
    Output::Access::store_part(
        (typename Output::Element*)out, compute([&](auto of, int i) WEFT_LAMBDA {
          using Of = decltype(of);
          const auto p = (const typename Of::Element*)in[i];
          // A repeated input was written just now as a whole vector; a masked load of it would have
          // to wait until the cache has it.
          return steps[i] == 0 ? Of::Access::load(p) : Of::Access::load_part(p, n);
        }),
        n);
  }
  WEFT_INLINE static void compute_vector(char* out, const char* const in[]) {
    Output::Access::store(
        (typename Output::Element*)out, compute([&](auto of, int i) WEFT_LAMBDA {
          return decltype(of)::Access::load((const typename decltype(of)::Element*)in[i]);
        }));
  }

  // A row kernel (row_kernel_impl.h).
  static void run_row(char* out, int64_t n, const int64_t* step, const char* a, const char* b,
                      const char* c) {
    constexpr int64_t kBytes = V::kLanes * sizeof(typename Output::Element);
    const char* in[] = {a, b, c};
    int64_t steps[kArity];
    WEFT_UNROLL
    for (int i = 0; i < kArity; ++i) steps[i] = step[i];
    const auto advance = [&]() WEFT_LAMBDA {
      out += kBytes;
      WEFT_COUNTED(out);
      WEFT_UNROLL
      for (int i = 0; i < kArity; ++i) {
        in[i] += steps[i];
        WEFT_COUNTED(in[i]);
      }
    };
    const int64_t rest = n & (V::kLanes - 1);
    const char* const end = out + (n - rest) * int64_t(sizeof(typename Output::Element));
    while (out != end) {
      compute_vector(out, in);
      advance();
    }
    if constexpr (kEndsRows)
      if (rest > 0) compute_part(out, in, steps, rest);
  }
  static void run(const Tile& tile) {
    constexpr RowShape kShape(V::kLanes, kArity, kEndsRows, sizeof(typename Output::Element),
                              sizeof(typename First::Element), sizeof(S));
    run_rows(tile, run_row, kShape);
  }
};

// Computes a tile of narrow elements in a wider type, by another dtype's step (widened.isa.cpp).
struct Widening {
  DType narrow, wide;
  StepKernel step;
  int arity;
};
void run_widened(const Widening& how, const Tile& tile);

extern const StepKernel kStepsInt32[], kStepsUInt32[], kStepsFloat32[];
// The step of a compact formula for narrow elements: chooses the wider type.
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

// The entry of a table of steps: no kernel, a step by way of a wider type, or a step of its own.
template <class F, class Class, class S, FormulaId formula>
constexpr StepKernel step_for() {
  using Seen = typename Class::template Sees<S>::Type;
  if constexpr (kIsSame<Seen, void>) {
    return nullptr;
  } else if constexpr (Class::kIsCompact && !kIsSame<LaneType<Seen>, Seen>) {
    return widened_step<F, Seen, formula>;
  } else {
    return Step<F, Seen, Class::kIsCompact>::run;
  }
}
