// What the loops over channel blocks share: which taps of a window see the image, and what is done
// to a sum before it is stored.
//
// Included inside the namespace of an instruction set, after kernels/cpu/gemm_impl.h.

WEFT_INLINE int64_t lesser(int64_t a, int64_t b) { return a < b ? a : b; }
WEFT_INLINE int64_t greater(int64_t a, int64_t b) { return a > b ? a : b; }
WEFT_INLINE int64_t ceil_divide(int64_t a, int64_t b) {  // b > 0
  return a >= 0 ? (a + b - 1) / b : -(-a / b);
}

struct TapRange {
  int64_t begin, end;
};
// The taps of the window at a position that fall inside an axis of the image.
WEFT_INLINE TapRange taps_inside(int64_t position, int64_t stride, int64_t pad, int64_t dilation,
                                 int64_t kernel, int64_t extent) {
  const int64_t start = position * stride - pad;
  if (start >= 0 && start + (kernel - 1) * dilation < extent) return {0, kernel};
  const int64_t begin = lesser(kernel, greater(0, ceil_divide(-start, dilation)));
  const int64_t end = lesser(kernel, greater(begin, ceil_divide(extent - start, dilation)));
  return {begin, end};
}

// For each column of the kernel the output columns that see the image there, and the columns that
// see it everywhere. The memory is the caller's: two numbers for each column of the kernel.
class ColumnRanges {
 public:
  ColumnRanges(const Convolution& p, int64_t* memory) : ranges_(memory), low_(0) {
    high_ = p.out_width;
    for (int64_t col = 0; col < p.kernel_width; ++col) {
      const int64_t start = p.pad_left - col * p.dilation_width;
      const int64_t from = lesser(p.out_width, greater(0, ceil_divide(start, p.stride_width)));
      const int64_t to = ceil_divide(start + p.in_width, p.stride_width);
      ranges_[2 * col] = from;
      ranges_[2 * col + 1] = greater(from, lesser(p.out_width, to));
      low_ = greater(low_, from);
      high_ = lesser(high_, ranges_[2 * col + 1]);
    }
  }
  int64_t first(int64_t col) const { return ranges_[2 * col]; }
  int64_t end(int64_t col) const { return ranges_[2 * col + 1]; }
  bool all_inside(int64_t begin, int64_t end) const { return begin >= low_ && end <= high_; }

 private:
  int64_t* ranges_;
  int64_t low_, high_;
};

struct Epilogue {
  Vec<float> low, high;
};
WEFT_INLINE Vec<float> held(Vec<float> sum, const Epilogue& epilogue) {
  sum = select(sum < epilogue.low, epilogue.low, sum);
  return select(sum > epilogue.high, epilogue.high, sum);
}
WEFT_INLINE Vec<float> finish(Vec<float> sum, const Epilogue& epilogue, const float* bias,
                              const float* residual) {
  if (bias) sum = sum + Memory<float>::load(bias);
  if (residual) sum = sum + Memory<float>::load(residual);
  return held(sum, epilogue);
}
WEFT_INLINE Vec<float> finish_part(Vec<float> sum, const Epilogue& epilogue, const float* bias,
                                   const float* residual, int64_t lanes) {
  if (bias) sum = sum + Memory<float>::load_part(bias, lanes);
  if (residual) sum = sum + Memory<float>::load_part(residual, lanes);
  return held(sum, epilogue);
}
