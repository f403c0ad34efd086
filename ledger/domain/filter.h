// Filters that people type into lists and scopes, a subset of AIP-160:
//
//   state = "stale" AND behind > 2 AND NOT relay:"r7"
//
// Operators are = != < <= > >= and `:` (a text contains, a list has; `field:*`: there is a value).
// Values are "quoted" or bare words; AND, OR and NOT may be written in small letters. AND and OR
// are mixed only with parentheses, because AIP-160 lets OR bind tighter than AND, which few expect.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ledger/domain/ids.h"
#include "ledger/result.h"

namespace ledger::domain {

enum class FilterOperator { equal, not_equal, less, less_equal, greater, greater_equal, has };

struct FilterTerm {
  std::string field;  // "state", "relay.name"
  FilterOperator op{};
  std::string text;  // The value, without its quotes.
  std::size_t at{};  // Where the term begins: bytes of the text that was parsed.

  bool operator==(const FilterTerm& other) const {
    return field == other.field && op == other.op && text == other.text;
  }
};

// What a lookup finds: nothing, or a value that outlives the evaluation.
using FilterValue = std::variant<std::monostate, bool, std::int64_t, Time, Duration,
                                 std::string_view, std::span<const std::string_view>>;

class Filter {
 public:
  // Errors: invalid ("filter-invalid", "filter-too-long", "filter-too-deep",
  //         "filter-too-many-terms"), naming the byte position and what was expected there.
  // An empty text matches everything.
  static Result<Filter> parse(std::string_view text);

  // The one way to write this filter: parse(canonical()) is equal to it.
  std::string canonical() const;

  const std::vector<FilterTerm>& terms() const { return terms_; }
  // Indices of the terms that hold of whatever matches: those that AND alone joins to the rest.
  std::vector<std::size_t> required_terms() const;

  // Evaluates with test(i), which says whether terms()[i] holds. Allocates nothing.
  template <class Test>
  bool matches_terms(const Test& test) const {
    return nodes_.empty() || holds(nodes_.size() - 1, test);
  }

  // Evaluates with lookup(field name) -> FilterValue. Allocates nothing.
  template <class Lookup>
  bool matches(const Lookup& lookup) const;

  bool operator==(const Filter&) const = default;

 private:
  friend class FilterParser;

  enum class NodeKind : std::uint8_t { term, negation, conjunction, disjunction };
  // Children stand before their parents; the last node is the root.
  struct Node {
    NodeKind kind{};
    std::size_t left{};   // Of a term: its index in terms_.
    std::size_t right{};  // Of AND and OR only.
    bool operator==(const Node&) const = default;
  };

  template <class Test>
  bool holds(std::size_t index, const Test& test) const {
    const Node& node = nodes_[index];
    switch (node.kind) {
      case NodeKind::term:
        return test(node.left);
      case NodeKind::negation:
        return !holds(node.left, test);
      case NodeKind::conjunction:
        return holds(node.left, test) && holds(node.right, test);
      case NodeKind::disjunction:
        return holds(node.left, test) || holds(node.right, test);
    }
    return false;
  }

  void write(std::size_t index, std::string& out) const;

  std::vector<FilterTerm> terms_;
  std::vector<Node> nodes_;
};

// Whether a value is as a term asks. A value that is absent, or of a type in which the term's text
// is no value, is equal to nothing: only != holds.
bool holds(const FilterTerm& term, const FilterValue& value);

// Whether a filter asks for `fields` only.
// Errors: invalid ("filter-field-unknown"), with the nearest name that there is.
Result<void> check_fields(const Filter& filter, std::span<const std::string_view> fields);

// What values of a field are.
enum class FilterKind { text, flag, number, time, duration };
struct FilterField {
  std::string name;
  FilterKind kind = FilterKind::text;
  std::span<const std::string_view> words = {};  // The only values, if there are any.
  bool is_list = false;
};

// Whether a filter asks for `fields` only, each for a value that it can have: what could never be
// equal would be answered by nobody, as if nobody were there.
// Errors: invalid ("filter-field-unknown", "filter-value-invalid").
Result<void> check_fields(const Filter& filter, std::span<const FilterField> fields);

// The `filter-field-unknown` error of one term.
Error unknown_field(const FilterTerm& term, std::span<const std::string_view> fields);
// The error of a term whose text is no value of its field: "expected a number".
Error unfit_value(const FilterTerm& term, std::string_view expected);

// Whether `text` contains `part`; ASCII letters are equal in either case.
bool contains_text(std::string_view text, std::string_view part);

template <class Lookup>
bool Filter::matches(const Lookup& lookup) const {
  return matches_terms([&](std::size_t i) {
    return domain::holds(terms_[i], FilterValue(lookup(std::string_view(terms_[i].field))));
  });
}

}  // namespace ledger::domain
