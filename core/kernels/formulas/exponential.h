// Exponentials and logarithms. Each has one text for float and double, with coefficients for both.
//
// All follow the same plan: reduce the argument to a small range by powers of two, evaluate a
// polynomial there, scale back. Constants that are subtracted are split in two parts, so that the
// larger product is exact and no digits cancel. Sources stand at the coefficients.

// c[0] z^(n-1) + ... + c[n-1] by Horner's rule, with fused multiply-adds.
template <class V, class... C>
WEFT_INLINE V polynomial(V z, double first, C... rest) {
  using E = typename V::Element;
  V p{E(first)};
  ((p = fma_(p, z, V(E(rest)))), ...);
  return p;
}

// n, the integer nearest to x / log(2), and the rest x - n log(2). log(2) is subtracted in two
// parts. The first has so few bits that its multiples are exact even without a fused product (Cody
// and Waite).
template <class V>
struct LogTwos {
  V count, rest;
};
template <class V>
WEFT_INLINE LogTwos<V> split_log_twos(V x) {
  using E = typename V::Element;
  constexpr bool kIsFloat = sizeof(E) == 4;
  const V n = round_even_(x * V(E(1.44269504088896338700)));
  const V r = fma_(n, V(kIsFloat ? E(-0.693359375) : E(-6.93145751953125e-1)), x);
  return {n, fma_(n, V(kIsFloat ? E(2.12194440e-4) : E(-1.42860682030941723212e-6)), r)};
}

// exp(r) - 1 for |r| <= log(2) / 2. Float: coefficients of Cephes, expf.c. Double: the Taylor
// series, whose remainder is below 0.05 ulp there. r is added last, so that small results keep
// their digits.
template <class V>
WEFT_INLINE V small_expm1(V r) {
  V p;
  if constexpr (sizeof(typename V::Element) == 4) {
    p = polynomial(r, 1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2,
                   1.6666665459e-1, 0.5);
  } else {
    p = polynomial(r, 1 / 6227020800.0, 1 / 479001600.0, 1 / 39916800.0, 1 / 3628800.0,
                   1 / 362880.0, 1 / 40320.0, 1 / 5040.0, 1 / 720.0, 1 / 120.0, 1 / 24.0, 1 / 6.0,
                   0.5);
  }
  return fma_(p, r * r, r);
}

// Below and above these bounds exp is 0 and infinity. The order of arguments keeps NaN (simd.h,
// min_).
template <class V>
WEFT_INLINE V within_exp_range(V x) {
  constexpr bool kIsFloat = sizeof(typename V::Element) == 4;
  return min_(V(kIsFloat ? 89 : 710), max_(V(kIsFloat ? -104 : -746), x));
}

// Does exp(x) round to 0?
template <class V>
WEFT_INLINE auto has_zero_exp(V x) {
  using E = typename V::Element;
  return x < V(sizeof(E) == 4 ? E(-103.9721) : E(-745.1333));
}

// exp(x) = 2^n exp(rest). Where the result rounds to 0, zero is scaled: an x86 processor takes some
// hundred cycles for a product that underflows, and masks of -infinity are full of them.
struct Exp {
  template <class V>
  V operator()(V x) const {
    const LogTwos<V> split = split_log_twos(within_exp_range(x));
    const V share = select(has_zero_exp(x), V(0), small_expm1(split.rest) + V(1));
    return scale_by_power_(share, split.count);
  }
};
WEFT_FORMULA(exp, Exp, floating, 6)

// 2^x = 2^n exp((x - n) log(2)), n the nearest integer: exact for integers. Zeros as in exp.
struct Exp2 {
  template <class V>
  V operator()(V x) const {
    using E = typename V::Element;
    constexpr bool kIsFloat = sizeof(E) == 4;
    const V bounded = min_(V(kIsFloat ? 129 : 1025), max_(V(kIsFloat ? -151 : -1076), x));
    const V n = round_even_(bounded);
    const V p = small_expm1((bounded - n) * V(E(6.93147180559945309417e-1)));
    return scale_by_power_(select(x < V(kIsFloat ? -150 : -1075), V(0), p + V(1)), n);
  }
};
WEFT_FORMULA(exp2, Exp2, transcendental, 12)

// exp(x) - 1 without cancelling near 0. 2^n (e + 1) - 1 is computed as 2 (2^(n-1) e + (2^(n-1) -
// 1/2)), where e = exp(rest) - 1. The second term is exact where it matters, and 2^(n-1) is in
// range for the largest n. Below the bounds the result rounds to -1. An x that is negligible beside
// 1 is its own result, so that zeros keep their sign and subnormals their value.
struct Expm1 {
  template <class V>
  V operator()(V x) const {
    using E = typename V::Element;
    constexpr bool kIsFloat = sizeof(E) == 4;
    const V bounded = min_(V(kIsFloat ? 89 : 710), max_(V(kIsFloat ? -20 : -40), x));
    const LogTwos<V> split = split_log_twos(bounded);
    const V half = scale_by_power_(V(1), split.count - V(1));
    const V of_half = fma_(half, small_expm1(split.rest), half - V(E(0.5)));
    const V result = of_half + of_half;
    return select(abs_(bounded) < V(E(1e-30)), x, result);
  }
};
WEFT_FORMULA(expm1, Expm1, transcendental, 12)

// x = 2^k (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2), for positive x. Subnormal x is scaled up
// first.
//
// Subtracting the pattern of sqrt(1/2) from the bits puts the cut between two powers of two there;
// the exponent of the difference is k.
template <class V>
struct Normalised {
  V k, f;
};
template <class V>
WEFT_INLINE Normalised<V> normalise(V x) {
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
  return {to_float_(pattern >> kFraction) - select(is_small, V(kFraction), V(0)),
          value_((pattern & fraction_bits) + root_half) - V(1)};
}

// The part of log(1 + f) beyond f - f^2 / 2. Float: the polynomial of Cephes, logf.c, which spares
// a division. Double: the series of FreeBSD's e_log.c in s = f / (2 + f), within 2^-58.
template <class V>
WEFT_INLINE V log_correction(V f, V half_square) {
  if constexpr (sizeof(typename V::Element) == 4) {
    const V p = polynomial(f, 7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1,
                           1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1,
                           3.3333331174e-1);
    return f * (half_square + half_square) * p;
  } else {
    const V s = f / (f + V(2));
    const V z = s * s;
    const V w = z * z;
    const V odd = polynomial(w, 1.479819860511658591e-01, 1.818357216161805012e-01,
                             2.857142874366239149e-01, 6.666666666666735130e-01);
    const V even =
        polynomial(w, 1.531383769920937332e-01, 2.222219843214978396e-01, 3.999999999940941908e-01);
    return s * (half_square + (odd * z + even * w));
  }
}

// Gives a logarithm's result where x is positive and finite. Elsewhere: -infinity for zero, NaN for
// negative x and NaN, infinity for infinity.
template <class V>
WEFT_INLINE V on_log_domain(V x, V result) {
  const V infinity = V(1) / V(0);
  const V of_special = select(x == V(0), -infinity, select(x < V(0), infinity - infinity, x));
  return select((x > V(0)) & (x < infinity), result, of_special);
}

// k log(2) + log(1 + f), small terms first. log(2) is in two parts (FreeBSD's e_log.c and
// e_logf.c); the high part times k is exact.
struct Log {
  template <class V>
  V operator()(V x) const {
    using E = typename V::Element;
    constexpr bool kIsFloat = sizeof(E) == 4;
    const Normalised<V> n = normalise(x);
    const V high(kIsFloat ? E(6.9313812256e-01) : E(6.93147180369123816490e-01));
    const V low(kIsFloat ? E(9.0580006145e-06) : E(1.90821492927058770002e-10));
    const V half_square = V(E(0.5)) * n.f * n.f;
    const V rest = fma_(n.k, low, log_correction(n.f, half_square));
    return on_log_domain(x, fma_(n.k, high, n.f - (half_square - rest)));
  }
};
WEFT_FORMULA(log, Log, transcendental, 23)

// The logarithm to another base, as in FreeBSD's e_log10.c and e_log2.c: log(1 + f) in two parts
// times 1 / log(base) in two parts (`high`, `low`), plus k times log(2) / log(base) in two parts
// (`k_high`, `k_low`). The first parts have so few bits that their products are exact.
template <class V>
WEFT_INLINE V log_to_base(V x, double high, double low, double k_high, double k_low) {
  using E = typename V::Element;
  constexpr bool kIsFloat = sizeof(E) == 4;
  using Integer = decltype(bits_(x));
  const Normalised<V> n = normalise(x);
  const Integer upper_bits(kIsFloat ? int64_t(-4096) : int64_t(-4294967296));
  const V half_square = V(E(0.5)) * n.f * n.f;
  const V first = value_(bits_(n.f - half_square) & upper_bits);
  const V second = (n.f - first) - half_square + log_correction(n.f, half_square);
  const V head = first * V(E(high));
  const V tail = n.k * V(E(k_low)) + (second + first) * V(E(low)) + second * V(E(high));
  // The two large terms are added last; what the addition rounds off is added to the tail.
  const V of_power = n.k * V(E(k_high));
  const V sum = of_power + head;
  return on_log_domain(x, sum + (tail + ((of_power - sum) + head)));
}

// log(2) / log(2) is exactly 1. Powers of two give exact integers.
struct Log2 {
  template <class V>
  V operator()(V x) const {
    if constexpr (sizeof(typename V::Element) == 4)
      return log_to_base(x, 1.4428710938e+00, -1.7605285393e-04, 1, 0);
    return log_to_base(x, 1.44269504072144627571e+00, 1.67517131648865118353e-10, 1, 0);
  }
};
WEFT_FORMULA(log2, Log2, transcendental, 36)

struct Log10 {
  template <class V>
  V operator()(V x) const {
    if constexpr (sizeof(typename V::Element) == 4)
      return log_to_base(x, 4.3432617188e-01, -3.1689971365e-05, 3.0102920532e-01,
                         7.9034151668e-07);
    return log_to_base(x, 4.34294481878168880939e-01, 2.50829467116452752298e-11,
                       3.01029995663611771306e-01, 3.69423907715893078616e-13);
  }
};
WEFT_FORMULA(log10, Log10, transcendental, 28)

// log(1 + x): log(u) for the rounded sum u = 1 + x, corrected by the rounding error c of the sum:
// log(u + c) = log(u) + c / u. Where u is 1, the result is x itself.
struct Log1p {
  template <class V>
  V operator()(V x) const {
    const V u = x + V(1);
    const V lost = select(abs_(x) < V(1), x - (u - V(1)), V(1) - (u - x));
    const V correction = select(lost == V(0), V(0), lost / u);
    const V infinity = V(1) / V(0);
    const auto is_itself = (u == V(1)) | (x == infinity);
    return select(is_itself, x, apply<Log>(u) + correction);
  }
};
WEFT_FORMULA(log1p, Log1p, transcendental, 32)

// log(exp(a) + exp(b)). The larger exponent is factored out, so that the remaining exp() never
// exceeds 1. Equal inputs skip the subtraction: inf - inf would turn a defined result into NaN.
struct LogAddExp {
  template <class V>
  V operator()(V a, V b) const {
    const V high = max_(a, b);
    const V gap = select(a == b, V(0), min_(a, b) - high);
    const V result = high + apply<Log1p>(apply<Exp>(gap));
    // max_ and min_ do not pass on every NaN, so it is asked for here.
    return select((a != a) | (b != b), a + b, result);
  }
};
WEFT_FORMULA(logaddexp, LogAddExp, transcendental, 94)

// log2(2^a + 2^b), by the same steps. log2(1 + u) is that of the rounded sum, and what the rounding
// lost is added to first order, as in log1p; so equal inputs give exactly a + 1.
struct LogAddExp2 {
  template <class V>
  V operator()(V a, V b) const {
    using E = typename V::Element;
    const V high = max_(a, b);
    const V gap = select(a == b, V(0), min_(a, b) - high);
    const V u = apply<Exp2>(gap);
    const V sum = u + V(1);
    const V lost = u - (sum - V(1));
    const V result = high + (apply<Log2>(sum) + lost / sum * V(E(1.44269504088896338700)));
    return select((a != a) | (b != b), a + b, result);
  }
};
WEFT_FORMULA(logaddexp2, LogAddExp2, transcendental, 83)
