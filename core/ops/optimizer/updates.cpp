// One optimizer step as a function of weight, gradient and state. These are composites, so a
// training step can be traced, fused and exported like any other code. The conventions are MXNet's:
// the gradient is rescaled, then clipped, then weight decay is added. Steps that divide by a root
// compute halves in float32, since squares of gradients and epsilons are 0 in float16.

#include "base/errors.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

// Clamps the gradient's elements to [-bound, bound]; a negative bound means no clipping.
Value clipped(const ComposeContext& c, const Value& gradient) {
  const double bound = c.real("clip_gradient");
  if (bound < 0) return gradient;
  const Value low = c.builder.call("maximum", {gradient, scalar(gradient, -bound)});
  return c.builder.call("minimum", {low, scalar(gradient, bound)});
}

// The rescaled and clipped gradient, without weight decay.
Value rescaled(const ComposeContext& c) {
  const Value gradient = c.in(1);
  return clipped(c, c.real("rescale_grad") == 1 ? gradient : gradient * c.real("rescale_grad"));
}

// The same with weight decay: L2 regularisation as a part of the gradient.
Value prepared(const ComposeContext& c) {
  const Value gradient = rescaled(c);
  return c.real("wd") == 0 ? gradient : gradient + c.in(0) * c.real("wd");
}

// Rates may be arrays, so that a schedule does not need a new plan for each value.
bool is_rate(const OpDef& op, size_t input) {
  return op.input_name(input) == "lr" || op.input_name(input) == "eta";
}

// Gradient and state must have the weight's shape: broadcasting one of them would not be a step.
Result<Types> check(const InferContext& c) {
  WEFT_TRY(rules::require_floating(c, 0));
  for (size_t i = 1; i < c.in.size(); ++i)
    if (is_rate(c.op(), i)) {
      if (c.in[i].shape.rank() != 0)
        return errors::invalid_value(c.op().name, "`", c.op().input_name(i),
                                     "` must be a number or an array without axes; got shape ",
                                     c.in[i].shape);
    } else if (c.in[i].shape != c.in[0].shape)
      return errors::invalid_value(c.op().name, "`", c.op().input_name(i),
                                   "` must have the shape of `weight`, ", c.in[0].shape, "; got ",
                                   c.in[i].shape);
  return Types();
}

Values sgd(const ComposeContext& c) { return {c.in(0) - prepared(c) * c.in(2)}; }

// state = momentum * state - lr * gradient. Nesterov's variant takes the step that the next state
// would add.
Values sgd_momentum(const ComposeContext& c) {
  const double momentum = c.real("momentum");
  const Value step = prepared(c) * c.in(3);
  const Value state = c.in(2) * momentum - step;
  return {c.in(0) + (c.flag("nesterov") ? state * momentum - step : state), state};
}

// Kingma and Ba, "Adam" (2015), algorithm 1. The caller folds the bias corrections into the rate:
// lr * sqrt(1 - beta2^t) / (1 - beta1^t).
Values adam_from(const ComposeContext& c, const Value& weight, const Value& gradient) {
  const double beta1 = c.real("beta1");
  const double beta2 = c.real("beta2");
  const Value mean = c.in(2) * beta1 + gradient * (1 - beta1);
  const Value variance = c.in(3) * beta2 + gradient * gradient * (1 - beta2);
  const Value root = c.builder.call("sqrt", {variance});
  return {weight - mean * c.in(4) / (root + c.real("epsilon")), mean, variance};
}

Values adam(const ComposeContext& c) { return adam_from(c, c.in(0), prepared(c)); }

// Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (2019): the weight shrinks by eta
// * wd, and the gradient has no decay.
Values adamw(const ComposeContext& c) {
  const Value& eta = c.in(5);
  const double wd = c.real("wd");
  const Value weight =
      eta.is_scalar() ? c.in(0) * (1 - eta.scalar().as_double() * wd) : c.in(0) * (eta * -wd + 1.0);
  return adam_from(c, weight, rescaled(c));
}

// Tieleman and Hinton, "Lecture 6.5" (2012). Centered: Graves, "Generating Sequences With Recurrent
// Neural Networks" (2013), with epsilon inside the root.
Values rmsprop(const ComposeContext& c) {
  const double rho = c.real("rho");
  const Value gradient = prepared(c);
  const Value square = c.in(2) * rho + gradient * gradient * (1 - rho);
  const Value root = c.builder.call("sqrt", {square});
  return {c.in(0) - gradient * c.in(3) / (root + c.real("epsilon")), square};
}

Values rmsprop_centered(const ComposeContext& c) {
  const double rho = c.real("rho");
  const Value gradient = prepared(c);
  const Value square = c.in(2) * rho + gradient * gradient * (1 - rho);
  const Value mean = c.in(3) * rho + gradient * (1 - rho);
  const Value root = c.builder.call("sqrt", {square - mean * mean + c.real("epsilon")});
  const Value step = c.in(4) * c.real("momentum") - gradient * c.in(5) / root;
  return {c.in(0) + step, square, mean, step};
}

// Duchi, Hazan and Singer, "Adaptive Subgradient Methods" (2011), with diagonal matrices.
Values adagrad(const ComposeContext& c) {
  const Value gradient = prepared(c);
  const Value history = c.in(2) + gradient * gradient;
  const Value root = c.builder.call("sqrt", {history});
  return {c.in(0) - gradient * c.in(3) / (root + c.real("epsilon")), history};
}

constexpr const char* kRate = "learning rate: a number, or an array without axes";

void common(OpDef& op) {
  op.in(Namespace::kNpx)
      .promote(Promotion::kExact)
      .infer(check)
      .real("wd", 0, "weight decay")
      .real("rescale_grad", 1, "factor of the gradient")
      .real("clip_gradient", -1, "bound of the rescaled gradient's elements; negative: none");
}

// What Adam and AdamW share: everything but the position of the weight decay.
void inputs_of_adam(OpDef& op) {
  op.input("weight", "floating: the parameter")
      .input("grad", "its gradient, same shape")
      .input("mean", "running mean of the gradient")
      .input("var", "running mean of its square")
      .input("lr", kRate);
}

void of_adam(OpDef& op, Values (*step)(const ComposeContext&)) {
  common(op);
  op.real("beta1", 0.9, "decay of the mean")
      .real("beta2", 0.999, "decay of the variance")
      .real("epsilon", 1e-8, "added to the root")
      .outputs(3)
      .compose(step)
      .rounds_once()
      .domain(0.5, 2);
}

}  // namespace

WEFT_OP(sgd_update) {
  op.doc("Stochastic gradient descent: the new weight.")
      .input("weight", "floating: the parameter")
      .input("grad", "its gradient, same shape")
      .input("lr", kRate);
  common(op);
  op.compose(sgd)
      .sample(R"({"shapes": [[3], [3], []], "wd": 0.01, "clip_gradient": 0.5})")
      .sample(R"({"shapes": [[2, 3], [2, 3], []], "rescale_grad": 0.5})");
}

WEFT_OP(sgd_mom_update) {
  op.doc("Gradient descent with momentum: the new weight and momentum.")
      .input("weight", "floating: the parameter")
      .input("grad", "its gradient, same shape")
      .input("mom", "momentum, same shape")
      .input("lr", kRate);
  common(op);
  op.real("momentum", 0.9, "share of the momentum that stays")
      .boolean("nesterov", false, "look one step ahead")
      .outputs(2)
      .compose(sgd_momentum)
      .sample(R"({"shapes": [[3], [3], [3], []], "momentum": 0.9, "rescale_grad": 0.5})")
      .sample(R"({"shapes": [[3], [3], [3], []], "nesterov": true, "wd": 0.1})")
      .sample(R"({"shapes": [[2, 3], [2, 3], [2, 3], []], "momentum": 0.5, "nesterov": true,
                  "clip_gradient": 0.7})");
}

WEFT_OP(adam_update) {
  op.doc("Adam: the new weight, mean and variance. Bias corrections belong into lr.");
  inputs_of_adam(op);
  of_adam(op, adam);
  op.sample(R"({"shapes": [[3], [3], [3], [3], []]})")
      .sample(R"({"shapes": [[2, 3], [2, 3], [2, 3], [2, 3], []], "wd": 0.1, "beta1": 0.5,
                  "rescale_grad": 0.5, "clip_gradient": 0.7, "beta2": 0.8, "epsilon": 0.01})");
}

WEFT_OP(adamw_update) {
  op.doc(
      "Adam with decoupled weight decay: the new weight, mean and variance. Bias corrections "
      "belong into lr; the weight loses its share eta * wd.");
  inputs_of_adam(op);
  op.input("eta", "rate of the weight decay: a number, or an array without axes");
  of_adam(op, adamw);
  op.sample(R"({"shapes": [[3], [3], [3], [3], [], []]})")
      .sample(R"({"shapes": [[2, 3], [2, 3], [2, 3], [2, 3], [], []], "wd": 0.1, "beta1": 0.5,
                  "rescale_grad": 0.5, "clip_gradient": 0.7, "beta2": 0.8, "epsilon": 0.01})");
}

WEFT_OP(rmsprop_update) {
  op.doc("RMSProp: the new weight and running mean of squared gradients.")
      .input("weight", "floating: the parameter")
      .input("grad", "its gradient, same shape")
      .input("square", "running mean of the gradient's square")
      .input("lr", kRate);
  common(op);
  op.real("rho", 0.9, "decay of the mean")
      .real("epsilon", 1e-8, "added to the root")
      .outputs(2)
      .compose(rmsprop)
      .rounds_once()
      .domain(0.5, 2)
      .sample(R"({"shapes": [[3], [3], [3], []]})")
      .sample(R"({"shapes": [[2, 3], [2, 3], [2, 3], []], "wd": 0.1, "rescale_grad": 0.5,
                  "clip_gradient": 0.7, "epsilon": 0.01, "rho": 0.6})");
}

WEFT_OP(rmsprop_centered_update) {
  op.doc(
        "RMSProp by the gradient's variance, with momentum: the new weight, mean square, mean and "
        "step.")
      .input("weight", "floating: the parameter")
      .input("grad", "its gradient, same shape")
      .input("square", "running mean of the gradient's square")
      .input("mean", "running mean of the gradient")
      .input("step", "the step before")
      .input("lr", kRate);
  common(op);
  op.real("rho", 0.9, "decay of the means")
      .real("momentum", 0.9, "share of the step that stays")
      .real("epsilon", 1e-8, "added to the variance")
      .outputs(4)
      .compose(rmsprop_centered)
      .rounds_once()
      .domain(0.5, 0.7)  // a running mean of squares is at least the square of that of gradients
      .sample(R"({"shapes": [[3], [3], [3], [3], [3], []], "epsilon": 0.3})")
      .sample(R"({"shapes": [[2, 3], [2, 3], [2, 3], [2, 3], [2, 3], []], "wd": 0.1,
                  "rescale_grad": 0.5, "clip_gradient": 0.7, "epsilon": 0.3, "rho": 0.6,
                  "momentum": 0.5})");
}

WEFT_OP(adagrad_update) {
  op.doc("AdaGrad: the new weight and sum of squared gradients.")
      .input("weight", "floating: the parameter")
      .input("grad", "its gradient, same shape")
      .input("history", "sum of the squares of all gradients")
      .input("lr", kRate);
  common(op);
  op.real("epsilon", 1e-6, "added to the root")
      .outputs(2)
      .compose(adagrad)
      .rounds_once()
      .domain(0.5, 2)
      .sample(R"({"shapes": [[3], [3], [3], []]})")
      .sample(R"({"shapes": [[2, 3], [2, 3], [2, 3], []], "wd": 0.1, "rescale_grad": 0.5,
                  "clip_gradient": 0.7, "epsilon": 0.01})");
}

}  // namespace weft::ops
