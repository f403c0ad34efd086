// Any struct with fields() as JSON text: snake_case names, times RFC 3339 with milliseconds,
// durations ISO 8601, digests hex, enums by name, an absent optional as null.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace ledger::codec {

// Each appends one JSON value to `out`. Bytes that are not UTF-8 are shown as U+FFFD.
void write_json(std::string& out, std::string_view text);
void write_json(std::string& out, bool value);
void write_json(std::string& out, std::int64_t value);
void write_json(std::string& out, std::uint64_t value);
void write_json(std::string& out, domain::Position position);
void write_json(std::string& out, domain::Time time);
void write_json(std::string& out, domain::Duration duration);
void write_json(std::string& out, const domain::Digest& digest);
void write_json(std::string& out, const domain::CommandId& id);
void write_json(std::string& out, domain::RuleId id);
void write_json(std::string& out, domain::RuleUpdateId id);
inline void write_json(std::string& out, const std::string& text) {
  write_json(out, std::string_view(text));
}
inline void write_json(std::string& out, const char* text) {
  write_json(out, std::string_view(text));
}
inline void write_json(std::string& out, std::int32_t value) {
  write_json(out, std::int64_t{value});
}
inline void write_json(std::string& out, std::uint32_t value) {
  write_json(out, std::uint64_t{value});
}

template <class Tag>
void write_json(std::string& out, const domain::Id<Tag>& id) {
  write_json(out, std::string_view(id.value));
}

template <domain::NamedEnum E>
void write_json(std::string& out, E value) {
  write_json(out, domain::name_of(value));
}

// Declared first, so that vectors of optionals of structs find each other.
template <class T>
void write_json(std::string& out, const std::optional<T>& value);
template <class T>
void write_json(std::string& out, const std::vector<T>& values);
template <domain::HasFields T>
void write_json(std::string& out, const T& object);

// Appends "name":value,"name":value without the braces, for callers that add members of their own.
template <domain::HasFields T>
void write_json_members(std::string& out, const T& object) {
  bool first = true;
  domain::for_each_field(object, [&](std::string_view name, const auto& member) {
    if (!first) out += ',';
    first = false;
    write_json(out, name);
    out += ':';
    write_json(out, member);
  });
}

template <class T>
void write_json(std::string& out, const std::optional<T>& value) {
  if (value) {
    write_json(out, *value);
  } else {
    out += "null";
  }
}

template <class T>
void write_json(std::string& out, const std::vector<T>& values) {
  out += '[';
  bool first = true;
  for (const T& value : values) {
    if (!first) out += ',';
    first = false;
    write_json(out, value);
  }
  out += ']';
}

template <domain::HasFields T>
void write_json(std::string& out, const T& object) {
  out += '{';
  write_json_members(out, object);
  out += '}';
}

template <class T>
std::string to_json(const T& value) {
  std::string out;
  write_json(out, value);
  return out;
}

}  // namespace ledger::codec
