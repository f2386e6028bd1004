// Hyperbolic functions, their inverses, and the logistic function. They are written in exp, expm1,
// log and log1p; what needs care is cancellation near 0 and overflow far from it.

// 1 / (1 + exp(-x)). Only exp of a negative number is taken, so neither tail overflows or cancels.
struct Sigmoid {
  template <class V>
  V operator()(V x) const {
    const V e = apply<Exp>(-abs_(x));
    return select(x < V(0), e, V(1)) / (e + V(1));
  }
};
WEFT_FORMULA(sigmoid, Sigmoid, floating, 12)

// Near zero an odd polynomial (float) or fraction (double) of Cephes, tanhf.c and tanh.c; from
// 0.625 on 1 - 2 / (exp(2 |x|) + 1), which would cancel near zero.
struct Tanh {
  template <class V>
  V operator()(V x) const {
    using E = typename V::Element;
    const V a = abs_(x);
    const V z = x * x;
    V correction;  // (tanh(x) - x) / x^3
    if constexpr (sizeof(E) == 4) {
      correction = polynomial(z, -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2,
                              1.33314422036e-1, -3.33332819422e-1);
    } else {
      const V p = polynomial(z, -9.64399179425052238628e-1, -9.92877231001918586564e1,
                             -1.61468768441708447952e3);
      const V q = polynomial(z, 1, 1.12811678491632931402e2, 2.23548839060100448583e3,
                             4.84406305325125486048e3);
      correction = p / q;
    }
    const V inner = fma_(x * z, correction, x);
    const V outer = V(1) - V(2) / (apply<Exp>(a + a) + V(1));
    return copysign_(select(a < V(E(0.625)), inner, outer), x);
  }
};
WEFT_FORMULA(tanh, Tanh, transcendental, 20)

// exp(a) / 2, also where exp(a) itself would overflow: as the square of exp(a / 2).
template <class V>
WEFT_INLINE V half_exp(V a) {
  using E = typename V::Element;
  const V root = apply<Exp>(V(E(0.5)) * a);
  return V(E(0.5)) * root * root;
}
template <class V>
WEFT_INLINE auto is_past_exp(V a) {  // exp(-a) is nothing beside exp(a), which may overflow
  return a > V(sizeof(typename V::Element) == 4 ? 40 : 80);
}

// (t + t / (t + 1)) / 2 with t = exp(|x|) - 1. Nothing cancels near zero.
struct Sinh {
  template <class V>
  V operator()(V x) const {
    using E = typename V::Element;
    const V a = abs_(x);
    const V t = apply<Expm1>(a);
    const V inner = V(E(0.5)) * (t + t / (t + V(1)));
    return copysign_(select(is_past_exp(a), half_exp(a), inner), x);
  }
};
WEFT_FORMULA(sinh, Sinh, transcendental, 32)

// (e + 1 / e) / 2 with e = exp(|x|), written with half of e.
struct Cosh {
  template <class V>
  V operator()(V x) const {
    using E = typename V::Element;
    const V a = abs_(x);
    const V half = V(E(0.5)) * apply<Exp>(a);
    return select(is_past_exp(a), half_exp(a), half + V(E(0.25)) / half);
  }
};
WEFT_FORMULA(cosh, Cosh, transcendental, 24)

// Where 1 is nothing beside x^2, arcsinh and arccosh are log(2 x) = log(x) + log(2).
template <class V>
WEFT_INLINE auto is_large(V x) {
  using E = typename V::Element;
  return x > V(sizeof(E) == 4 ? E(16384) : E(536870912));
}
template <class V>
WEFT_INLINE V log_of_double(V x) {
  using E = typename V::Element;
  return apply<Log>(x) + V(E(6.93147180559945309417e-1));
}

// log(a + sqrt(a^2 + 1)) with a = |x|, rewritten for log1p so that nothing cancels near zero.
struct ArcSinh {
  template <class V>
  V operator()(V x) const {
    const V a = abs_(x);
    const V square = a * a;
    const V inner = apply<Log1p>(a + square / (V(1) + sqrt_(V(1) + square)));
    return copysign_(select(is_large(a), log_of_double(a), inner), x);
  }
};
WEFT_FORMULA(arcsinh, ArcSinh, transcendental, 80)

// log(x + sqrt(x^2 - 1)) with t = x - 1, which is exact near 1; NaN below 1.
struct ArcCosh {
  template <class V>
  V operator()(V x) const {
    const V t = x - V(1);
    const V inner = apply<Log1p>(t + sqrt_(t * (t + V(2))));
    const V nan = V(0) / V(0);
    return select(x < V(1), nan, select(is_large(x), log_of_double(x), inner));
  }
};
WEFT_FORMULA(arccosh, ArcCosh, transcendental, 70)

// log((1 + a) / (1 - a)) / 2 with a = |x|: infinity at 1, NaN beyond.
struct ArcTanh {
  template <class V>
  V operator()(V x) const {
    using E = typename V::Element;
    const V a = abs_(x);
    return copysign_(V(E(0.5)) * apply<Log1p>((a + a) / (V(1) - a)), x);
  }
};
WEFT_FORMULA(arctanh, ArcTanh, transcendental, 40)
