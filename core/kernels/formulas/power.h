// Powers. Integers are exact modulo 2^bits. Floats are within 1.5 ulp: y log(x) is computed with
// twice the precision, as in Shibata's SLEEF, because an error in an exponent of up to 700 would be
// multiplied by it.

// A number as the unevaluated sum high + low (double-double arithmetic), |low| much smaller.
template <class V>
struct Pair {
  V high, low;
};
// a + b without error, for |a| >= |b| (Dekker's fast two-sum).
template <class V>
WEFT_INLINE Pair<V> sum_of(V a, V b) {
  const V sum = a + b;
  return {sum, (a - sum) + b};
}
// a b; the product of the two low parts is too small to matter.
template <class V>
WEFT_INLINE Pair<V> product_of(Pair<V> a, Pair<V> b) {
  const V p = a.high * b.high;
  return {p, product_error_(a.high, b.high, p) + (a.high * b.low + a.low * b.high)};
}

// log(x) for positive finite x, as a pair: k log(2) + 2 atanh(s) with s = f / (2 + f), |s| < 0.172.
// atanh is its Taylor series s + s^3 / 3 + s^5 / 5 + ..., cut where the rest is below 2^-66
// (double) or 2^-36 (float) of it.
template <class V>
WEFT_INLINE Pair<V> log_pair(V x) {
  using E = typename V::Element;
  constexpr bool kIsFloat = sizeof(E) == 4;
  const Normalised<V> n = normalise(x);
  // s as a pair: the quotient, corrected by the remainder of the division.
  const Pair<V> divisor = sum_of(V(2), n.f);
  const V quotient = n.f / divisor.high;
  const V product = quotient * divisor.high;
  const V lost = product_error_(quotient, divisor.high, product) + quotient * divisor.low;
  const Pair<V> s = {quotient, ((n.f - product) - lost) / divisor.high};
  const Pair<V> z = product_of(s, s);
  V series;
  if constexpr (kIsFloat) {
    series = polynomial(z.high, 2 / 13.0, 2 / 11.0, 2 / 9.0, 2 / 7.0, 2 / 5.0);
  } else {
    series = polynomial(z.high, 2 / 25.0, 2 / 23.0, 2 / 21.0, 2 / 19.0, 2 / 17.0, 2 / 15.0,
                        2 / 13.0, 2 / 11.0, 2 / 9.0, 2 / 7.0, 2 / 5.0);
  }
  // 2 / 3, the first coefficient, as a pair too; the further ones need no second part.
  const E third = E(2 / 3.0);
  const V rest_of_third(kIsFloat ? E(2 / 3.0 - double(float(2 / 3.0)))
                                 : E(3.70074341541718826e-17));
  Pair<V> factor = sum_of(V(third), z.high * series);
  factor.low = factor.low + rest_of_third;
  const Pair<V> cubic = product_of(product_of(z, factor), s);
  // k times the high part of log(2) is exact.
  const V k_high = n.k * V(kIsFloat ? E(0.693359375) : E(6.93145751953125e-1));
  const V k_low = n.k * V(kIsFloat ? E(-2.12194440e-4) : E(1.42860682030941723212e-6));
  const Pair<V> first = sum_of(k_high, s.high + s.high);
  const V small = k_low + (s.low + s.low) + cubic.low + first.low;
  const Pair<V> second = sum_of(first.high, cubic.high);
  return sum_of(second.high, second.low + small);
}

// exp(y log|x|), then the sign and the special cases of C's pow, in the order in which they
// override one another.
struct Power {
  template <class V>
  V operator()(V x, V y) const {
    using E = typename V::Element;
    if constexpr (!kIsFloating<E>) {
      return power_(x, y);
    } else {
      const V infinity = V(1) / V(0);
      const V a = abs_(x);
      const Pair<V> log = log_pair(a);
      // A zero or infinite base decides the exponent itself.
      const V log_a = select(a == V(0), -infinity, select(a < infinity, log.high, a));
      const V exponent = y * log_a;
      const V bounded = within_exp_range(exponent);
      const V error = product_error_(y, log.high, exponent) + y * log.low;
      const LogTwos<V> split = split_log_twos(bounded);
      // The low part of the exponent is dropped where the exponent was clamped.
      const V rest = split.rest + select(bounded == exponent, error, V(0));
      const V power = scale_by_power_(
          select(has_zero_exp(exponent), V(0), small_expm1(rest) + V(1)), split.count);
      const V magnitude = select(exponent != exponent, exponent, power);
      // 1 to any power is 1; NaN is handled at the end. Odd integers y keep the sign of x.
      const V sized = select(a == V(1), select(y != y, y, V(1)), magnitude);

      const V half = V(E(0.5)) * y;
      const auto is_whole = floor_(y) == y;
      const auto is_odd = is_whole & (floor_(half) != half);
      const auto is_negative = copysign_(V(1), x) < V(0);
      const V is_signed = select(is_negative & is_odd, -sized, sized);
      // A negative base with a fractional exponent has no real power: NaN.
      const auto has_no_root = (x < V(0)) & !is_whole & (y == y) & (a < infinity);
      const V result = select(has_no_root, infinity - infinity, is_signed);
      return select((y == V(0)) | (x == V(1)), V(1), result);
    }
  }
};
WEFT_FORMULA(power, Power, number, 130)
