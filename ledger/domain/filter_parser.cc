// Filter::parse: recursive descent, as deep as limits::filter_depth_max.
#include <algorithm>
#include <utility>

#include "ledger/domain/filter.h"
#include "ledger/limits.h"

namespace ledger::domain {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_field_char(char c) { return is_letter(c) || is_digit(c) || c == '.'; }
bool is_bare_char(char c) {
  return is_field_char(c) || std::string_view("-+:/@*").find(c) != std::string_view::npos ||
         static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

class FilterParser {
 public:
  explicit FilterParser(std::string_view text) : text_(text) {}

  Result<Filter> parse() {
    if (text_.size() > limits::filter_bytes_max) {
      return fail(ErrorKind::invalid, "filter-too-long",
                  "A filter has at most " + std::to_string(limits::filter_bytes_max) + " bytes.");
    }
    skip_spaces();
    if (at_ == text_.size()) return std::move(filter_);
    const auto root = chain(0);
    if (!root) return fail(root.error());
    if (at_ != text_.size()) return fail(expected("AND, OR or the end"));
    return std::move(filter_);
  }

 private:
  using NodeKind = Filter::NodeKind;

  Error expected(const std::string& what) const {
    std::string found = at_ < text_.size() ? "\"" + std::string(text_.substr(at_, 12)) + "\""
                                           : std::string("the end");
    return Error{ErrorKind::invalid, "filter-invalid",
                 "At byte " + std::to_string(at_) + " of the filter: expected " + what +
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
    skip_spaces();
    return true;
  }

  bool ends_word(std::size_t end) const {
    return end == text_.size() || (end < text_.size() && !is_bare_char(text_[end]));
  }

  bool at_capitals(std::string_view word) const {
    return text_.substr(at_).starts_with(word) && ends_word(at_ + word.size());
  }

  // AND, OR and NOT are also written in small letters, but where a value stands: "x = and" always
  // meant the text.
  bool at_keyword(std::string_view word) const {
    if (at_capitals(word)) return true;
    const std::string_view here = text_.substr(at_, word.size());
    return std::equal(here.begin(), here.end(), word.begin(), word.end(),
                      [](char c, char capital) { return c == capital + ('a' - 'A'); }) &&
           ends_word(at_ + word.size());
  }

  bool take_keyword(std::string_view word) {
    return at_keyword(word) && take(text_.substr(at_, word.size()));
  }

  std::size_t add(NodeKind kind, std::size_t left, std::size_t right) {
    filter_.nodes_.push_back({kind, left, right});
    return filter_.nodes_.size() - 1;
  }

  // chain := item { AND item } | item { OR item }
  Result<std::size_t> chain(std::size_t depth) {
    auto left = item(depth);
    if (!left) return left;
    const bool all = at_keyword("AND");
    while (at_keyword("AND") || at_keyword("OR")) {
      if (!take_keyword(all ? "AND" : "OR")) {
        return fail(expected("parentheses around the ANDs or the ORs, which are not mixed"));
      }
      const auto right = item(depth);
      if (!right) return right;
      left = add(all ? NodeKind::conjunction : NodeKind::disjunction, *left, *right);
    }
    return left;
  }

  // item := NOT item | "(" chain ")" | term
  Result<std::size_t> item(std::size_t depth) {
    if (depth > limits::filter_depth_max) {
      return fail(ErrorKind::invalid, "filter-too-deep",
                  "At byte " + std::to_string(at_) + " of the filter: at most " +
                      std::to_string(limits::filter_depth_max) +
                      " parentheses and NOTs stand inside each other.");
    }
    if (take_keyword("NOT")) {
      const auto inner = item(depth + 1);
      if (!inner) return inner;
      return add(NodeKind::negation, *inner, 0);
    }
    if (take("(")) {
      const auto inner = chain(depth + 1);
      if (!inner) return inner;
      if (!take(")")) return fail(expected("AND, OR or a closing parenthesis"));
      return inner;
    }
    return term();
  }

  Result<std::size_t> term() {
    if (filter_.terms_.size() == limits::filter_terms_max) {
      return fail(
          ErrorKind::invalid, "filter-too-many-terms",
          "A filter has at most " + std::to_string(limits::filter_terms_max) + " comparisons.");
    }
    FilterTerm term;
    term.at = at_;
    const bool keyword = at_keyword("AND") || at_keyword("OR");
    if (at_ == text_.size() || !is_letter(text_[at_]) || keyword) {
      return fail(expected("a field's name"));
    }
    while (at_ < text_.size() && is_field_char(text_[at_])) term.field += text_[at_++];
    skip_spaces();
    if (!take_operator(term.op)) return fail(expected("one of = != < <= > >= :"));
    const auto read = value(term.text);
    if (!read) return fail(read.error());
    skip_spaces();
    filter_.terms_.push_back(std::move(term));
    return add(NodeKind::term, filter_.terms_.size() - 1, 0);
  }

  bool take_operator(FilterOperator& op) {
    using Pair = std::pair<std::string_view, FilterOperator>;
    static constexpr Pair operators[] = {{"!=", FilterOperator::not_equal},
                                         {"<=", FilterOperator::less_equal},
                                         {">=", FilterOperator::greater_equal},
                                         {"=", FilterOperator::equal},
                                         {"<", FilterOperator::less},
                                         {">", FilterOperator::greater},
                                         {":", FilterOperator::has}};
    for (const auto& [symbol, each] : operators) {
      if (!take(symbol)) continue;
      op = each;
      return true;
    }
    return false;
  }

  Result<void> value(std::string& out) {
    if (at_ < text_.size() && text_[at_] == '"') return quoted(out);
    const bool keyword = at_capitals("AND") || at_capitals("OR") || at_capitals("NOT");
    while (!keyword && at_ < text_.size() && is_bare_char(text_[at_])) out += text_[at_++];
    if (out.empty()) return fail(expected("a value"));
    return {};
  }

  Result<void> quoted(std::string& out) {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        ++at_;
        return {};
      }
      if (text_[at_] == '\\') {
        ++at_;
        if (at_ == text_.size()) break;
        if (text_[at_] != '"' && text_[at_] != '\\') return fail(expected("\\\" or \\\\"));
      }
      out += text_[at_];
    }
    return fail(expected("a closing quote"));
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Filter filter_;
};

Result<Filter> Filter::parse(std::string_view text) { return FilterParser(text).parse(); }

}  // namespace ledger::domain
