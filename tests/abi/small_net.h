/* A small convolutional network, traced through weft_invoke: what a binding's hybridize() does. */
#ifndef TESTS_ABI_SMALL_NET_H_
#define TESTS_ABI_SMALL_NET_H_

#include "checks.h"

enum { kBatch = 8, kClasses = 10, kWeights = 4 };

typedef struct small_net {
  weft_tensor weights[kWeights]; /* convolution's weight and bias, then the dense layer's */
  weft_function loss;            /* (images, labels) → loss of each sample */
  weft_function scores;          /* images → scores */
} small_net;

static inline weft_tensor net_images(uint32_t seed) {
  const int64_t shape[] = {kBatch, 1, 8, 8};
  return some_floats(4, shape, 1, seed);
}

static inline weft_tensor net_labels(void) {
  const int64_t count = kBatch;
  int64_t labels[kBatch];
  weft_tensor out = NULL;
  int i;
  for (i = 0; i < kBatch; ++i) labels[i] = (7 * i + 3) % kClasses;
  MUST(weft_tensor_create(WEFT_INT64, 1, &count, labels, &out));
  return out;
}

static inline weft_tensor net_scores(const small_net* net, weft_tensor images) {
  static const int64_t three[] = {3, 3};
  static const int64_t two[] = {2, 2};
  static const int64_t one[] = {1, 1};
  weft_value args[16];
  weft_tensor layers[4];
  int i;
  args[0] = of_tensor(images);
  args[1] = of_tensor(net->weights[0]);
  args[2] = of_tensor(net->weights[1]);
  args[3] = of_ints(three, 2); /* kernel, stride, dilate, pad */
  args[4] = of_ints(one, 2);
  args[5] = of_ints(one, 2);
  args[6] = of_ints(one, 2);
  layers[0] = apply("convolution", args, 7);
  layers[1] = apply1("relu", layers[0]);
  args[0] = of_tensor(layers[1]);
  args[1] = of_ints(two, 2); /* kernel, pool_type, stride */
  args[2] = of_text("max");
  args[3] = of_ints(two, 2);
  layers[2] = apply("pooling", args, 4);
  args[0] = of_tensor(layers[2]);
  args[1] = of_tensor(net->weights[2]);
  args[2] = of_tensor(net->weights[3]);
  layers[3] = apply("fully_connected", args, 3);
  for (i = 0; i < 3; ++i) weft_tensor_release(layers[i]);
  return layers[3];
}

static inline weft_tensor net_loss(const small_net* net, weft_tensor images, weft_tensor labels) {
  weft_tensor scores = net_scores(net, images);
  weft_tensor loss = apply2("softmax_cross_entropy", scores, labels);
  weft_tensor_release(scores);
  return loss;
}

static inline small_net net_create(void) {
  static const int64_t shapes[kWeights][4] = {
      {4, 1, 3, 3}, {4, 0, 0, 0}, {kClasses, 64, 0, 0}, {kClasses, 0, 0, 0}};
  static const int32_t ranks[kWeights] = {4, 1, 2, 1};
  small_net net;
  weft_tensor images = net_images(1);
  weft_tensor inputs[2];
  weft_tensor placeholders[2];
  weft_tensor result = NULL;
  int i;
  for (i = 0; i < kWeights; ++i)
    net.weights[i] = some_floats(ranks[i], shapes[i], 0.5f, 10 + (uint32_t)i);
  inputs[0] = images;
  inputs[1] = net_labels();
  MUST(weft_trace_begin(inputs, 2, placeholders));
  result = net_loss(&net, placeholders[0], placeholders[1]);
  MUST(weft_trace_end(&result, 1, &net.loss));
  weft_tensor_release(result);
  weft_tensor_release(placeholders[0]);
  weft_tensor_release(placeholders[1]);
  MUST(weft_trace_begin(inputs, 1, placeholders));
  result = net_scores(&net, placeholders[0]);
  MUST(weft_trace_end(&result, 1, &net.scores));
  weft_tensor_release(result);
  weft_tensor_release(placeholders[0]);
  weft_tensor_release(images);
  weft_tensor_release(inputs[1]);
  return net;
}

static inline void net_attach_grad(const small_net* net) {
  int i;
  for (i = 0; i < kWeights; ++i) MUST(weft_tensor_attach_grad(net->weights[i], WEFT_GRAD_WRITE));
}

static inline void net_release(small_net* net) {
  int i;
  for (i = 0; i < kWeights; ++i) weft_tensor_release(net->weights[i]);
  weft_function_release(net->loss);
  weft_function_release(net->scores);
}

/* One entry, "scores"; the captures are named after their shapes' order in `weights`. */
static inline void net_export(const small_net* net, const char* path) {
  static const char* const known[kWeights] = {"conv.weight", "conv.bias", "dense.weight",
                                              "dense.bias"};
  const char* inputs[1] = {"images"};
  const char* outputs[1] = {"scores"};
  const char* captures[kWeights];
  weft_writer writer = NULL;
  size_t i;
  int k;
  CHECK(weft_function_captures(net->scores) == kWeights);
  for (i = 0; i < kWeights; ++i)
    for (k = 0; k < kWeights; ++k)
      if (weft_tensor_shares_box(weft_function_capture_at(net->scores, i), net->weights[k]))
        captures[i] = known[k];
  MUST(weft_writer_create(&writer));
  MUST(weft_writer_add_entry(writer, "scores", net->scores, inputs, outputs, captures));
  MUST(weft_writer_set_metadata(writer, "by", "a test"));
  MUST(weft_writer_save(writer, path));
  weft_writer_release(writer);
}

#endif /* TESTS_ABI_SMALL_NET_H_ */
