#include "ledger/codec/json_in.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "ledger/limits.h"

namespace ledger::codec {
namespace {

template <class Number>
bool read_number(JsonReader& reader, const JsonValue& value, Number& out) {
  const auto* number = std::get_if<JsonNumber>(&value.value);
  if (number == nullptr) return reader.refuse_type(value, "a whole number");
  const std::string_view text = number->text;
  if (text.find_first_of(".eE") != std::string_view::npos) {
    return reader.refuse("json-type", "Expected a whole number, without a point or exponent.");
  }
  const auto* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, out);
  if (problem == std::errc{} && stop == end) return true;
  return reader.refuse(
      "json-range", "The number is not from " + std::to_string(std::numeric_limits<Number>::min()) +
                        " to " + std::to_string(std::numeric_limits<Number>::max()) + ".");
}

template <class T, class FromText>
bool read_text(JsonReader& reader, const JsonValue& value, T& out, FromText from_text,
               const char* wanted) {
  const auto* text = std::get_if<std::string>(&value.value);
  if (text == nullptr) return reader.refuse_type(value, wanted);
  const auto read = from_text(*text);
  if (read) out = *read;
  return read ? true : reader.refuse("json-value", std::string("Expected ") + wanted + ".");
}

}  // namespace

bool JsonReader::refuse(std::string code, std::string detail) {
  if (!is_full()) errors_.push_back({pointer_, std::move(code), std::move(detail)});
  return false;
}

bool JsonReader::refuse_type(const JsonValue& value, std::string_view wanted) {
  return refuse("json-type", "Expected " + std::string(wanted) + ", found " +
                                 std::string(value.type_name()) + ".");
}

void JsonReader::enter(std::string_view name) {
  lengths_.push_back(pointer_.size());
  pointer_ += '/';
  for (const char c : name) {
    if (c == '~') {
      pointer_ += "~0";
    } else if (c == '/') {
      pointer_ += "~1";
    } else {
      pointer_ += c;
    }
  }
}

void JsonReader::enter(std::size_t index) { enter(std::to_string(index)); }

void JsonReader::leave() {
  pointer_.resize(lengths_.back());
  lengths_.pop_back();
}

void JsonReader::check_names(const JsonObject& object, const std::string_view* names,
                             std::size_t count) {
  for (const auto& [name, value] : object) {
    if (std::find(names, names + count, name) != names + count) continue;
    enter(name);
    refuse("json-unknown-field", "There is no field of this name.");
    leave();
  }
}

bool JsonReader::is_full() const { return errors_.size() >= limits::json_errors_max; }

bool JsonReader::check_id(const std::string& id) {
  if (domain::is_name(id)) return true;
  return refuse(
      "json-value",
      "Expected 1 to 63 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit.");
}

bool JsonReader::refuse_name(std::string_view name, const std::string_view* names,
                             std::size_t count) {
  std::string detail = "\"" + std::string(name.substr(0, 64)) + "\" is none of";
  for (std::size_t i = 0; i < count; ++i) {
    detail += (i == 0 ? " " : ", ") + std::string(names[i]);
  }
  return refuse("json-value", detail + ".");
}

bool JsonReader::read(const JsonValue& value, bool& out) {
  const auto* found = std::get_if<bool>(&value.value);
  if (found == nullptr) return refuse_type(value, "a boolean");
  out = *found;
  return true;
}

bool JsonReader::read(const JsonValue& value, std::int32_t& out) {
  return read_number(*this, value, out);
}
bool JsonReader::read(const JsonValue& value, std::uint32_t& out) {
  return read_number(*this, value, out);
}
bool JsonReader::read(const JsonValue& value, std::int64_t& out) {
  return read_number(*this, value, out);
}
bool JsonReader::read(const JsonValue& value, std::uint64_t& out) {
  return read_number(*this, value, out);
}

bool JsonReader::read(const JsonValue& value, std::string& out) {
  const auto* text = std::get_if<std::string>(&value.value);
  if (text == nullptr) return refuse_type(value, "a text");
  out = *text;
  return true;
}

bool JsonReader::read(const JsonValue& value, domain::Position& out) {
  return read(value, out.value);
}

bool JsonReader::read(const JsonValue& value, domain::Time& out) {
  return read_text(*this, value, out, domain::time_from_rfc3339,
                   "an RFC 3339 time such as 2026-11-03T10:00:00Z");
}

bool JsonReader::read(const JsonValue& value, domain::Duration& out) {
  return read_text(*this, value, out, domain::duration_from_iso8601,
                   "an ISO 8601 duration such as PT10M");
}

bool JsonReader::read(const JsonValue& value, domain::Digest& out) {
  return read_text(*this, value, out, domain::digest_from_hex, "64 hexadecimal digits");
}

bool JsonReader::read(const JsonValue& value, domain::CommandId& out) {
  const auto from_hex = [](const std::string& text) -> std::optional<domain::CommandId> {
    if (text.size() != 32) return std::nullopt;
    const auto padded = domain::digest_from_hex(text + std::string(32, '0'));
    if (!padded) return std::nullopt;
    domain::CommandId id;
    std::copy_n(padded->bytes.begin(), id.bytes.size(), id.bytes.begin());
    return id;
  };
  return read_text(*this, value, out, from_hex, "32 hexadecimal digits");
}

bool JsonReader::read(const JsonValue& value, domain::RuleId& out) {
  if (!read(value, out.value)) return false;
  if (out.value >= 1'000'000 && out.value <= 9'999'999) return true;
  return refuse("json-range", "A rule's number has seven digits: 1000000 to 9999999.");
}

bool JsonReader::read(const JsonValue& value, domain::RuleUpdateId& out) {
  return read_text(*this, value, out, domain::rule_update_id_from,
                   "a rule update's name such as 25-031");
}

}  // namespace ledger::codec
