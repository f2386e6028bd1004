// The error function and its inverse. erf: an odd polynomial near zero, elsewhere 1 - erfc(|x|).
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

// The inverse of erf: x times a polynomial in w = -log(1 - x^2) near the middle, in sqrt(w) in the
// tails (the form is that of Giles, "Approximating the erfinv function", 2010). (1 - x)(1 + x)
// keeps the digits of 1 - x^2 near 1. The coefficients are Chebyshev fits of erfinv(x) / x made
// with mpmath's chebyfit, within 2^-26.3 (float) and 2^-55.5 (double).
struct ErfInv {
  template <class V>
  V operator()(V x) const {
    using E = typename V::Element;
    constexpr bool kIsFloat = sizeof(E) == 4;
    const V w = -apply<Log>((V(1) - x) * (V(1) + x));
    const V root = sqrt_(w);
    V ratio;
    if constexpr (kIsFloat) {
      const V middle = polynomial(w - V(2.5f), -8.93192597e-9, 2.33359672e-8, 4.681313481e-7,
                                  -3.463985268e-6, -4.972419689e-6, 0.0002183493862,
                                  -0.001252726392, -0.004177392875, 0.2466402791, 1.50140936);
      const V tail = polynomial(root - V(3), 0.0001115385808, -0.0003055250512, -5.04588529e-5,
                                0.001479703953, -0.003600900331, 0.005689216294, -0.007636489637,
                                0.009444992114, 1.001674912, 2.832976807);
      ratio = select(w < V(5), middle, tail);
    } else {
      const V middle = polynomial(
          w - V(3.125), 3.2407044593799019e-21, -1.1134837698327019e-21, -3.4996044354754178e-19,
          1.150022252066253e-18, 1.5574320246233252e-17, -1.3016928016796445e-16,
          -4.0282154327661742e-17, 6.5964077124208341e-15, -4.0012377350918959e-14,
          -8.1183994430743532e-14, 2.6304834740560441e-12, -1.2976885526532076e-11,
          -5.4142871980847161e-11, 1.0512181539804127e-9, -4.1126608200232401e-9,
          -2.9070382262927266e-8, 4.2347881737823393e-7, -1.3654691850603575e-6,
          -1.3882523394405317e-5, 0.00018673420802464838, -0.00074070253415447699,
          -0.0060336708714278499, 0.24015818242558832, 1.6536545626831027);
      const V near =
          polynomial(root - V(3.25), -1.5102695423335064e-8, 6.969241977629694e-10,
                     1.3104351499972014e-7, -2.7134511054394561e-7, -2.7004219280868946e-8,
                     1.4987130784186126e-6, -3.986084395214756e-6, 2.9257291901789825e-6,
                     1.2465167157087252e-5, -4.7318984120112455e-5, 6.8287086547533767e-5,
                     2.4031257015092524e-5, -0.00035503780975963811, 0.00095328936374356372,
                     -0.0016882755357337072, 0.0024914420969817609, -0.0037512085082155611,
                     0.0053709145535716796, 1.0052589676941653, 3.0838856104922206);
      const V far = polynomial(
          root - V(5), -1.5439278197208342e-11, 4.2802433037309421e-11, 4.6977303445962824e-11,
          -4.3738896637340694e-10, 1.3589365341577092e-9, -3.471437933896719e-9,
          7.7774285398266346e-9, -1.525516018129263e-8, 2.9044909320789474e-8,
          -6.7556030353736606e-8, 2.2904362741369039e-7, -9.9302947749828854e-7,
          4.5260543285596712e-6, -1.9681770676949253e-5, 7.5995277920249399e-5,
          -0.00021503011983024694, -0.00013871931837351697, 1.0103004648645454, 4.8499064014085843);
      ratio = select(w < V(6.25), middle, select(w < V(16), near, far));
    }
    const V infinity = V(1) / V(0);
    return select(abs_(x) == V(1), copysign_(infinity, x), x * ratio);  // beyond 1, w is NaN
  }
};
WEFT_FORMULA(erfinv, ErfInv, transcendental, 80)
