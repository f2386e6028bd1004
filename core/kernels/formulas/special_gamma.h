// The gamma function, the logarithm of its absolute value, and that logarithm's derivative.
//
// All follow one plan: on [1, 4] a polynomial in t = (x - 2) / (x + 2), which keeps the poles, all
// at x <= 0, as far away as the ends of a series in t allow; from 4 on Stirling's series, refitted
// so that it is short; below 1 one step of the recurrence; for negative x the reflection at 0.
// Polynomials are fitted for the quotient by the function's zeros, so that results near these keep
// their digits. Coefficients are Chebyshev fits made with mpmath's chebyfit; the bound stands at
// each function, relative to its result.

// sin(pi r) for |r| <= 1/2, within 2^-32 (float) and 2^-66 (double): pi r and a polynomial.
template <class V>
WEFT_INLINE V sin_of_half_turns(V r) {
  using E = typename V::Element;
  constexpr bool kIsFloat = sizeof(E) == 4;
  const V z = r * r;
  V p;
  if constexpr (kIsFloat) {
    p = polynomial(z, -0.007084488779, 0.08208371776, -0.5992589937, 2.550163867, -5.167712779);
  } else {
    p = polynomial(z, -2.2349456072698055e-8, 7.9492581490420438e-7, -2.1915282920601854e-5,
                   0.00046630279538979438, -0.0073704309448169368, 0.082145886611084625,
                   -0.59926452932079102, 2.5501640398773454, -5.16771278004997);
  }
  return fma_(r, V(E(3.14159265358979323846)), r * z * p);
}

// The series of Stirling's formula: the exact logarithm of the gamma function at x >= 4, less
// (x - 1/2)(log(x) - 1) + (log(2 pi) - 1) / 2, times x, as a polynomial in 1 / x^2.
template <class V>
WEFT_INLINE V stirling_series(V z) {
  if constexpr (sizeof(typename V::Element) == 4) {
    return polynomial(z, 0.0007427214289, -0.002776614873, 0.08333332931);
  } else {
    return polynomial(z, 0.036867391144705349, -0.018529842349409913, 0.0058428302198165233,
                      -0.0018988790775843355, 0.00084137414388151422, -0.00059523370859142224,
                      0.00079365076762919375, -0.0027777777777176055, 0.08333333333333331);
  }
}

// log(gamma(y)) / ((y - 1)(y - 2)) on [1, 4], within 2^-27.7 and 2^-52.7.
template <class V>
WEFT_INLINE V log_gamma_quotient(V y) {
  const V t = (y - V(2)) / (y + V(2));
  if constexpr (sizeof(typename V::Element) == 4) {
    return polynomial(t, -0.06461851304, 0.06355701763, -0.06269859203, 0.0609307989, -0.0872135494,
                      0.08299456392, -0.1389766853, 0.1261700105, -0.4012692085, 0.4227843369);
  } else {
    return polynomial(
        t, -0.042503458667076278, 0.042334655647377583, -0.023408337675991451, 0.02327311758737019,
        -0.032079417676620651, 0.031862551754087985, -0.03597553986022352, 0.035653602307775115,
        -0.042158262396942312, 0.041643035409573434, -0.050833763648853415, 0.049933318774251631,
        -0.064107259826964015, 0.062323225847108627, -0.087156390507387266, 0.082938060142016374,
        -0.13897748719622922, 0.12617080324111557, -0.40126920669741566, 0.42278433509846712);
  }
}

// log|gamma(x)|. With a = |x|: below 1 the product (a)(a - 1) is exact where a + 1 - 1 and a + 1 -
// 2 would not be. gamma(-a) gamma(a) = -pi / (a sin(pi a)).
struct LogGamma {
  template <class V>
  V operator()(V x) const {
    using E = typename V::Element;
    constexpr bool kIsFloat = sizeof(E) == 4;
    const V infinity = V(1) / V(0);
    const V a = abs_(x);
    const V log_a = apply<Log>(a);
    const auto is_below_1 = a < V(1);
    const V zeros = select(is_below_1, a * (a - V(1)), (a - V(1)) * (a - V(2)));
    const V quotient = log_gamma_quotient(select(is_below_1, a + V(1), a));
    const V near = fma_(zeros, quotient, select(is_below_1, -log_a, V(0)));
    const V rest = fma_(V(1) / a, stirling_series(V(1) / (a * a)), V(E(0.41893853320467274178)));
    const V far = fma_(a - V(E(0.5)), log_a - V(1), rest);
    const V of_size = select(a < V(4), near, far);

    const V distance = abs_(a - round_even_(a));  // to the nearest pole; NaN for infinity
    const V turned = apply<Log>(a * sin_of_half_turns(distance));
    const V reflected = V(E(1.1447298858494001741)) - turned - of_size;
    // Beside a pole at 0, a sin(pi a) might be too small for a number.
    const V below_0 = select(a < V(kIsFloat ? E(1e-9) : E(1e-17)), -log_a, reflected);
    const V result = select(x < V(0), below_0, of_size);
    // At poles, all large numbers among them, the difference above may be that of infinities.
    const auto is_pole = (x < V(0)) & (distance == V(0));
    return select(is_pole | (a == infinity), infinity, result);
  }
};
WEFT_FORMULA(gammaln, LogGamma, transcendental, 110)

// The derivative of log(gamma(x)). Its zero at 1.46... is subtracted in two parts. From 4 on
// log(x) - 1 / (2 x) - A(1 / x^2) / x^2. psi(-a) = psi(1 + a) + pi / tan(pi a). Within 2^-27 and
// 2^-55.
struct Digamma {
  template <class V>
  V operator()(V x) const {
    using E = typename V::Element;
    constexpr bool kIsFloat = sizeof(E) == 4;
    const V a = abs_(x);
    const auto is_raised = (x < V(1));
    const V b = select(is_raised, a + V(1), a);
    const V t = (b - V(2)) / (b + V(2));
    const V z = V(1) / (b * b);
    V near, tail, from_zero;  // from_zero: b less the zero
    if constexpr (kIsFloat) {
      near = polynomial(t, 0.9384734402, -0.9449325086, 0.6503104513, -0.6585008089, 0.6802670793,
                        -0.696594602, 0.6777225478, -0.726193847, 0.7010430244, -1.04295599,
                        0.7853075386);
      tail = polynomial(z, -0.003397054067, 0.003940102003, -0.008332990443, 0.08333333267);
      from_zero = select(is_raised, a - V(0.461632133f), a - V(1.46163213f)) - V(1.24381499e-8f);
    } else {
      near = polynomial(
          t, -1.2961992760875917, 1.2942452439988196, -0.50426959527730627, 0.50309553739090655,
          -0.713442970397327, 0.71164452141344938, -0.6825045615261453, 0.68023857319251221,
          -0.68573117575154337, 0.68269848966093273, -0.68609765714072492, 0.68184409405154914,
          -0.68704248420406136, 0.68068010582070208, -0.68901778862254167, 0.67874747527836995,
          -0.695067676631197, 0.67775313491289243, -0.72622458089898842, 0.70104285355000605,
          -1.0429558187320056, 0.78530753860410529);
      tail = polynomial(z, -2.7632461441771197, 1.317667749896685, -0.34875835555693052,
                        0.079785858937978048, -0.021004729764303444, 0.0075743763145024562,
                        -0.0041666539328954101, 0.0039682539076816415, -0.0083333333332201801,
                        0.083333333333333298);
      from_zero = select(is_raised, (a - V(0.46163214496836236)) + V(1.5522348162858677e-17),
                         (a - V(1.4616321449683622)) - V(9.5499954299656977e-17));
    }
    const V far = apply<Log>(b) - fma_(z, tail, V(E(0.5)) / b);
    const V raised = select(b < V(4), from_zero * near, far);

    // sin and cos of pi a, by the distance of a from the nearest integer.
    const V r = a - round_even_(a);
    const V sine = sin_of_half_turns(r);
    const V cosine = sin_of_half_turns(V(E(0.5)) - abs_(r));
    const V nan = V(0) / V(0);
    const V turned = select(r == V(0), nan, V(E(3.14159265358979323846)) * (cosine / sine));
    const V step = select(x < V(0), turned, -(V(1) / x));
    return select(is_raised, raised + step, raised);
  }
};
WEFT_FORMULA(digamma, Digamma, transcendental, 90)

// The gamma function. On [1, 4] it is exp(log gamma), whose exponent is small; beyond Stirling's
// formula with x^(x - 1/2) as a square, which overflows no earlier than the result, and the series
// of the factor itself. gamma(-a) = -pi / (a sin(pi a) gamma(a)).
struct Gamma {
  template <class V>
  V operator()(V x) const {
    using E = typename V::Element;
    const V a = abs_(x);
    const auto is_below_1 = a < V(1);
    const V zeros = select(is_below_1, a * (a - V(1)), (a - V(1)) * (a - V(2)));
    const V near = apply<Exp>(zeros * log_gamma_quotient(select(is_below_1, a + V(1), a)));
    const V w = V(1) / a;
    V series;
    if constexpr (sizeof(E) == 4) {
      series = polynomial(w, 0.0001464794162, -0.002738717002, 0.003475059915, 0.08333331121);
    } else {
      series =
          polynomial(w, 0.0010246833298535133, -0.00086172397936672123, -0.00060932919343896242,
                     0.0010346018773062768, -8.5174310290606209e-5, -0.00058848687060105374,
                     6.9466712145041114e-5, 0.00078405087834307911, -0.00022947239849353564,
                     -0.0026813271563895902, 0.0034722222222006399, 0.083333333333333352);
    }
    const V root = apply<Power>(a, fma_(V(E(0.5)), a, V(E(-0.25))));
    const V unscaled = (root * apply<Exp>(-a)) * (root * V(E(2.5066282746310005024)));
    // Where even the square is past all numbers, the product above may be NaN.
    const V infinity = V(1) / V(0);
    const V far =
        select(a > V(sizeof(E) == 4 ? 40 : 180), infinity, fma_(unscaled, w * series, unscaled));
    const V raised = select(a < V(4), near, far);  // gamma(a), below 1 gamma(a + 1)

    const V rounded = round_even_(a);
    const V sine = sin_of_half_turns(a - rounded);
    const V half = V(E(0.5)) * rounded;
    const V turned = select(floor_(half) == half, sine, -sine);
    const V below_0 =
        V(E(-3.14159265358979323846)) / (turned * select(is_below_1, raised, a * raised));
    const V nan = V(0) / V(0);
    const V reflected = select(a == rounded, nan, below_0);
    const V positive = select(is_below_1, raised / x, raised);
    return select(x < V(0), select(a == infinity, nan, reflected), select(x != x, x, positive));
  }
};
WEFT_FORMULA(gamma, Gamma, transcendental, 240)
