#include "ledger/domain/filter.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <optional>

#include "ledger/domain/match.h"
#include "ledger/limits.h"

namespace ledger::domain {
namespace {

constexpr std::string_view operator_texts[] = {" = ", " != ", " < ", " <= ", " > ", " >= ", ":"};

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  if (problem != std::errc{} || stop != end) return std::nullopt;
  return number;
}

std::optional<bool> bool_in(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

template <class T, class Right>
bool compare(FilterOperator op, const T& left, const std::optional<Right>& right) {
  if (!right) return op == FilterOperator::not_equal;
  switch (op) {
    case FilterOperator::equal:
    case FilterOperator::has:
      return left == *right;
    case FilterOperator::not_equal:
      return left != *right;
    case FilterOperator::less:
      return left < *right;
    case FilterOperator::less_equal:
      return left <= *right;
    case FilterOperator::greater:
      return left > *right;
    case FilterOperator::greater_equal:
      return left >= *right;
  }
  return false;
}

// How many letters must change to make one name of the other.
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t changed = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

void write_quoted(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

Error invalid_filter(std::string reason, std::string detail) {
  return Error{ErrorKind::invalid, std::move(reason), std::move(detail)};
}

}  // namespace

bool contains_text(std::string_view text, std::string_view part) {
  const auto same = [](char a, char b) { return lower(a) == lower(b); };
  return part.empty() ||
         std::search(text.begin(), text.end(), part.begin(), part.end(), same) != text.end();
}

std::vector<std::size_t> Filter::required_terms() const {
  std::vector<std::size_t> required;
  std::vector<std::size_t> open;
  if (!nodes_.empty()) open.push_back(nodes_.size() - 1);
  while (!open.empty()) {
    const Node& node = nodes_[open.back()];
    open.pop_back();
    if (node.kind == NodeKind::term) required.push_back(node.left);
    if (node.kind != NodeKind::conjunction) continue;
    open.push_back(node.left);
    open.push_back(node.right);
  }
  return required;
}

bool holds(const FilterTerm& term, const FilterValue& value) {
  const std::string_view text = term.text;
  const bool is_there = !std::holds_alternative<std::monostate>(value);
  if (term.op == FilterOperator::has && text == "*") return is_there;
  return match(
      value, [&](std::monostate) { return term.op == FilterOperator::not_equal; },
      [&](bool each) { return compare(term.op, each, bool_in(text)); },
      [&](std::int64_t each) { return compare(term.op, each, number_in(text)); },
      [&](Time each) { return compare(term.op, each, time_from_rfc3339(text)); },
      [&](Duration each) { return compare(term.op, each, duration_from_iso8601(text)); },
      [&](std::string_view each) {
        if (term.op == FilterOperator::has) return contains_text(each, text);
        return compare(term.op, each, std::optional(text));
      },
      [&](std::span<const std::string_view> each) {
        const bool has = std::find(each.begin(), each.end(), text) != each.end();
        if (term.op == FilterOperator::not_equal) return !has;
        return has && (term.op == FilterOperator::has || term.op == FilterOperator::equal);
      });
}

Error unknown_field(const FilterTerm& term, std::span<const std::string_view> fields) {
  std::string detail = "At byte " + std::to_string(term.at) + " of the filter: there is no field " +
                       term.field + ".";
  const auto nearest =
      std::min_element(fields.begin(), fields.end(), [&](std::string_view a, std::string_view b) {
        return distance(term.field, a) < distance(term.field, b);
      });
  const std::size_t tolerated = std::max<std::size_t>(2, term.field.size() / 3);
  if (nearest != fields.end() && distance(term.field, *nearest) <= tolerated) {
    detail += " Did you mean " + std::string(*nearest) + "?";
  } else {
    detail += " There are:";
    for (const auto& field : fields) detail += " " + std::string(field);
    detail += ".";
  }
  return invalid_filter("filter-field-unknown", std::move(detail));
}

Error unfit_value(const FilterTerm& term, std::string_view expected) {
  return invalid_filter("filter-value-invalid", "At byte " + std::to_string(term.at) +
                                                    " of the filter: " + term.field +
                                                    " is compared with \"" + term.text +
                                                    "\"; expected " + std::string(expected) + ".");
}

Result<void> check_fields(const Filter& filter, std::span<const std::string_view> fields) {
  for (const FilterTerm& term : filter.terms()) {
    if (std::find(fields.begin(), fields.end(), term.field) == fields.end()) {
      return fail(unknown_field(term, fields));
    }
  }
  return {};
}

namespace {

bool is_value(const FilterField& field, const FilterTerm& term) {
  switch (field.kind) {
    case FilterKind::flag:
      return bool_in(term.text).has_value();
    case FilterKind::number:
      return number_in(term.text).has_value();
    case FilterKind::time:
      return time_from_rfc3339(term.text).has_value();
    case FilterKind::duration:
      return duration_from_iso8601(term.text).has_value();
    case FilterKind::text:
      break;
  }
  // Parts of words, and what comes before or after them, can be asked for by any text.
  const bool is_whole = term.op == FilterOperator::equal || term.op == FilterOperator::not_equal ||
                        (field.is_list && term.op == FilterOperator::has);
  return field.words.empty() || !is_whole ||
         std::find(field.words.begin(), field.words.end(), term.text) != field.words.end();
}

std::string values_of(const FilterField& field) {
  switch (field.kind) {
    case FilterKind::flag:
      return "true or false";
    case FilterKind::number:
      return "a whole number";
    case FilterKind::time:
      return "a time such as 2026-11-03T10:00:00Z";
    case FilterKind::duration:
      return "a duration such as PT1H";
    case FilterKind::text:
      break;
  }
  std::string words = "one of";
  for (const auto& word : field.words) words += " " + std::string(word);
  return words;
}

}  // namespace

Result<void> check_fields(const Filter& filter, std::span<const FilterField> fields) {
  for (const FilterTerm& term : filter.terms()) {
    const auto field = std::find_if(fields.begin(), fields.end(), [&](const FilterField& each) {
      return each.name == term.field;
    });
    if (field == fields.end()) {
      std::vector<std::string_view> names;
      for (const auto& each : fields) names.push_back(each.name);
      return fail(unknown_field(term, names));
    }
    const bool asks_whether_any = term.op == FilterOperator::has && term.text == "*";
    if (!asks_whether_any && !is_value(*field, term)) {
      return fail(unfit_value(term, values_of(*field)));
    }
  }
  return {};
}

std::string Filter::canonical() const {
  std::string out;
  if (!nodes_.empty()) write(nodes_.size() - 1, out);
  return out;
}

void Filter::write(std::size_t index, std::string& out) const {
  const Node& node = nodes_[index];
  if (node.kind == NodeKind::term) {
    const FilterTerm& term = terms_[node.left];
    out += term.field;
    out += operator_texts[static_cast<std::size_t>(term.op)];
    const bool bare = number_in(term.text) || bool_in(term.text) || term.text == "*";
    if (bare) {
      out += term.text;
    } else {
      write_quoted(term.text, out);
    }
    return;
  }
  // Parentheses wherever the grammar asks for them, and nowhere else. A chain grows to the left.
  const auto child = [&](std::size_t at, bool may_continue) {
    const NodeKind kind = nodes_[at].kind;
    const bool chain = kind == NodeKind::conjunction || kind == NodeKind::disjunction;
    const bool parentheses = chain && !(may_continue && kind == node.kind);
    if (parentheses) out += '(';
    write(at, out);
    if (parentheses) out += ')';
  };
  if (node.kind == NodeKind::negation) {
    out += "NOT ";
    child(node.left, false);
    return;
  }
  child(node.left, true);
  out += node.kind == NodeKind::conjunction ? " AND " : " OR ";
  child(node.right, false);
}

}  // namespace ledger::domain
