// How the instructions of chains (kernels/tiles/chain.h) are written.
//
// Included inside the namespace of an instruction set, after kernels/elementwise/step_impl.h. The
// eight vectors of the accumulator are arguments of each instruction, which calling conventions
// leave in registers, and the next instruction is a tail call. If a compiler makes an ordinary call
// of it, the stack grows no deeper than a chain is long (kMaxChain).

constexpr int kAccumulatorVectors = 8;
// one vector of the accumulator; what its lanes mean depends on the dtype
typedef Vec<float>::Native Accumulator;
using ChainCode = void (*)(const ChainOp*, int64_t, Accumulator, Accumulator, Accumulator,
                           Accumulator, Accumulator, Accumulator, Accumulator, Accumulator);

constexpr int64_t kAccumulatorLanes = kVectorBytes / 4;
constexpr int64_t kChainBlock = kAccumulatorVectors * kAccumulatorLanes;

// The accumulator as parameters, and the jump to the next instruction. op[1] is the next one.
#define WEFT_ACCUMULATOR                                                                          \
  Accumulator h0, Accumulator h1, Accumulator h2, Accumulator h3, Accumulator h4, Accumulator h5, \
      Accumulator h6, Accumulator h7
#define WEFT_NEXT(op, at) \
  return ((ChainCode)op[1].function)(op + 1, at, h0, h1, h2, h3, h4, h5, h6, h7)

// An instruction. `Body` is constructed from the instruction and the number of the block's first
// element; change(k, accumulator) gives vector k its new value.
template <class Body>
void chain_op(const ChainOp* op, int64_t at, WEFT_ACCUMULATOR) {
  const Body body(*op, at);
  h0 = body.change(0, h0);
  h1 = body.change(1, h1);
  h2 = body.change(2, h2);
  h3 = body.change(3, h3);
  h4 = body.change(4, h4);
  h5 = body.change(5, h5);
  h6 = body.change(6, h6);
  h7 = body.change(7, h7);
  WEFT_NEXT(op, at);
}
// The same for formulas that take long: their code exists once, in a loop over the eight vectors.
template <class Body>
__attribute__((noinline)) void change_all(const ChainOp* op, int64_t at, Accumulator* all) {
  const Body body(*op, at);
#pragma GCC unroll 1
  for (int k = 0; k < kAccumulatorVectors; ++k) all[k] = body.change(k, all[k]);
}
template <class Body>
void chain_loop(const ChainOp* op, int64_t at, WEFT_ACCUMULATOR) {
  Accumulator all[kAccumulatorVectors] = {h0, h1, h2, h3, h4, h5, h6, h7};
  change_all<Body>(op, at, all);
  h0 = all[0];
  h1 = all[1];
  h2 = all[2];
  h3 = all[3];
  h4 = all[4];
  h5 = all[5];
  h6 = all[6];
  h7 = all[7];
  WEFT_NEXT(op, at);
}

// Each operand type has get(k, accumulator): vector k of the operand, given vector k of the
// accumulator.
// ---- operands

WEFT_INLINE Accumulator load_accumulator(const char* p) {
  Accumulator accumulator;
  __builtin_memcpy(&accumulator, p, sizeof accumulator);
  return accumulator;
}
// The operand is the accumulator itself.
struct FromAccumulator {
  WEFT_INLINE FromAccumulator(const ChainOp&, int64_t) {}
  WEFT_INLINE Accumulator get(int, Accumulator accumulator) const { return accumulator; }
};
// One element, in all lanes: the first of a slot.
struct FromScalar {
  Accumulator all;
  WEFT_INLINE FromScalar(const ChainOp& op, int64_t) {
    uint32_t lane;
    __builtin_memcpy(&lane, op.operand[0], 4);
    all = (Accumulator)Vec<uint32_t>(lane).v;
  }
  WEFT_INLINE Accumulator get(int, Accumulator) const { return all; }
};
// Operand I from an array or from a slot; `moves` masks the block's number out for a slot.
template <int I>
struct FromEither {
  const char* p;
  WEFT_INLINE FromEither(const ChainOp& op, int64_t at)
      : p(op.operand[I] + 4 * (at & op.moves[I])) {}
  WEFT_INLINE Accumulator get(int k, Accumulator) const {
    return load_accumulator(p + k * kVectorBytes);
  }
};

// ---- formulas

// One formula's code in each form; null where a form does not exist.
struct ChainForms {
  ChainCode function[int(ChainForm::kCount)];
};

// A vector of the accumulator as lanes of storage type S, and back. In a formula a bool is 0 or 1,
// in the accumulator a mask.
template <class S>
WEFT_INLINE Vec<LaneType<S>> lanes_of(Accumulator accumulator) {
  auto lanes = Vec<LaneType<S>>::of((typename Vec<LaneType<S>>::Native)accumulator);
  if constexpr (kIsSame<S, Boolean>) lanes = lanes & Vec<LaneType<S>>(1);
  return lanes;
}
template <class S>
WEFT_INLINE Accumulator accumulator_of(Vec<LaneType<S>> lanes) {
  if constexpr (kIsSame<S, Boolean>) return (Accumulator)(lanes != Vec<LaneType<S>>(0)).v;
  return (Accumulator)lanes.v;
}
template <class S>
WEFT_INLINE Accumulator accumulator_of(Mask<4> mask) {
  return (Accumulator)mask.v;
}

// The instructions of formula F on lanes of storage type S.
template <class F, class S>
struct ChainFormula {
  using V = Vec<LaneType<S>>;
  static constexpr int kArity = arity_of_formula<F, V>();
  static constexpr bool kTakesMask = takes_mask_first<F, V>();

  // The first operand, as a mask where the formula takes one.
  WEFT_INLINE static auto first(Accumulator accumulator) {
    if constexpr (kTakesMask) {
      return typename V::Truth{(typename V::Truth::Native)accumulator};
    } else {
      return lanes_of<S>(accumulator);
    }
  }

  // Formulas of one, two and three operands; A, B and C say where each comes from.
  struct One {
    WEFT_INLINE One(const ChainOp&, int64_t) {}
    WEFT_INLINE Accumulator change(int, Accumulator accumulator) const {
      return accumulator_of<S>(F{}(lanes_of<S>(accumulator)));
    }
  };
  template <class A, class B>
  struct Two {
    A a;
    B b;
    WEFT_INLINE Two(const ChainOp& op, int64_t at) : a(op, at), b(op, at) {}
    WEFT_INLINE Accumulator change(int k, Accumulator accumulator) const {
      return accumulator_of<S>(
          F{}(lanes_of<S>(a.get(k, accumulator)), lanes_of<S>(b.get(k, accumulator))));
    }
  };
  template <class A, class B, class C>
  struct Three {
    A a;
    B b;
    C c;
    WEFT_INLINE Three(const ChainOp& op, int64_t at) : a(op, at), b(op, at), c(op, at) {}
    WEFT_INLINE Accumulator change(int k, Accumulator accumulator) const {
      return accumulator_of<S>(F{}(first(a.get(k, accumulator)), lanes_of<S>(b.get(k, accumulator)),
                                   lanes_of<S>(c.get(k, accumulator))));
    }
  };

  // The form in which the accumulator is the second operand. If the formula has a Mirror, it is the
  // Mirror's form with the accumulator first, so that no second copy of the code is made.
  template <class A>
  static constexpr ChainCode after() {
    if constexpr (requires { typename F::Mirror; }) {
      return chain_op<
          typename ChainFormula<typename F::Mirror, S>::template Two<FromAccumulator, A>>;
    } else {
      return chain_op<Two<A, FromAccumulator>>;
    }
  }
  // Fills in the forms that exist for this number of operands.
  template <bool IsCompact>
  static constexpr void fill(ChainForms& forms) {
    ChainCode* const f = forms.function;
    // accumulator[i]: operand i is the accumulator
    ChainCode* const accumulator = f + int(ChainForm::kAccumulatorFirst);
    using L = FromEither<0>;
    using R = FromEither<1>;
    if constexpr (kArity == 1) {
      accumulator[0] = IsCompact ? chain_loop<One> : chain_op<One>;
    } else if constexpr (kArity == 2 && IsCompact) {
      accumulator[0] = chain_loop<Two<FromAccumulator, L>>;
      accumulator[1] = chain_loop<Two<L, FromAccumulator>>;
    } else if constexpr (kArity == 2) {
      accumulator[0] = chain_op<Two<FromAccumulator, L>>;
      accumulator[1] = after<L>();
      f[int(ChainForm::kAccumulatorScalar)] = chain_op<Two<FromAccumulator, FromScalar>>;
      f[int(ChainForm::kScalarAccumulator)] = after<FromScalar>();
      f[int(ChainForm::kAccumulatorAccumulator)] = chain_op<Two<FromAccumulator, FromAccumulator>>;
    } else {
      accumulator[0] = chain_op<Three<FromAccumulator, L, R>>;
      accumulator[1] = chain_op<Three<L, FromAccumulator, R>>;
      accumulator[2] = chain_op<Three<L, R, FromAccumulator>>;
    }
  }
};

// The forms of one formula for one dtype; none where the class excludes the dtype.
template <class F, class Class, class S>
constexpr ChainForms chain_forms() {
  ChainForms forms = {};
  using Seen = typename Class::template Sees<S>::Type;
  if constexpr (!kIsSame<Seen, void>)
    ChainFormula<F, Seen>::template fill<Class::kIsCompact>(forms);
  return forms;
}
