// Einstein summation. Operands are contracted in pairs from left to right. Each pair is a batched
// matrix product, or an elementwise product if nothing is summed; so gradients and devices follow.
//
// A label is one char: a letter, or '0' + i for the i-th of the axes that `...` stands for.

#include <algorithm>
#include <string>
#include <vector>

#include "base/errors.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

constexpr std::string_view kEllipsis = "...";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool contains(std::string_view labels, char label) {
  return labels.find(label) != std::string_view::npos;
}
std::string name_of_label(char label) {
  return is_letter(label) ? std::string(1, label) : std::string(kEllipsis);
}

// The parsed subscripts, with the extents of all labels.
struct Equation {
  std::vector<std::string> operands;  // one label for each axis
  std::string result;
  int64_t extents[128];  // by label; 1 gives way to any other extent; -1: no such label

  Equation() { std::ranges::fill(extents, -1); }
  int64_t extent(char label) const { return extents[static_cast<size_t>(label)]; }
};

// The letters of one term, with '.' in the position of its ellipsis.
Result<std::string> letters_of(std::string_view term) {
  std::string letters;
  while (!term.empty()) {
    const bool dots = term.substr(0, 3) == kEllipsis && !contains(letters, '.');
    if (!dots && !is_letter(term[0]))
      return errors::invalid_value("einsum",
                                   "`subscripts` must be letters and one `...` in each term; got `",
                                   term.substr(0, 1), "`");
    letters += dots ? '.' : term[0];
    term.remove_prefix(dots ? 3 : 1);
  }
  return letters;
}

// Replaces '.' by labels: for the last `count` of the `all` axes that ellipses stand for.
std::string with_ellipsis(const std::string& letters, int count, int all) {
  std::string labels;
  for (const char c : letters) {
    if (c != '.') labels += c;
    for (int i = all - count; c == '.' && i < all; ++i) labels += static_cast<char>('0' + i);
  }
  return labels;
}

// Notes the extents of one operand, and refuses a label with two different ones.
Status note_extents(Equation& e, size_t operand, const Shape& shape) {
  const std::string& labels = e.operands[operand];
  const std::string name = "operands[" + std::to_string(operand) + "]";
  for (size_t i = 0; i < labels.size(); ++i) {
    const int64_t extent = shape[static_cast<int>(i)];
    const size_t first = labels.find(labels[i]);
    int64_t& known = e.extents[static_cast<size_t>(labels[i])];
    const bool repeats = first < i && shape[static_cast<int>(first)] != extent;
    if (repeats || (known >= 0 && known != 1 && extent != 1 && known != extent))
      return errors::invalid_value(
          "einsum", "label `", name_of_label(labels[i]), "` must have one extent; got ",
          repeats ? shape[static_cast<int>(first)] : known, " and, in `", name, "`, ", extent);
    if (known < 0 || known == 1) known = extent;
  }
  return {};
}

// Without "->", the result has the axes of the ellipsis, then every label that occurs once, in
// alphabetical order (NumPy's rule).
Result<Equation> parse(std::string text, const Values& operands) {
  std::erase(text, ' ');
  const size_t arrow = text.find("->");
  std::vector<std::string> terms(1);
  for (const char c : text.substr(0, arrow)) {
    if (c == ',')
      terms.emplace_back();
    else
      terms.back() += c;
  }
  if (terms.size() != operands.size())
    return errors::invalid_value("einsum", "`subscripts` names ", terms.size(), " operands; got ",
                                 operands.size());
  Equation e;
  int all = 0;
  std::vector<int> dots(terms.size());
  for (size_t i = 0; i < terms.size(); ++i) {
    WEFT_ASSIGN(const std::string letters, letters_of(terms[i]));
    const bool open = contains(letters, '.');
    const int rank = operands[i].rank();
    dots[i] = rank - static_cast<int>(letters.size()) + (open ? 1 : 0);
    if (dots[i] < 0 || (dots[i] > 0 && !open))
      return errors::invalid_value("einsum", "`", terms[i], "` must name the ", rank,
                                   " axes of `operands[", i, "]`, of shape ", operands[i].shape(),
                                   dots[i] < 0 ? "" : "; `...` stands for the rest");
    all = std::max(all, dots[i]);
    e.operands.push_back(letters);
  }
  std::string every;
  for (size_t i = 0; i < terms.size(); ++i) {
    e.operands[i] = with_ellipsis(e.operands[i], dots[i], all);
    every += e.operands[i];
    WEFT_TRY(note_extents(e, i, operands[i].shape()));
  }
  if (arrow != std::string::npos) {
    WEFT_ASSIGN(const std::string letters, letters_of(text.substr(arrow + 2)));
    if (all > 0 && !contains(letters, '.'))
      return errors::invalid_value("einsum",
                                   "the result in `subscripts` must have the `...` that "
                                   "stands for axes of the operands; got `",
                                   text.substr(arrow), "`");
    e.result = with_ellipsis(letters, all, all);
  } else {
    e.result = with_ellipsis(".", all, all);
    for (char c = 'A'; c <= 'z'; ++c)
      if (std::ranges::count(every, c) == 1) e.result += c;
  }
  for (const char label : e.result)
    if (std::ranges::count(e.result, label) > 1 || !contains(every, label))
      return errors::invalid_value("einsum", "label `", name_of_label(label),
                                   "` of the result must be one of an operand, and once; got `",
                                   text, "`");
  return e;
}

// An operand during the computation; no label occurs twice.
struct Term {
  Value value;
  std::string labels;
};

// A repeated label means the diagonal of its axes, of two at a time.
Term without_repeats(Term term) {
  for (size_t i = 0; i < term.labels.size();) {
    const char label = term.labels[i];
    const size_t again = term.labels.find(label, i + 1);
    if (again == std::string::npos) {
      ++i;
      continue;
    }
    term.value =
        term.value.builder().call("diagonal", {term.value},
                                  {Argument::of_int(0), Argument::of_int(static_cast<int64_t>(i)),
                                   Argument::of_int(static_cast<int64_t>(again))});
    term.labels.erase(again, 1);
    term.labels.erase(i, 1);
    term.labels += label;
    i = 0;
  }
  return term;
}

// Drops axes of extent 1 that another operand broadcasts: they play no part in the sum.
Term without_stretched(Term term, const Equation& e) {
  Shape shape;
  std::string labels;
  for (size_t i = 0; i < term.labels.size(); ++i) {
    const int64_t extent = term.value.shape()[static_cast<int>(i)];
    if (extent != e.extent(term.labels[i])) continue;
    shape.push_back(extent);
    labels += term.labels[i];
  }
  return {reshape(term.value, shape), labels};
}

// Sums over the labels that are not in `keep`.
Term summed_to(Term term, std::string_view keep) {
  std::vector<int64_t> axes;
  std::string labels;
  for (size_t i = 0; i < term.labels.size(); ++i) {
    if (contains(keep, term.labels[i]))
      labels += term.labels[i];
    else
      axes.push_back(static_cast<int64_t>(i));
  }
  if (axes.empty()) return term;
  return {sum(term.value, axes, false), labels};
}

// The axes in the order of the labels in `order`.
Value in_order(const Term& term, const std::string& order) {
  if (term.labels == order) return term.value;
  std::vector<int64_t> axes;
  for (const char label : order) axes.push_back(static_cast<int64_t>(term.labels.find(label)));
  return transpose(term.value, axes);
}

// The labels of `from` that are also in `other`, or are not.
std::string chosen(const std::string& from, std::string_view other, bool in_other) {
  std::string labels;
  for (const char label : from)
    if (contains(other, label) == in_other) labels += label;
  return labels;
}

struct Extents {
  const Equation& equation;
  Shape of(const std::string& labels) const {
    Shape shape;
    for (const char label : labels) shape.push_back(equation.extent(label));
    return shape;
  }
  int64_t product(const std::string& labels) const { return of(labels).elements(); }
  // The extents of `labels`, with 1 where the value has no such axis.
  Shape stretched(const std::string& labels, const std::string& own) const {
    Shape shape;
    for (const char label : labels)
      shape.push_back(contains(own, label) ? equation.extent(label) : 1);
    return shape;
  }
};

// Labels in both operands are batch axes if they are kept, and summed otherwise; labels in one
// operand are rows or columns of the product.
Result<Term> contract(Term a, Term b, const std::string& keep, const Equation& e) {
  a = summed_to(std::move(a), b.labels + keep);
  b = summed_to(std::move(b), a.labels + keep);
  const std::string shared = chosen(a.labels, b.labels, true);
  const std::string batch = chosen(shared, keep, true);
  const std::string inner = chosen(shared, keep, false);
  const std::string left = chosen(a.labels, b.labels, false);
  const std::string right = chosen(b.labels, a.labels, false);
  const std::string result = batch + left + right;
  if (result.size() > static_cast<size_t>(kMaxRank))
    return errors::rank_too_large("einsum", "operands", static_cast<int64_t>(result.size()));
  const Extents extents{e};
  const Value x = in_order(a, batch + left + inner);
  const Value y = in_order(b, batch + inner + right);
  if (inner.empty())
    return Term{reshape(x, extents.stretched(result, a.labels)) *
                    reshape(y, extents.stretched(result, b.labels)),
                result};
  // Products of vectors: an elementwise product and its sum. In a matrix product each term would
  // wait for the one before it.
  if (result == batch && size_of(x.dtype()) >= 4) return summed_to({x * y, batch + inner}, batch);
  const int64_t count = extents.product(batch), rows = extents.product(left);
  const int64_t depth = extents.product(inner), columns = extents.product(right);
  const Value product =
      batch.empty() ? matmul(reshape(x, {rows, depth}), reshape(y, {depth, columns}))
                    : matmul(reshape(x, {count, rows, depth}), reshape(y, {count, depth, columns}));
  return Term{reshape(product, extents.of(result)), result};
}

Result<Value> einsum(const ComposeContext& c) {
  WEFT_ASSIGN(const Equation e, parse(std::string(c.text("subscripts")), c.inputs));
  const DType dtype = c.in(0).dtype();
  std::vector<Term> terms;
  for (size_t i = 0; i < c.inputs.size(); ++i) {
    // Bools are counted; the result says whether the count is above 0.
    const Value value = dtype == DType::kBool ? cast(c.in(i), DType::kInt64) : c.in(i);
    terms.push_back(without_stretched(without_repeats({value, e.operands[i]}), e));
  }
  Term out = terms[0];
  for (size_t i = 1; i < terms.size(); ++i) {
    std::string keep = e.result;
    for (size_t later = i + 1; later < terms.size(); ++later) keep += terms[later].labels;
    WEFT_ASSIGN(out, contract(std::move(out), terms[i], keep, e));
    WEFT_TRY(c.builder.status());
  }
  out = summed_to(std::move(out), e.result);
  return cast(in_order(out, e.result), dtype);
}

}  // namespace

WEFT_OP(einsum) {
  op.doc("Products of operands summed over labelled axes, from the first operand to the last.")
      .in(Namespace::kInternal)
      .input_list("operands", "any real dtype, one for each term of `subscripts`")
      .required(AttributeKind::kString, "subscripts",
                "a letter for each axis, terms joined by commas, then -> and the result's axes")
      .promote(Promotion::kCommon)
      .compose(checked<einsum>)
      .sample(R"({"shapes": [[2, 3], [3, 4]], "subscripts": "ij,jk->ik"})")
      .sample(R"({"shapes": [[2, 3], [3, 4]], "subscripts": "ij,jk"})")
      .sample(R"({"shapes": [[3, 3]], "subscripts": "ii"})")
      .sample(R"({"shapes": [[3, 3, 2]], "subscripts": "iij->ji"})")
      .sample(R"({"shapes": [[3, 3, 3], [2, 3, 2, 2]], "subscripts": "iii,jijj->ij"})")
      .sample(R"({"shapes": [[2, 3], [4]], "subscripts": "ij,k->kij"})")
      .sample(R"({"shapes": [[2, 3, 4], [2, 4, 3], [2]], "subscripts": "bij,bji,b->b"})")
      .sample(R"({"shapes": [[2, 3, 4], [4, 2]], "subscripts": "...j,jk->...k"})")
      .sample(R"({"shapes": [[5, 1, 2], [3, 2]], "subscripts": "...i,...i->..."})")
      .sample(R"({"shapes": [[2, 1], [3, 2], [2]], "subscripts": "aj,jk,k"})")
      .sample(R"({"shapes": [[]], "subscripts": ""})");
}

}  // namespace weft::ops
