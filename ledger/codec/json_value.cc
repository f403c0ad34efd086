#include "ledger/codec/json_value.h"

#include <algorithm>
#include <set>

#include "ledger/codec/utf8.h"
#include "ledger/limits.h"

namespace ledger::codec {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0U | (code >> 6));
    put(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    put(0xE0U | (code >> 12));
    put(0x80U | ((code >> 6) & 0x3FU));
    put(0x80U | (code & 0x3FU));
  } else {
    put(0xF0U | (code >> 18));
    put(0x80U | ((code >> 12) & 0x3FU));
    put(0x80U | ((code >> 6) & 0x3FU));
    put(0x80U | (code & 0x3FU));
  }
}

// Stops at the first thing that is wrong; `error_` says what.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  JsonDocument document() {
    JsonDocument result;
    if (value(result.root, 0)) {
      skip_spaces();
      if (at_ != text_.size()) expected("the end of the document");
    }
    if (!error_.code.empty()) return {JsonValue{}, {error_}};
    return result;
  }

 private:
  bool refuse(std::string code, std::string detail) {
    if (error_.code.empty()) error_ = {"", std::move(code), std::move(detail)};
    return false;
  }
  bool expected(const std::string& what) {
    return refuse("json-syntax", "At byte " + std::to_string(at_) + ": expected " + what + ".");
  }
  // On the way back from an error: a repeated member has a place; where text is no JSON, the byte
  // says it better.
  bool within(std::string_view name) {
    if (error_.code != "json-duplicate-key") return false;
    std::string step = "/";
    for (const char c : name) step += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    error_.pointer.insert(0, step);
    return false;
  }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_spaces() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
  bool take(char c) {
    skip_spaces();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take_word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  bool value(JsonValue& out, std::size_t depth) {
    if (depth > limits::json_depth_max) return refuse("json-too-deep", "Values nest too deep.");
    if (++values_ > limits::json_values_max) return refuse("json-too-large", "Too many values.");
    skip_spaces();
    if (take('{')) return object(out.value.emplace<JsonObject>(), depth);
    if (take('[')) return array(out.value.emplace<JsonArray>(), depth);
    if (peek() == '"') return string(out.value.emplace<std::string>());
    if (peek() == '-' || is_digit(peek())) return number(out.value.emplace<JsonNumber>());
    if (take_word("null")) return true;
    if (take_word("true")) {
      out.value = true;
      return true;
    }
    if (take_word("false")) {
      out.value = false;
      return true;
    }
    return expected("a value");
  }

  bool object(JsonObject& out, std::size_t depth) {
    if (take('}')) return true;
    std::set<std::string> names;
    do {
      skip_spaces();
      std::string name;
      if (peek() != '"') return expected("a member's name in quotes");
      if (!string(name)) return false;
      if (!names.insert(name).second) {
        refuse("json-duplicate-key",
               "At byte " + std::to_string(at_) + ": there is a member of this name already.");
        return within(name);
      }
      if (!take(':')) return expected("a colon");
      out.push_back({std::move(name), JsonValue{}});
      if (!value(out.back().value, depth + 1)) return within(out.back().name);
    } while (take(','));
    return take('}') || expected("a comma or the end of the object");
  }

  bool array(JsonArray& out, std::size_t depth) {
    if (take(']')) return true;
    do {
      out.emplace_back();
      if (!value(out.back(), depth + 1)) return within(std::to_string(out.size() - 1));
    } while (take(','));
    return take(']') || expected("a comma or the end of the array");
  }

  bool digits() {
    if (!is_digit(peek())) return expected("a digit");
    while (is_digit(peek())) ++at_;
    return true;
  }

  bool number(JsonNumber& out) {
    const std::size_t begin = at_;
    if (peek() == '-') ++at_;
    if (peek() == '0') {
      ++at_;
    } else if (!digits()) {
      return false;
    }
    if (peek() == '.') {
      ++at_;
      if (!digits()) return false;
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      if (!digits()) return false;
    }
    out.text = text_.substr(begin, at_ - begin);
    return true;
  }

  bool string(std::string& out) {
    ++at_;
    while (true) {
      take_plain(out);
      if (at_ == text_.size() || text_[at_] == '"') break;
      if (text_[at_] == '\\') {
        ++at_;
        if (!escape(out)) return false;
        continue;
      }
      const std::size_t length = utf8_length(text_, at_);
      if (length == 0 || static_cast<unsigned char>(text_[at_]) < 0x20) {
        return expected("UTF-8 without control characters");
      }
      out.append(text_, at_, length);
      at_ += length;
    }
    if (at_ == text_.size()) return expected("a closing quote");
    ++at_;
    return true;
  }

  // What stands in a text as it is written: nearly all of it.
  void take_plain(std::string& out) {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_plain_in_json(text_[at_])) ++at_;
    out.append(text_, begin, at_ - begin);
  }

  bool escape(std::string& out) {
    static constexpr std::string_view letters = "\"\\/bfnrt";
    static constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    if (peek() == 'u') {
      ++at_;
      return unicode(out);
    }
    const auto found = at_ < text_.size() ? letters.find(text_[at_]) : std::string_view::npos;
    if (found == std::string_view::npos) return expected("an escape of JSON");
    out += meanings[found];
    ++at_;
    return true;
  }

  bool four_hex(std::uint32_t& out) {
    out = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = peek();
      const bool lower = c >= 'a' && c <= 'f';
      const bool upper = c >= 'A' && c <= 'F';
      if (!is_digit(c) && !lower && !upper) return expected("four hexadecimal digits");
      out = out * 16 + static_cast<std::uint32_t>(c - (lower ? 'a' - 10 : upper ? 'A' - 10 : '0'));
    }
    return true;
  }

  bool unicode(std::string& out) {
    std::uint32_t code = 0;
    if (!four_hex(code)) return false;
    if (code >= 0xD800 && code < 0xE000) {
      std::uint32_t low = 0;
      if (code >= 0xDC00 || !take_word("\\u")) return expected("a pair of surrogates");
      if (!four_hex(low)) return false;
      if (low < 0xDC00 || low >= 0xE000) return expected("a pair of surrogates");
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    append_utf8(out, code);
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t values_ = 0;
  JsonError error_;
};

}  // namespace

std::string_view JsonValue::type_name() const {
  static constexpr std::string_view names[] = {"null",   "a boolean", "a number",
                                               "a text", "an array",  "an object"};
  return names[value.index()];
}

const JsonValue* JsonValue::member(std::string_view name) const {
  const auto* object = std::get_if<JsonObject>(&value);
  if (object == nullptr) return nullptr;
  for (const auto& [each, inner] : *object) {
    if (each == name) return &inner;
  }
  return nullptr;
}

JsonDocument parse_json_document(std::string_view text) { return Parser(text).document(); }

}  // namespace ledger::codec
