// What chains.py compares with: plain loops over rows, compiled for this processor when it runs,
// shared by two threads. A named chain's loop has the chain's reads and writes and, but for Adam
// and layer norm, less arithmetic: what memory allows. The others are the chain itself, each step
// on a value of the loop.
#include <atomic>
#include <bit>
#include <cmath>
#include <cstdint>
#include <thread>

namespace {

using Body = void (*)(void** arrays, long begin, long end, long cols);

// The second of two threads: it looks for work for a moment and then sleeps.
class Helper {
 public:
  Helper() {
    std::thread([this] { work(); }).detach();
  }
  void run(Body body, void** arrays, long rows, long cols) {
    body_ = body;
    arrays_ = arrays;
    rows_ = rows;
    cols_ = cols;
    next();
    body(arrays, 0, rows / 2, cols);
    while (done_.load(std::memory_order_acquire) != turn_.load(std::memory_order_relaxed)) {
    }
  }

 private:
  void next() {
    turn_.fetch_add(1, std::memory_order_release);
    turn_.notify_one();
  }
  void work() {
    for (int seen = 0;;) {
      for (int look = 0; look < 20000 && turn_.load(std::memory_order_acquire) == seen; ++look) {
      }
      turn_.wait(seen, std::memory_order_acquire);
      seen = turn_.load(std::memory_order_acquire);
      body_(arrays_, rows_ / 2, rows_, cols_);
      done_.store(seen, std::memory_order_release);
    }
  }

  Body body_ = nullptr;
  void** arrays_ = nullptr;
  long rows_ = 0, cols_ = 0;
  std::atomic<int> turn_{0}, done_{0};
};

Helper& helper() {
  static Helper* const one = new Helper;  // lives as long as the process
  return *one;
}

template <class T>
T* row(void** arrays, int array, long r, long cols) {
  return static_cast<T*>(arrays[array]) + r * cols;
}

// Cephes' polynomials (Moshier), without special values, for compilers to vectorise.
inline float exp_of(float x) {
  const float n = std::nearbyint(x * 1.44269504f);
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  for (float c :
       {1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f})
    p = p * r + c;
  return (p * r * r + r + 1) * std::bit_cast<float>((static_cast<int32_t>(n) + 127) << 23);
}
inline float log_of(float x) {
  const int32_t e = (std::bit_cast<int32_t>(x) - 0x3f3504f3) >> 23;
  const float m = std::bit_cast<float>(std::bit_cast<int32_t>(x) - (e << 23)) - 1;
  float p = 7.0376836292e-2f;
  for (float c : {-1.1514610310e-1f, 1.1676998740e-1f, -1.2420140846e-1f, 1.4249322787e-1f,
                  -1.6668057665e-1f, 2.0000714765e-1f, -2.4999993993e-1f, 3.3333331174e-1f})
    p = p * m + c;
  const float k = static_cast<float>(e);
  return (m * m * m * p - k * 2.12194440e-4f - 0.5f * m * m) + m + k * 0.693359375f;
}
inline float of_bfloat16(uint16_t x) { return std::bit_cast<float>(uint32_t{x} << 16); }
inline uint16_t to_bfloat16(float x) {
  const auto bits = std::bit_cast<uint32_t>(x);
  return static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

// ---- named chains

void bias_gelu_dropout(void** a, long begin, long end, long cols) {
  const float* const bias = static_cast<float*>(a[1]);
  for (long r = begin; r < end; ++r) {
    const float* const x = row<float>(a, 0, r, cols);
    float* __restrict const y = row<float>(a, 2, r, cols);
    for (long i = 0; i < cols; ++i) y[i] = x[i] + bias[i];
  }
}

void swiglu(void** a, long begin, long end, long cols) {
  const float* const gate = row<float>(a, 0, begin, cols);
  const float* const up = row<float>(a, 1, begin, cols);
  float* __restrict const y = row<float>(a, 2, begin, cols);
  for (long i = 0; i < (end - begin) * cols; ++i) y[i] = gate[i] * up[i];
}

void adam(void** a, long begin, long end, long cols) {
  float* __restrict const weight = row<float>(a, 0, begin, cols);
  const float* const gradient = row<float>(a, 1, begin, cols);
  float* __restrict const mean = row<float>(a, 2, begin, cols);
  float* __restrict const variance = row<float>(a, 3, begin, cols);
  for (long i = 0; i < (end - begin) * cols; ++i) {
    const float g = gradient[i];
    const float m = mean[i] * 0.9f + g * 0.1f;
    const float v = variance[i] * 0.999f + g * g * 0.001f;
    weight[i] = weight[i] - m * 0.001f / (std::sqrt(v) + 1e-8f);
    mean[i] = m;
    variance[i] = v;
  }
}

void residual_layer_norm(void** a, long begin, long end, long cols) {
  const float* const gamma = static_cast<float*>(a[2]);
  const float* const beta = static_cast<float*>(a[3]);
  for (long r = begin; r < end; ++r) {
    const float* const x = row<float>(a, 0, r, cols);
    const float* const residual = row<float>(a, 1, r, cols);
    float* __restrict const y = row<float>(a, 4, r, cols);
    float sum = 0, squares = 0;
#pragma omp simd reduction(+ : sum)
    for (long i = 0; i < cols; ++i) {
      y[i] = x[i] + residual[i];
      sum += y[i];
    }
    const float mean = sum / static_cast<float>(cols);
#pragma omp simd reduction(+ : squares)
    for (long i = 0; i < cols; ++i) squares += (y[i] - mean) * (y[i] - mean);
    const float scale = 1 / std::sqrt(squares / static_cast<float>(cols) + 1e-5f);
    for (long i = 0; i < cols; ++i) y[i] = (y[i] - mean) * scale * gamma[i] + beta[i];
  }
}

void cross_entropy(void** a, long begin, long end, long cols) {
  const auto* const labels = static_cast<int64_t*>(a[1]);
  float* const loss = static_cast<float*>(a[2]);
  for (long r = begin; r < end; ++r) {
    const float* const x = row<float>(a, 0, r, cols);
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (long i = 0; i < cols; ++i) sum += x[i];
    loss[r] = sum - x[labels[r]];
  }
}

// ---- chains that nobody tuned for

void spring(void** a, long begin, long end, long cols) {
  const float* const place = row<float>(a, 0, begin, cols);
  const float* const speed = row<float>(a, 1, begin, cols);
  const float* const force = row<float>(a, 2, begin, cols);
  float* __restrict const places = row<float>(a, 3, begin, cols);
  float* __restrict const speeds = row<float>(a, 4, begin, cols);
  float* __restrict const energies = row<float>(a, 5, begin, cols);
#pragma omp simd
  for (long i = 0; i < (end - begin) * cols; ++i) {
    const float push = force[i] - 1.5f * place[i] - 0.2f * speed[i];
    const float v = speed[i] + 0.01f * push;
    const float x = place[i] + 0.01f * v;
    places[i] = x;
    speeds[i] = v;
    energies[i] = v * v * 0.5f + x * x * 0.75f;
  }
}

void pixels(void** a, long begin, long end, long cols) {
  const float* const mean = static_cast<float*>(a[1]);
  const float* const scale = static_cast<float*>(a[2]);
  for (long r = begin; r < end; ++r) {
    const uint8_t* const pixel = row<uint8_t>(a, 0, r, cols);
    float* __restrict const y = row<float>(a, 3, r, cols);
    for (long i = 0; i < cols; ++i) {
      float v = (static_cast<float>(pixel[i]) * (1 / 255.0f) - mean[i]) * scale[i];
      v = v < -2 ? -2 : v;
      v = v > 2 ? 2 : v;
      const float bent = v > 0.5f ? v * v : v * 0.25f + 0.125f;
      y[i] = bent * 0.8f + v * 0.2f;
    }
  }
}

void half_huber(void** a, long begin, long end, long cols) {
  const float* const weight = static_cast<float*>(a[2]);
  for (long r = begin; r < end; ++r) {
    const uint16_t* const x = row<uint16_t>(a, 0, r, cols);
    const uint16_t* const y = row<uint16_t>(a, 1, r, cols);
    uint16_t* __restrict const out = row<uint16_t>(a, 3, r, cols);
    const float w = weight[r];
    for (long i = 0; i < cols; ++i) {
      const float d = of_bfloat16(x[i]) - of_bfloat16(y[i]);
      const float far = std::fabs(d);
      const float square = d * d * 0.5f;
      const float line = far - 0.5f;
      out[i] = to_bfloat16((far < 1 ? square : line) * w);
    }
  }
}

void gate(void** a, long begin, long end, long cols) {
  const float* const scale = static_cast<float*>(a[2]);
  const float* const shift = static_cast<float*>(a[3]);
  const float* const gates = static_cast<float*>(a[4]);
  float* const means = static_cast<float*>(a[6]);
  for (long r = begin; r < end; ++r) {
    const float* const x = row<float>(a, 0, r, cols);
    const float* const residual = row<float>(a, 1, r, cols);
    float* __restrict const out = row<float>(a, 5, r, cols);
    const float g = gates[r];
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (long i = 0; i < cols; ++i) {
      const float y = x[i] * scale[i] + shift[i];
      float bound = y + 3;
      bound = bound < 0 ? 0 : bound;
      bound = bound > 6 ? 6 : bound;
      const float z = residual[i] + y * bound * (1 / 6.0f) * g;
      const float kept = z > 0 ? z : z * 0.1f;
      out[i] = kept;
      sum += kept;
    }
    means[r] = sum / static_cast<float>(cols);
  }
}

void focal(void** a, long begin, long end, long cols) {
  float* const sums = static_cast<float*>(a[2]);
  for (long r = begin; r < end; ++r) {
    const float* const x = row<float>(a, 0, r, cols);
    const uint8_t* const target = row<uint8_t>(a, 1, r, cols);
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (long i = 0; i < cols; ++i) {
      const float p = 1 / (1 + exp_of(-x[i]));
      const float q = 1 - p;
      const float hit = target[i] ? p : q;
      const float miss = 1 - hit;
      sum += -(miss * miss * log_of(hit + 1e-6f));
    }
    sums[r] = sum;
  }
}

}  // namespace

#define LOOP(name) \
  extern "C" void loop_##name(void** a, long rows, long cols) { helper().run(name, a, rows, cols); }
LOOP(bias_gelu_dropout)
LOOP(swiglu)
LOOP(adam)
LOOP(residual_layer_norm)
LOOP(cross_entropy)
LOOP(spring)
LOOP(pixels)
LOOP(half_huber)
LOOP(gate)
LOOP(focal)
