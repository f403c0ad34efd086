#include "replay/predicate.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "ledger/limits.h"
#include "projections/history.h"
#include "projections/view_query.h"

namespace replay {

using ledger::Error;
using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;
using ledger::domain::FilterOperator;
using projections::View;

namespace {

// What the status of a computer follows from.
constexpr std::array<View, 9> views_of_status = {
    View::computers,         View::buckets,       View::bucket_members,
    View::expected_patterns, View::bucket_counts, View::expected_rulesets,
    View::open_instructions, View::instructions,  View::removed_computers};

bool is_name_char(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

class PredicateParser {
 public:
  explicit PredicateParser(std::string_view text) : text_(text) {}

  Result<Predicate> parse() {
    if (text_.size() > ledger::limits::predicate_bytes_max) {
      return fail(ErrorKind::invalid, "predicate-invalid",
                  "A predicate has at most " + std::to_string(ledger::limits::predicate_bytes_max) +
                      " bytes.");
    }
    for (const auto step :
         {&PredicateParser::view, &PredicateParser::filter, &PredicateParser::question}) {
      if (const auto read = (this->*step)(); !read) return fail(read.error());
    }
    skip_spaces();
    if (at_ != text_.size()) return fail(expected("the end"));
    return std::move(predicate_);
  }

 private:
  Error expected(const std::string& what) const {
    const std::string found = at_ < text_.size() ? "\"" + std::string(text_.substr(at_, 12)) + "\""
                                                 : std::string("the end");
    return Error{ErrorKind::invalid, "predicate-invalid",
                 "At byte " + std::to_string(at_) + " of the predicate: expected " + what +
                     ", found " + found + "."};
  }

  void skip_spaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) {
      ++at_;
    }
  }

  bool take(std::string_view symbol) {
    if (!text_.substr(at_).starts_with(symbol)) return false;
    at_ += symbol.size();
    return true;
  }

  Result<void> view() {
    skip_spaces();
    std::size_t end = at_;
    while (end < text_.size() && is_name_char(text_[end])) ++end;
    const auto found = projections::view_from(text_.substr(at_, end - at_));
    if (!found) return fail(expected("the name of a view, as computers, alerts or policies"));
    predicate_.view_ = *found;
    at_ = end;
    skip_spaces();
    return {};
  }

  Result<void> filter() {
    if (!take("[")) return {};
    const std::size_t begin = at_;
    bool quoted = false;
    for (; at_ < text_.size() && (quoted || text_[at_] != ']'); ++at_) {
      if (quoted && text_[at_] == '\\') ++at_;
      if (at_ < text_.size() && text_[at_] == '"') quoted = !quoted;
    }
    const std::size_t end = std::min(at_, text_.size());
    at_ = end;
    // Spaces in front, so that an error tells the byte of the predicate.
    const std::string in_place =
        std::string(begin, ' ') + std::string(text_.substr(begin, end - begin));
    const auto checked = projections::check_view_filter(predicate_.view_, in_place);
    if (!checked) return fail(in_predicate(checked.error()));
    predicate_.filter_ = text_.substr(begin, end - begin);
    if (!take("]")) return fail(expected("] after the filter"));
    skip_spaces();
    return {};
  }

  static Error in_predicate(Error error) {
    constexpr std::string_view filter = "of the filter";
    const auto at = error.detail.find(filter);
    if (at != std::string::npos) error.detail.replace(at, filter.size(), "of the predicate");
    return error;
  }

  // .exists | .count OPERATOR NUMBER
  Result<void> question() {
    if (take(".exists")) {
      predicate_.op_ = FilterOperator::greater;
      return {};
    }
    if (!take(".count")) return fail(expected(".count or .exists"));
    skip_spaces();
    if (const auto read = comparison(); !read) return fail(read.error());
    skip_spaces();
    std::size_t end = at_;
    while (end < text_.size() && is_digit(text_[end])) ++end;
    const auto read = std::from_chars(text_.data() + at_, text_.data() + end, predicate_.number_);
    if (read.ec == std::errc::result_out_of_range) return fail(expected("a smaller number"));
    if (end == at_ || read.ec != std::errc()) return fail(expected("a whole number"));
    at_ = end;
    return {};
  }

  Result<void> comparison() {
    using Pair = std::pair<std::string_view, FilterOperator>;
    static constexpr Pair operators[] = {
        {"!=", FilterOperator::not_equal},     {"<=", FilterOperator::less_equal},
        {">=", FilterOperator::greater_equal}, {"=", FilterOperator::equal},
        {"<", FilterOperator::less},           {">", FilterOperator::greater}};
    for (const auto& [symbol, op] : operators) {
      if (!take(symbol)) continue;
      predicate_.op_ = op;
      return {};
    }
    return fail(expected("one of = != < <= > >="));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Predicate predicate_;
};

Result<Predicate> Predicate::parse(std::string_view text) { return PredicateParser(text).parse(); }

Result<Predicate::Answer> Predicate::ask(const projections::Snapshot& snapshot) const {
  const auto counted = projections::count_view(snapshot, view_, filter_);
  if (!counted) return fail(counted.error());
  const std::uint64_t count = counted->rows;
  Answer answer{count, false, counted->passed};
  switch (op_) {
    case FilterOperator::equal:
      answer.holds = count == number_;
      break;
    case FilterOperator::not_equal:
      answer.holds = count != number_;
      break;
    case FilterOperator::less:
      answer.holds = count < number_;
      break;
    case FilterOperator::less_equal:
      answer.holds = count <= number_;
      break;
    case FilterOperator::greater:
    case FilterOperator::has:
      answer.holds = count > number_;
      break;
    case FilterOperator::greater_equal:
      answer.holds = count >= number_;
      break;
  }
  return answer;
}

bool Predicate::depends_on(View view) const {
  if (view_ != View::computers) return view == view_;
  return std::find(views_of_status.begin(), views_of_status.end(), view) != views_of_status.end();
}

}  // namespace replay
