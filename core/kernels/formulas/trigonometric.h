// Trigonometric functions, correct for arguments of any size, and their inverses.
//
// The angle is reduced to [-pi / 4, pi / 4] and a quadrant; the quadrant says whether sine or
// cosine of the rest is taken, and the sign. Inverse functions move their argument to where a short
// polynomial is enough.

// An angle less the nearest multiple of pi / 2, in two parts (rest + low), and the number of that
// multiple, of which only the last two bits count.
template <class V>
struct Angle {
  using Integer = decltype(bits_(V(0)));
  V rest, low;
  Integer quadrant;
};

// The reduction of Cody and Waite up to kFarAngle; far angles are replaced afterwards.
//
// pi / 2 is subtracted in three parts. The first has so few bits that its multiples are exact. The
// product with the second is rounded, and so is the difference; both errors go to `low`. (Dekker's
// short sum gives that of the difference, as `near` is a multiple of the last bit of `step`.)
// Adding 1.5 2^23 or 2^52 rounds to an integer, and leaves it in the last bits.
template <class V>
WEFT_INLINE Angle<V> split_quadrants(V x) {
  using E = typename V::Element;
  constexpr bool kIsFloat = sizeof(E) == 4;
  const V rounding(kIsFloat ? E(12582912) : E(6755399441055744.0));
  const V first(kIsFloat ? E(1.5703125) : E(1.57079632673412561417));
  const V second(kIsFloat ? E(4.838267923332751e-4) : E(6.077100506506192e-11));
  const V third(kIsFloat ? E(2.5633440682570896e-12) : E(3.5215598651832e-27));
  const V count = fma_(x, V(E(6.36619772367581343076e-1)), rounding);
  const V n = count - rounding;
  const V near = fma_(-n, first, x);
  const V step = n * second;
  const V rest = near - step;
  const V lost = ((near - rest) - step) - product_error_(n, second, step);
  Angle<V> angle{rest, fma_(-n, third, lost), bits_(count)};
  replace_far_angle_(x, angle.rest, angle.low, angle.quadrant);
  return angle;
}

// sin and cos on [-pi / 4, pi / 4]; angle.low enters by its first derivative. Float: Cephes,
// sinf.c; double: FreeBSD, k_sin.c and k_cos.c.
template <class V>
WEFT_INLINE V small_sin(const Angle<V>& angle) {
  using E = typename V::Element;
  const V r = angle.rest;
  const V z = r * r;
  V p;
  if constexpr (sizeof(E) == 4) {
    p = polynomial(z, -1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1);
  } else {
    p = polynomial(z, 1.58969099521155010221e-10, -2.50507602534068634195e-08,
                   2.75573137070700676789e-06, -1.98412698298579493134e-04,
                   8.33333333332248946124e-03, -1.66666666666666324348e-01);
  }
  return r + fma_(z * r, p, fma_(V(E(-0.5)) * z, angle.low, angle.low));
}
template <class V>
WEFT_INLINE V small_cos(const Angle<V>& angle) {
  using E = typename V::Element;
  const V r = angle.rest;
  const V z = r * r;
  V p;
  if constexpr (sizeof(E) == 4) {
    p = polynomial(z, 2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2);
  } else {
    p = polynomial(z, -1.13596475577881948265e-11, 2.08757232129817482790e-09,
                   -2.75573143513906633035e-07, 2.48015872894767294178e-05,
                   -1.38888888888741095749e-03, 4.16666666666666019037e-02);
  }
  // 1 - z / 2 in a way that keeps what the subtraction rounds off.
  const V half = V(E(0.5)) * z;
  const V head = V(1) - half;
  return head + (((V(1) - head) - half) + fma_(z * z, p, -(r * angle.low)));
}

// In odd quadrants sine and cosine change places.
template <class V>
WEFT_INLINE auto is_odd_quadrant(const Angle<V>& angle) {
  using Integer = typename Angle<V>::Integer;
  return (angle.quadrant & Integer(1)) == Integer(1);
}
// `value`, negated where the second bit of `turns` is set.
template <class V, class Integer>
WEFT_INLINE V turned_sign(V value, Integer turns) {
  constexpr int kToSign = 8 * sizeof(typename V::Element) - 2;
  return value_(bits_(value) ^ ((turns & Integer(2)) << kToSign));
}

struct Sin {
  template <class V>
  V operator()(V x) const {
    const Angle<V> angle = split_quadrants(x);
    const V value = select(is_odd_quadrant(angle), small_cos(angle), small_sin(angle));
    // sin(-0) is -0.
    return select(x == V(0), x, turned_sign(value, angle.quadrant));
  }
};
WEFT_FORMULA(sin, Sin, transcendental, 32)

struct Cos {
  template <class V>
  V operator()(V x) const {
    using Integer = typename Angle<V>::Integer;
    const Angle<V> angle = split_quadrants(x);
    const V value = select(is_odd_quadrant(angle), small_sin(angle), small_cos(angle));
    return turned_sign(value, angle.quadrant + Integer(1));
  }
};
WEFT_FORMULA(cos, Cos, transcendental, 32)

struct Tan {
  template <class V>
  V operator()(V x) const {
    const Angle<V> angle = split_quadrants(x);
    const V sin = small_sin(angle), cos = small_cos(angle);
    const auto turned = is_odd_quadrant(angle);
    return select(x == V(0), x, select(turned, -cos, sin) / select(turned, sin, cos));
  }
};
WEFT_FORMULA(tan, Tan, transcendental, 40)

// (atan(t) - t) for |t| <= tan(pi / 8). Float: Cephes, atanf.c; double: FreeBSD, s_atan.c.
template <class V>
WEFT_INLINE V atan_correction(V t) {
  const V z = t * t;
  V p;
  if constexpr (sizeof(typename V::Element) == 4) {
    p = polynomial(z, 8.05374449538e-2, -1.38776856032e-1, 1.99777106478e-1, -3.33329491539e-1);
  } else {
    p = polynomial(
        z, -1.62858201153657823623e-02, 3.65315727442169155270e-02, -4.97687799461593236017e-02,
        5.83357013379057348645e-02, -6.66107313738753120669e-02, 7.69187620504482999495e-02,
        -9.09088713343650656196e-02, 1.11111104054623557880e-01, -1.42857142725034663711e-01,
        1.99999999998764832476e-01, -3.33333333333329318027e-01);
  }
  return t * z * p;
}

// atan(top / bottom) for 0 <= top, bottom. The argument is moved by pi / 4 or pi / 2 so that |t| <=
// tan(pi / 8), as in Cephes. The constants pi / 4 and pi / 2 are added in two parts.
template <class V>
WEFT_INLINE V atan_of_ratio(V top, V bottom) {
  using E = typename V::Element;
  constexpr bool kIsFloat = sizeof(E) == 4;
  const auto is_high = top > bottom * V(E(2.41421356237309504880));
  const auto is_middle = top > bottom * V(E(0.414213562373095048802));
  const V above = select(is_high, -bottom, select(is_middle, top - bottom, top));
  const V below = select(is_high, top, select(is_middle, top + bottom, bottom));
  const V t = above / below;
  const V quarter(E(7.85398163397448309616e-1));
  const V rest_of_quarter(kIsFloat ? E(-2.18556941e-8) : E(3.06161699786838301793e-17));
  const V steps = select(is_high, V(2), select(is_middle, V(1), V(0)));
  return steps * quarter + (t + fma_(steps, rest_of_quarter, atan_correction(t)));
}

// An odd function; copysign_ keeps the sign of zero.
struct ArcTan {
  template <class V>
  V operator()(V x) const {
    return select(x != x, x, copysign_(atan_of_ratio(abs_(x), V(1)), x));
  }
};
WEFT_FORMULA(arctan, ArcTan, transcendental, 15)

// The angle of the point (x, y). Its quadrant follows from the signs, also from those of zeros. Two
// zeros count as the ratio 0, two infinities as the ratio 1, as in C.
struct ArcTan2 {
  template <class V>
  V operator()(V y, V x) const {
    using E = typename V::Element;
    constexpr bool kIsFloat = sizeof(E) == 4;
    const V infinity = V(1) / V(0);
    const V height = abs_(y), width = abs_(x);
    const auto are_infinite = (height == infinity) & (width == infinity);
    const auto is_origin = (height == V(0)) & (width == V(0));
    // Scaled by a power of two, so that sums in the ratio stay finite; the smaller leg may vanish.
    const V scale = select(max_(height, width) > V(1), V(E(0.25)), V(4));
    const V top = select(are_infinite, V(1), scale * height);
    const V bottom = select(are_infinite | is_origin, V(1), scale * width);
    const V angle = atan_of_ratio(top, bottom);
    const V pi(E(3.14159265358979323846));
    const V rest_of_pi(kIsFloat ? E(-8.74227766e-8) : E(1.22464679914735317636e-16));
    const V turned = pi - (angle - rest_of_pi);
    const V result = select(copysign_(V(1), x) < V(0), turned, angle);
    return select((x != x) | (y != y), x + y, copysign_(result, y));
  }
};
WEFT_FORMULA(arctan2, ArcTan2, transcendental, 45)

// (asin(s) - s) / s for 0 <= s <= 1/2, z = s^2. Float: Cephes, asinf.c; double: FreeBSD, e_asin.c.
template <class V>
WEFT_INLINE V asin_correction(V z) {
  if constexpr (sizeof(typename V::Element) == 4) {
    return z * polynomial(z, 4.2163199048e-2, 2.4181311049e-2, 4.5470025998e-2, 7.4953002686e-2,
                          1.6666752422e-1);
  } else {
    const V p = polynomial(z, 3.47933107596021167570e-05, 7.91534994289814532176e-04,
                           -4.00555345006794114027e-02, 2.01212532134862925881e-01,
                           -3.25565818622400915405e-01, 1.66666666666666657415e-01);
    const V q = polynomial(z, 7.70381505559019352791e-02, -6.88283971605453293030e-01,
                           2.02094576023350569471e+00, -2.40339491173441421878e+00, 1);
    return z * (p / q);
  }
}

// acos(a) for 1/2 < a <= 1 is 2 asin(sqrt((1 - a) / 2)). The rounding error of the root is added
// back.
template <class V>
WEFT_INLINE V acos_near_one(V a) {
  using E = typename V::Element;
  const V z = V(E(0.5)) * (V(1) - a);
  const V root = sqrt_(z);
  const V square = root * root;
  const V lost = ((z - square) - product_error_(root, root, square)) / (root + root);
  const V rest = fma_(root, asin_correction(z), select(root == V(0), V(0), lost));
  return V(2) * (root + rest);
}

// pi / 2 - x, with pi / 2 in two parts. `lacks` is a small term to be subtracted as well, for
// example what the rounded x lacks of its true value.
template <class V>
WEFT_INLINE V quarter_turn_less(V x, V lacks) {
  using E = typename V::Element;
  constexpr bool kIsFloat = sizeof(E) == 4;
  const V rest(kIsFloat ? E(-4.37113883e-8) : E(6.12323399573676603587e-17));
  return V(E(1.57079632679489661923)) - (x - (rest - lacks));
}

// Up to 1/2 the series, beyond it pi / 2 - acos(a), which does not cancel.
struct ArcSin {
  template <class V>
  V operator()(V x) const {
    using E = typename V::Element;
    const V a = abs_(x);
    const V inner = fma_(a, asin_correction(a * a), a);
    const V outer = quarter_turn_less(acos_near_one(a), V(0));
    return copysign_(select(a <= V(E(0.5)), inner, outer), x);
  }
};
WEFT_FORMULA(arcsin, ArcSin, transcendental, 20)

// Beyond -1/2 it is pi less the value for |x|, with pi as two quarter turns.
struct ArcCos {
  template <class V>
  V operator()(V x) const {
    using E = typename V::Element;
    const V a = abs_(x);
    const V inner = quarter_turn_less(x, x * asin_correction(x * x));
    const V near_one = acos_near_one(a);
    const V quarter = quarter_turn_less(V(0), V(0));
    const V outer = select(x < V(0), quarter + quarter_turn_less(near_one, V(0)), near_one);
    return select(a <= V(E(0.5)), inner, outer);
  }
};
WEFT_FORMULA(arccos, ArcCos, transcendental, 18)
