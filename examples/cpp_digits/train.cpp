// Builds a network for handwritten digits, trains it, exports it and runs the file, in C++ alone.
//
//   c++ -std=c++17 -O2 train.cpp $(weft --cflags --libs) -o train
//   ./train digits.csv epochs wanted
//
// digits.csv has one image on a line: 64 counts of ink from 0 to 16 and the digit. Every fifth
// image is held out: prints the accuracy on those, and fails if it is below what is wanted.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <numeric>
#include <random>
#include <weft/weft.hpp>

using weft::call;
using weft::Tensor;
constexpr int64_t kBatch = 64;

struct Digits {
  std::vector<float> images;
  std::vector<int64_t> labels;
  int64_t count() const { return static_cast<int64_t>(labels.size()); }
};

static void load(const char* path, Digits& train, Digits& held_out) {
  std::ifstream file(path);
  for (int64_t line = 0, number = 0; file >> number; ++line) {
    Digits& digits = line % 5 == 4 ? held_out : train;
    for (int i = 0; i < 64; ++i, file.ignore() >> number)
      digits.images.push_back(static_cast<float>(number) / 16);
    digits.labels.push_back(number);
  }
}

// Glorot and Bengio's weights: uniform, as wide as keeps the variance of signals and of gradients.
static Tensor glorot(const std::vector<int64_t>& shape) {
  const int64_t area = shape.size() == 4 ? shape[2] * shape[3] : 1;
  const double width = std::sqrt(6.0 / static_cast<double>((shape[0] + shape[1]) * area));
  return call("uniform", {-width, width, shape, weft::Dtype::kFloat32});
}

// Two convolutions and two dense layers: images (N, 1, 8, 8) to scores (N, 10).
struct Network {
  std::vector<weft::Named> weights = {
      {"conv1.weight", glorot({16, 1, 3, 3})},  {"conv1.bias", Tensor::zeros({16})},
      {"conv2.weight", glorot({32, 16, 3, 3})}, {"conv2.bias", Tensor::zeros({32})},
      {"dense1.weight", glorot({64, 32 * 16})}, {"dense1.bias", Tensor::zeros({64})},
      {"dense2.weight", glorot({10, 64})},      {"dense2.bias", Tensor::zeros({10})}};

  Tensor operator()(const Tensor& images) const {
    const auto w = [&](size_t i) { return weights[i].tensor; };
    const weft::Op conv("convolution"), dense("fully_connected"), relu("relu");
    Tensor x = relu({conv({images, w(0), w(1)}, {{"kernel", {3, 3}}, {"pad", {1, 1}}})});
    x = relu({conv({x, w(2), w(3)}, {{"kernel", {3, 3}}, {"pad", {1, 1}}})});
    x = call("pooling", {x}, {{"kernel", {2, 2}}, {"stride", {2, 2}}});
    return dense({relu({dense({x, w(4), w(5)})}), w(6), w(7)});
  }
};

// Gradient descent with momentum; a step is one planned graph from images and labels to the loss.
static void train(const Network& net, const Digits& digits, int epochs) {
  std::vector<Tensor> weights, momenta;
  for (const weft::Named& weight : net.weights) {
    weights.push_back(weight.tensor);
    momenta.push_back(Tensor::zeros(weight.tensor.shape()));
  }
  const weft::Op update("sgd_mom_update");
  const auto step_of = [&](weft::Span<const Tensor> in) {
    const auto scope = weft::record();
    const Tensor loss = call("mean", {call("softmax_cross_entropy", {net(in[0]), in[1]})});
    const std::vector<Tensor> slopes = weft::grad({loss}, weights);
    const auto pause = weft::pause();
    for (size_t i = 0; i < weights.size(); ++i)
      update.into({weights[i], momenta[i]}, {weights[i], slopes[i], momenta[i], 0.05});
    return loss;
  };
  const Tensor some_labels = Tensor::zeros({kBatch}, weft::Dtype::kInt64);
  const weft::Function step = weft::trace(step_of, {Tensor::zeros({kBatch, 1, 8, 8}), some_labels});

  const Tensor images = Tensor::from({digits.count(), 1, 8, 8}, digits.images);
  const Tensor labels = Tensor::from({digits.count()}, digits.labels);
  std::vector<size_t> order(digits.labels.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::mt19937 random(7);
  for (int epoch = 0; epoch < epochs; ++epoch) {
    std::shuffle(order.begin(), order.end(), random);
    for (size_t i = 0; i + kBatch <= order.size(); i += kBatch) {
      const Tensor rows = Tensor::from({kBatch}, weft::Span(&order[i], kBatch));
      step({call("take", {images, rows, 0}), call("take", {labels, rows, 0})});
    }
  }
}

int main(int argc, char** argv) try {
  if (argc != 4) return std::fprintf(stderr, "usage: train digits.csv epochs wanted\n"), 2;
  Digits digits, held_out;
  load(argv[1], digits, held_out);
  weft::check(weft_random_seed(0));
  const Network net;
  train(net, digits, std::stoi(argv[2]));
  const Tensor example = Tensor::zeros({held_out.count(), 1, 8, 8});
  weft::Writer writer;
  writer.add("forward", weft::trace([&](auto in) { return net(in[0]); }, {example}), {"images"},
             {"scores"}, net.weights);
  writer.save("digits.weft");

  weft::Context context(weft::Model("digits.weft"));
  context.bind_input(0, held_out.images);
  context.run();
  const float* scores = context.output_data<float>(0).data();
  int64_t right = 0;
  for (size_t i = 0; i < held_out.labels.size(); ++i, scores += 10)
    right += std::max_element(scores, scores + 10) - scores == held_out.labels[i];
  const double accuracy = static_cast<double>(right) / static_cast<double>(held_out.count());
  std::printf("%.17g\n", accuracy);
  return accuracy >= std::stod(argv[3]) ? 0 : 1;
} catch (const std::exception& error) {
  return std::fprintf(stderr, "train: %s\n", error.what()), 1;
}
