// Quotients rounded down, and remainders, as Python and NumPy define them: a remainder has the sign
// of the divisor, fmod that of the dividend. Integers divided by zero give 0, floats NaN or
// infinity. All results are exact, except for the rounding of the quotient itself.

struct Fmod {
  template <class V>
  V operator()(V a, V b) const {
    if constexpr (kIsFloating<typename V::Element>) {
      return fmod_(a, b);
    } else {
      return select(b == V(0), V(0), a - a / b * b);
    }
  }
};
WEFT_FORMULA(fmod, Fmod, number, 13)

// The C remainder, moved by one divisor where its sign is not that of the divisor.
struct Remainder {
  template <class V>
  V operator()(V a, V b) const {
    using E = typename V::Element;
    const V rest = apply<Fmod>(a, b);
    if constexpr (kIsFloating<E>) {
      // The comparison of two NaNs or zeros must not move anything; a zero takes the sign of the
      // divisor.
      const V moved = select((rest < V(0)) ^ (b < V(0)), rest + b, rest);
      return select(rest == V(0), copysign_(V(0), b), moved);
    } else if constexpr (kIsSigned<E>) {
      const auto moves = ((rest < V(0)) ^ (b < V(0))) & (rest != V(0));
      return select(moves, rest + b, rest);
    } else {
      return rest;
    }
  }
};
WEFT_FORMULA(remainder, Remainder, number, 23)

// For floats, the dividend less its remainder is a multiple of the divisor. So the quotient is an
// integer but for rounding, which taking the nearest integer undoes.
struct FloorDivide {
  template <class V>
  V operator()(V a, V b) const {
    using E = typename V::Element;
    if constexpr (kIsFloating<E>) {
      const V rest = apply<Fmod>(a, b);
      const auto moves = ((rest < V(0)) ^ (b < V(0))) & (rest != V(0));
      const V quotient = (a - rest) / b - select(moves, V(1), V(0));
      // A zero quotient has the sign of a / b; a zero divisor gives infinity or NaN, as division
      // does.
      const V whole = round_even_(quotient);
      const V of_zero = select(whole == V(0), copysign_(V(0), a / b), whole);
      return select(b == V(0), a / b, of_zero);
    } else if constexpr (kIsSigned<E>) {
      // Truncated quotients are one too large where remainder and divisor have different signs.
      const V quotient = a / b;
      const V rest = a - quotient * b;
      const auto moves = ((rest < V(0)) ^ (b < V(0))) & (rest != V(0)) & (b != V(0));
      return select(moves, quotient - V(1), quotient);
    } else {
      return a / b;
    }
  }
};
WEFT_FORMULA(floor_divide, FloorDivide, number, 30)
