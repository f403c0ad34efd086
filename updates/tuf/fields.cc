#include "updates/tuf/fields.h"

#include <charconv>

namespace ledger::updates::tuf {

void Fields::refuse(std::string reason, const std::string& why) {
  if (!ok()) return;
  error_ = {ErrorKind::invalid, std::move(reason),
            "The " + role_ + " metadata is not as the specification has it: " + why + "."};
}

const JsonValue* Fields::member(const JsonValue& from, std::string_view name) {
  const JsonValue* found =
      std::holds_alternative<codec::JsonObject>(from.value) ? from.member(name) : nullptr;
  if (found == nullptr) refuse(std::string(name) + " is missing");
  return found;
}

template <class T>
const T* Fields::get(const JsonValue& from, std::string_view name, const char* type) {
  const JsonValue* found = member(from, name);
  if (found == nullptr) return nullptr;
  const T* value = std::get_if<T>(&found->value);
  if (value == nullptr) refuse(std::string(name) + " is not " + type);
  return value;
}

std::string Fields::string(const JsonValue& from, std::string_view name) {
  const auto* value = get<std::string>(from, name, "a string");
  return value == nullptr ? std::string() : *value;
}

bool Fields::boolean(const JsonValue& from, std::string_view name) {
  const bool* value = get<bool>(from, name, "true or false");
  return value != nullptr && *value;
}

std::uint64_t Fields::integer(const JsonValue& from, std::string_view name, std::uint64_t least) {
  const auto* value = get<codec::JsonNumber>(from, name, "a number");
  if (value == nullptr) return least;
  std::uint64_t number = 0;
  const char* const end = value->text.data() + value->text.size();
  const auto [stopped, problem] = std::from_chars(value->text.data(), end, number);
  // The largest is kept out, so that one more is still a number.
  if (problem != std::errc() || stopped != end || number < least || number == UINT64_MAX) {
    refuse(std::string(name) + " is no number from " + std::to_string(least));
    return least;
  }
  return number;
}

std::vector<std::string> Fields::strings(const JsonValue& from, std::string_view name) {
  std::vector<std::string> out;
  for (const auto& each : array(from, name)) {
    const auto* text = std::get_if<std::string>(&each.value);
    if (text == nullptr) {
      refuse(std::string(name) + " has something else than strings");
      continue;
    }
    out.push_back(*text);
  }
  return out;
}

const codec::JsonArray& Fields::array(const JsonValue& from, std::string_view name) {
  static const codec::JsonArray none;
  const auto* value = get<codec::JsonArray>(from, name, "an array");
  return value == nullptr ? none : *value;
}

const codec::JsonObject& Fields::object(const JsonValue& from, std::string_view name) {
  static const codec::JsonObject none;
  const auto* value = get<codec::JsonObject>(from, name, "an object");
  return value == nullptr ? none : *value;
}

}  // namespace ledger::updates::tuf
