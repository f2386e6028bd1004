// The transforms of Winograd's tiles, which the convolution and the gradient of its weights share.
// The matrices A, B and G are those of Lavin and Gray, 2016.
//
// Included inside the namespace of an instruction set, after
// kernels/convolution/blocked/blocked_impl.h.

// One row or column of B^T d (a window to its frequencies), for tiles of 2 and of 4, and below of
// A^T m (frequencies to the results of a tile). Common terms are computed once.
template <class V>
WEFT_INLINE void to_frequencies(const V (&d)[4], V (&out)[4]) {
  out[0] = d[0] - d[2];
  out[1] = d[1] + d[2];
  out[2] = d[2] - d[1];
  out[3] = d[1] - d[3];
}
template <class V>
WEFT_INLINE void to_frequencies(const V (&d)[6], V (&out)[6]) {
  const V two(2), four(4), five(5);
  const V even = d[4] - four * d[2], odd = d[3] - four * d[1];
  const V low = d[4] - d[2], high = two * (d[3] - d[1]);
  out[0] = four * d[0] - five * d[2] + d[4];
  out[1] = even + odd;
  out[2] = even - odd;
  out[3] = low + high;
  out[4] = low - high;
  out[5] = four * d[1] - five * d[3] + d[5];
}
template <class V>
WEFT_INLINE void from_frequencies(const V (&m)[4], V (&out)[2]) {
  out[0] = m[0] + m[1] + m[2];
  out[1] = m[1] - m[2] - m[3];
}
template <class V>
WEFT_INLINE void from_frequencies(const V (&m)[6], V (&out)[4]) {
  const V even = m[1] + m[2], odd = m[1] - m[2];
  const V far_even = m[3] + m[4], far_odd = m[3] - m[4];
  out[0] = m[0] + even + far_even;
  out[1] = odd + V(2) * far_odd;
  out[2] = even + V(4) * far_even;
  out[3] = odd + V(8) * far_odd + m[5];
}
// The adjoint of A^T m, which is A d: from a row of a tile's results to the frequencies that they
// meet.
template <class V>
WEFT_INLINE void spread_frequencies(const V (&d)[2], V (&out)[4]) {
  out[0] = d[0];
  out[1] = d[0] + d[1];
  out[2] = d[0] - d[1];
  out[3] = -d[1];
}
template <class V>
WEFT_INLINE void spread_frequencies(const V (&d)[4], V (&out)[6]) {
  const V even = d[0] + d[2], odd = d[1] + d[3];
  const V far_even = d[0] + V(4) * d[2], far_odd = V(2) * d[1] + V(8) * d[3];
  out[0] = d[0];
  out[1] = even + odd;
  out[2] = even - odd;
  out[3] = far_even + far_odd;
  out[4] = far_even - far_odd;
  out[5] = d[3];
}

// Applies a transform of one direction to the columns of a square of vectors, and then to the rows
// of the result. load(y, x) reads, transform(in, out) does one direction, store(y, x, value)
// writes.
template <int kFrom, int kTo, class Load, class Transform, class Store>
WEFT_INLINE void transform_square(const Load& load, const Transform& transform,
                                  const Store& store) {
  using V = Vec<float>;
  V half[kTo][kFrom];
  repeat<kFrom>([&](auto column) WEFT_LAMBDA {
    constexpr int x = decltype(column)::value;
    V in[kFrom], out[kTo];
    repeat<kFrom>([&](auto row) WEFT_LAMBDA {
      constexpr int y = decltype(row)::value;
      in[y] = load(y, x);
    });
    transform(in, out);
    repeat<kTo>([&](auto row) WEFT_LAMBDA {
      constexpr int y = decltype(row)::value;
      half[y][x] = out[y];
    });
  });
  repeat<kTo>([&](auto row) WEFT_LAMBDA {
    constexpr int y = decltype(row)::value;
    V out[kTo];
    transform(half[y], out);
    repeat<kTo>([&](auto column) WEFT_LAMBDA {
      constexpr int x = decltype(column)::value;
      store(y, x, out[x]);
    });
  });
}

// A window of a plane of vectors; a ring holds `ring_rows` rows of the plane. Outside everything is
// zero.
struct PlaneWindow {
  int64_t top, left, height, width;  // the last two: extents of the plane
  int64_t ring_rows;
};

// Calls use(number, frequency) for each frequency of a window. Elements outside the plane are
// loaded from an array of zeros, so that one code serves windows inside and at the border.
template <int kSide, class S, class Use>
WEFT_INLINE void read_window(const S* plane, const PlaneWindow& window, const Use& use) {
  using V = Vec<float>;
  static constexpr float kZeros[kPanelChannels] = {};
  const S* const zeros = (const S*)kZeros;
  const S* lines[kSide];
  bool is_column[kSide];
  for (int i = 0; i < kSide; ++i) {
    const int64_t row = window.top + i, col = window.left + i;
    const int64_t place =
        (row < window.ring_rows ? row : row % window.ring_rows) * window.width + window.left;
    lines[i] = row >= 0 && row < window.height ? plane + place * kPanelChannels : nullptr;
    is_column[i] = col >= 0 && col < window.width;
  }
  transform_square<kSide, kSide>(
      [&](int y, int x) WEFT_LAMBDA {
        return Memory<S>::load(lines[y] && is_column[x] ? lines[y] + x * kPanelChannels : zeros);
      },
      [](const V(&d)[kSide], V(&out)[kSide]) WEFT_LAMBDA { to_frequencies(d, out); },
      [&](int y, int x, V value) WEFT_LAMBDA { use(y * kSide + x, value); });
}
