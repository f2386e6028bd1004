// Activations: composites, which a plan fuses into one pass and which compute halves in float32. A
// branch that is not chosen gets harmless values: a derivative of infinity or NaN there, times the
// 0 of the choice, would make the gradient NaN.

#include <cmath>
#include <numbers>

#include "base/errors.h"
#include "ops/elementwise/families_impl.h"

namespace weft::ops {
namespace {

Value call(const Value& x, std::string_view op) { return x.builder().call(op, {x}); }

Value is_positive(const Value& x) { return greater(x, scalar(x, 0)); }
// Clamps x to [low, high].
Value clamped(const Value& x, double low, double high) {
  const Value above = x.builder().call("maximum", {x, scalar(x, low)});
  return x.builder().call("minimum", {above, scalar(x, high)});
}

Value softplus(const Value& x) { return x.builder().call("logaddexp", {x, scalar(x, 0)}); }

// factor * x for x > 0; scale * (exp(x / width) - 1) otherwise. expm1 keeps the digits near 0.
Value exponential_unit(const Value& x, double factor, double scale, double width) {
  const Value positive = is_positive(x);
  Value below = where(positive, scalar(x, 0), x);
  if (width != 1) below = below / width;
  Value above = x;
  if (factor != 1) above = above * factor;
  return where(positive, above, call(below, "expm1") * scale);
}

// x Φ(x), with Φ the normal distribution's cumulative function. The tanh form is the approximation
// of Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016), section 2.
Result<Value> gelu(const ComposeContext& c) {
  const Value& x = c.in(0);
  const std::string_view approximation = c.text("approximation");
  if (approximation == "erf") return 0.5 * x * (1.0 + call(x * (1 / std::numbers::sqrt2), "erf"));
  if (approximation != "tanh")
    return errors::invalid_value("gelu", "`approximation` must be erf or tanh; got ",
                                 approximation);
  const double slope = std::sqrt(2 / std::numbers::pi);
  return 0.5 * x * (1.0 + call((x + 0.044715 * (x * x * x)) * slope, "tanh"));
}

Result<Value> celu(const ComposeContext& c) {
  const double alpha = c.real("alpha");
  if (alpha == 0) return errors::invalid_value("celu", "`alpha` must not be 0");
  return exponential_unit(c.in(0), 1, alpha, alpha);
}

// One slope for all elements, or one for each channel (axis 1).
Result<Value> prelu(const ComposeContext& c) {
  const Value& x = c.in(0);
  Value gamma = c.in(1);
  const Shape slopes = gamma.shape();
  if (slopes.rank() == 1 && slopes[0] != 1 && x.rank() > 1) {
    Shape channels;
    channels.push_back(slopes[0]);
    for (int axis = 2; axis < x.rank(); ++axis) channels.push_back(1);
    gamma = reshape(gamma, channels);
  }
  WEFT_TRY(broadcast(x.shape(), gamma.shape(), "prelu", "x", "gamma").status());
  return where(is_positive(x), x, x * gamma);
}

OpDef& exact_activation(OpDef& op, DocText doc, Composition composition) {
  op.doc(doc)
      .in(Namespace::kNpx)
      .input("x", "any real dtype; bool and integers become the default float")
      .promote(Promotion::kFloat)
      .compose(composition);
  return sample_unary(op);
}
// An activation of several steps that round: halves are rounded once, at the end.
OpDef& activation(OpDef& op, DocText doc, Composition composition) {
  return exact_activation(op, doc, composition).rounds_once();
}

}  // namespace

WEFT_OP(softplus) {
  activation(op, "Smooth positive part log(1 + exp(x)), element by element.",
             [](const ComposeContext& c) { return Values{softplus(c.in(0))}; });
}

WEFT_OP(log_sigmoid) {
  activation(op, "Logarithm of the logistic function, element by element.",
             [](const ComposeContext& c) { return Values{-softplus(-c.in(0))}; })
      .like("scipy.special.log_expit");
}

WEFT_OP(softsign) {
  activation(op, "x / (1 + |x|), element by element.", [](const ComposeContext& c) {
    const Value& x = c.in(0);
    return Values{x / (1.0 + call(x, "abs"))};
  });
}

WEFT_OP(silu) {
  activation(op, "x times the logistic function of beta x, also named swish.",
             [](const ComposeContext& c) {
               const Value& x = c.in(0);
               const double beta = c.real("beta");
               return Values{x * call(beta == 1 ? x : x * beta, "sigmoid")};
             })
      .real("beta", 1, "factor within the logistic function")
      .sample(R"({"shapes": [[3]], "beta": 1.5})");
}

WEFT_OP(mish) {
  activation(op, "x tanh(softplus(x)), element by element.", [](const ComposeContext& c) {
    const Value& x = c.in(0);
    return Values{x * call(softplus(x), "tanh")};
  });
}

WEFT_OP(gelu) {
  activation(op, "x times the normal distribution's cumulative function.", checked<gelu>)
      .text("approximation", "erf", "erf is exact, tanh the approximation by tanh")
      .sample(R"({"shapes": [[4]], "approximation": "tanh"})");
}

WEFT_OP(elu) {
  activation(op, "x above zero, alpha (exp(x) - 1) below.",
             [](const ComposeContext& c) {
               return Values{exponential_unit(c.in(0), 1, c.real("alpha"), 1)};
             })
      .real("alpha", 1, "the limit below is -alpha")
      .sample(R"({"shapes": [[5]], "alpha": 0.5})");
}

WEFT_OP(celu) {
  activation(op, "x above zero, alpha (exp(x / alpha) - 1) below.", checked<celu>)
      .real("alpha", 1, "the limit below is -alpha")
      .sample(R"({"shapes": [[5]], "alpha": 0.5})");
}

// Klambauer et al., "Self-Normalizing Neural Networks" (2017), equation 2 and the text below it:
// with these two constants a mean of 0 and a variance of 1 are a fixed point.
WEFT_OP(selu) {
  activation(op, "Scaled exponential linear unit, which keeps mean 0 and variance 1.",
             [](const ComposeContext& c) {
               constexpr double scale = 1.0507009873554804934;
               constexpr double alpha = 1.6732632423543772848;
               return Values{exponential_unit(c.in(0), scale, scale * alpha, 1)};
             });
}

WEFT_OP(leaky_relu) {
  exact_activation(op, "x above zero, slope x below.",
                   [](const ComposeContext& c) {
                     const Value& x = c.in(0);
                     return Values{where(is_positive(x), x, x * c.real("slope"))};
                   })
      .real("slope", 0.25, "factor below zero")
      .sample(R"({"shapes": [[5]], "slope": 0.1})");
}

WEFT_OP(prelu) {
  op.doc("x above zero, gamma x below, with slopes that are learned.")
      .in(Namespace::kNpx)
      .input("x", "any real dtype, shape (N, C, ...)")
      .input("gamma", "slopes: one, one for each of C channels, or broadcast against `x`")
      .promote(Promotion::kExact)
      .compose(checked<prelu>)
      .sample(R"({"shapes": [[2, 3, 4], [3]]})")
      .sample(R"({"shapes": [[2, 3], [1]]})")
      .sample(R"({"shapes": [[], []]})")
      .sample(R"({"shapes": [[0, 3], [3]]})")
      .sample(R"({"shapes": [[2, 3], [2, 1]]})");
}

WEFT_OP(relu6) {
  exact_activation(op, "x held between 0 and 6, element by element.", [](const ComposeContext& c) {
    return Values{clamped(c.in(0), 0, 6)};
  }).domain(-4, 9);
}

WEFT_OP(hard_sigmoid) {
  activation(op, "alpha x + beta held between 0 and 1, element by element.",
             [](const ComposeContext& c) {
               return Values{clamped(c.in(0) * c.real("alpha") + c.real("beta"), 0, 1)};
             })
      .real("alpha", 0.2, "slope")
      .real("beta", 0.5, "value at zero")
      .domain(-4, 4)
      .sample(R"({"shapes": [[5]], "alpha": 0.3, "beta": 0.4})");
}

WEFT_OP(hard_swish) {
  activation(op, "x relu6(x + 3) / 6, element by element.", [](const ComposeContext& c) {
    const Value& x = c.in(0);
    return Values{x * (clamped(x + 3.0, 0, 6) / 6.0)};
  }).domain(-5, 5);
}

}  // namespace weft::ops
