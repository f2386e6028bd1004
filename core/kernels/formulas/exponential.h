// exp and log, and the functions made of them. Each has coefficients for float and for double.

// 2^n p for integer-valued n: in two factors, so that results below the normal range round once
// and the extreme exponents have no factor out of range.
template <class V>
WEFT_INLINE V scale_by_power(V p, V n) {
  constexpr bool kIsFloat = sizeof(typename V::Element) == 4;
  constexpr int kFraction = kIsFloat ? 23 : 52;
  using Integer = decltype(to_int_(n));
  const Integer exponent = to_int_(n);
  const Integer half = exponent >> 1;
  const Integer bias(kIsFloat ? 127 : 1023);
  return p * value_((half + bias) << kFraction) * value_((exponent - half + bias) << kFraction);
}

// exp(x) = 2^n exp(r) with |r| <= log(2) / 2; log(2) is subtracted in two parts, the first short
// enough for n log(2) to be exact without a fused product.
struct Exp {
  template <class V>
  V operator()(V x) const {
    if constexpr (sizeof(typename V::Element) == 4) {
      const V bounded = min_(max_(x, V(-104)), V(89));
      const V n = round_even_(bounded * V(1.44269504f));
      V r = fma_(n, V(-0.693359375f), bounded);
      r = fma_(n, V(2.12194440e-4f), r);
      V p(1.9875691500e-4f);
      p = fma_(p, r, V(1.3981999507e-3f));
      p = fma_(p, r, V(8.3334519073e-3f));
      p = fma_(p, r, V(4.1665795894e-2f));
      p = fma_(p, r, V(1.6666665459e-1f));
      p = fma_(p, r, V(0.5f));
      p = fma_(p, r * r, r) + V(1);
      return select(x != x, x, scale_by_power(p, n));
    } else {
      const V bounded = min_(max_(x, V(-746)), V(710));
      const V n = round_even_(bounded * V(1.44269504088896338700));
      V r = fma_(n, V(-6.93145751953125e-1), bounded);
      r = fma_(n, V(-1.42860682030941723212e-6), r);
      // The Taylor series: its remainder is below 0.05 ulp on this interval.
      V p(1.0 / 6227020800.0);
      p = fma_(p, r, V(1.0 / 479001600.0));
      p = fma_(p, r, V(1.0 / 39916800.0));
      p = fma_(p, r, V(1.0 / 3628800.0));
      p = fma_(p, r, V(1.0 / 362880.0));
      p = fma_(p, r, V(1.0 / 40320.0));
      p = fma_(p, r, V(1.0 / 5040.0));
      p = fma_(p, r, V(1.0 / 720.0));
      p = fma_(p, r, V(1.0 / 120.0));
      p = fma_(p, r, V(1.0 / 24.0));
      p = fma_(p, r, V(1.0 / 6.0));
      p = fma_(p, r, V(0.5));
      p = fma_(p, r * r, r) + V(1);
      return select(x != x, x, scale_by_power(p, n));
    }
  }
};
WEFT_FORMULA(exp, Exp, floating)

// log(x) = k log(2) + log(m), sqrt(1/2) <= m < sqrt(2), with log(m) as the series of FreeBSD's
// e_log.c in s = f / (2 + f), f = m - 1. Values below the normal range are scaled up first.
struct Log {
  template <class V>
  V operator()(V x) const {
    using E = typename V::Element;
    constexpr bool kIsFloat = sizeof(E) == 4;
    using Integer = decltype(bits_(x));
    constexpr int kFraction = kIsFloat ? 23 : 52;
    const V smallest_normal(kIsFloat ? E(1.17549435e-38f) : E(2.2250738585072014e-308));
    const V scale(kIsFloat ? E(8388608) : E(4503599627370496.0));
    const Integer root_half(kIsFloat ? 0x3f3504f3 : int64_t(0x3fe6a09e667f3bcd));
    const Integer fraction_bits((int64_t(1) << kFraction) - 1);

    const auto is_small = x < smallest_normal;
    const Integer pattern = bits_(select(is_small, x * scale, x)) - root_half;
    const V k = to_float_(pattern >> kFraction) - select(is_small, V(kFraction), V(0));
    const V f = value_((pattern & fraction_bits) + root_half) - V(1);

    const V s = f / (f + V(2));
    const V z = s * s;
    const V w = z * z;
    const V half_square = V(E(0.5)) * f * f;
    V series, high, low;
    if constexpr (kIsFloat) {
      series = fma_(w, V(0.24279078841f), V(0.40000972152f)) * w +
               fma_(w, V(0.28498786688f), V(0.66666662693f)) * z;
      high = V(6.9313812256e-01f);
      low = V(9.0580006145e-06f);
    } else {
      const V odd = fma_(w,
                         fma_(w, fma_(w, V(1.479819860511658591e-01), V(1.818357216161805012e-01)),
                              V(2.857142874366239149e-01)),
                         V(6.666666666666735130e-01));
      const V even = fma_(w, fma_(w, V(1.531383769920937332e-01), V(2.222219843214978396e-01)),
                          V(3.999999999940941908e-01));
      series = odd * z + even * w;
      high = V(6.93147180369123816490e-01);
      low = V(1.90821492927058770002e-10);
    }
    const V result = fma_(k, high, f - (half_square - fma_(s, half_square + series, k * low)));

    const V infinity = V(1) / V(0);
    const V of_special = select(x == V(0), -infinity, select(x < V(0), infinity - infinity, x));
    return select((x > V(0)) & (x < infinity), result, of_special);
  }
};
WEFT_FORMULA(log, Log, floating)

// Only exp of a negative number is taken, so neither tail overflows or cancels.
struct Sigmoid {
  template <class V>
  V operator()(V x) const {
    const V e = apply<Exp>(-abs_(x));
    return select(x < V(0), e, V(1)) / (e + V(1));
  }
};
WEFT_FORMULA(sigmoid, Sigmoid, floating)

// Near zero an odd polynomial or fraction (Cephes), elsewhere 1 - 2 / (exp(2 |x|) + 1).
struct Tanh {
  template <class V>
  V operator()(V x) const {
    using E = typename V::Element;
    const V a = abs_(x);
    const V z = x * x;
    V correction;  // (tanh(x) - x) / x^3
    if constexpr (sizeof(E) == 4) {
      V p(-5.70498872745e-3f);
      p = fma_(p, z, V(2.06390887954e-2f));
      p = fma_(p, z, V(-5.37397155531e-2f));
      p = fma_(p, z, V(1.33314422036e-1f));
      correction = fma_(p, z, V(-3.33332819422e-1f));
    } else {
      V p(-9.64399179425052238628e-1);
      p = fma_(p, z, V(-9.92877231001918586564e1));
      p = fma_(p, z, V(-1.61468768441708447952e3));
      V q = z + V(1.12811678491632931402e2);
      q = fma_(q, z, V(2.23548839060100448583e3));
      q = fma_(q, z, V(4.84406305325125486048e3));
      correction = p / q;
    }
    const V inner = fma_(x * z, correction, x);
    const V outer = V(1) - V(2) / (apply<Exp>(a + a) + V(1));
    return select(a < V(E(0.625)), inner, copysign_(outer, x));
  }
};
WEFT_FORMULA(tanh, Tanh, floating)
