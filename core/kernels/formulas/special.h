// The error function: an odd polynomial near zero, elsewhere 1 - erfc(|x|).
//
// Float: erfc(x) = P(x)^-8 takes a division where others take an exponential (the form is that of
// Abramowitz and Stegun, 7.1.28). P is fitted to the eighth root on [1.2, 3.93], so that 1 - erfc
// is within 2^-27.6; the odd polynomial is fitted on [0, 1.2], within 2^-26.1. Both are minimax
// fits by Lawson's reweighting. Beyond 3.93 the power grows up to infinity, and erf is 1.
//
// Double: erfc(x) = exp(-x^2) Q(t), t = (x - 3) / (x + 3). The coefficients are Chebyshev fits made
// with mpmath's chebyfit: of erf(sqrt(z)) / sqrt(z) - 1 on [0, 1], within 2^-56.9, and of erfc(x)
// exp(x^2) on [1, 6] in t, within 2^-57.3. Beyond 6, erf rounds to 1.
struct Erf {
  template <class V>
  V operator()(V x) const {
    constexpr bool kIsFloat = sizeof(typename V::Element) == 4;
    const V a = abs_(x);
    const V z = x * x;
    if constexpr (kIsFloat) {
      // Both forms are computed for every lane; select() takes the one that is right.
      const V p = polynomial(z, 6.522676e-05, -0.0007560335, 0.005130998, -0.026819976, 0.11282679,
                             -0.37612537, 0.12837915);
      const V root = polynomial(a, 0.0007087537, -0.0060852445, 0.028833438, -0.065275006,
                                0.1291707, -0.0069335, 0.19059071, 0.98909724);
      const V fourth = (root * root) * (root * root);
      const V rest = V(1) / (fourth * fourth);
      return select(a >= V(1.2f), copysign_(V(1) - rest, x), fma_(x, p, x));
    } else {
      const V far = min_(a, V(6));
      const V t = (far - V(3)) / (far + V(3));
      const V p =
          polynomial(z, -7.7958988270021422e-10, 1.3720064546777686e-8, -1.6208483801871706e-7,
                     1.6447424703317362e-6, -1.492473690741966e-5, 0.00012055294904839708,
                     -0.00085483259753896921, 0.0052239776071164227, -0.02686617064323777,
                     0.11283791670945006, -0.3761263890318354, 0.12837916709551257);
      const V q = polynomial(t, 3.3813551420429038e-9, 1.2755818949624479e-6, 2.0135111426447428e-6,
                             -8.0097809390760793e-6, -1.2845780030775907e-5, 6.4062792260460392e-5,
                             4.5254345589910084e-5, -0.00059706249649245444, 0.00070774646669414251,
                             0.0042691363569612253, -0.024392499318915005, 0.07166583719747307,
                             -0.15011593650077899, 0.24560380171233487, -0.32623356004303721,
                             0.17900115118138995);
      const V outer = V(1) - apply<Exp>(-(far * far)) * q;
      return select(x != x, x, select(a < V(1), fma_(x, p, x), copysign_(outer, x)));
    }
  }
};
WEFT_FORMULA(erf, Erf, transcendental, 16)
