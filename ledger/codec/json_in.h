// The strict way back from JSON into a struct with fields(): everything that is wrong is told at
// once, each with its JSON pointer.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/codec/json_value.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"

namespace ledger::codec {

template <class T>
struct Parsed {
  T value{};
  std::vector<JsonError> errors;  // When there are any, `value` is of no use.
  bool ok() const { return errors.empty(); }
};

// Collects errors, at most limits::json_errors_max, and knows where the reader is.
class JsonReader {
 public:
  // Codes: json-type, json-unknown-field, json-missing, json-range, json-value.
  bool refuse(std::string code, std::string detail);
  bool refuse_type(const JsonValue& value, std::string_view wanted);
  void enter(std::string_view name);  // Appends to the pointer, escaped.
  void enter(std::size_t index);
  void leave();
  // Refuses each member of an object that is not in `names`.
  void check_names(const JsonObject& object, const std::string_view* names, std::size_t count);
  bool is_full() const;
  std::vector<JsonError> take_errors() { return std::move(errors_); }

  bool read(const JsonValue& value, bool& out);
  bool read(const JsonValue& value, std::int32_t& out);
  bool read(const JsonValue& value, std::uint32_t& out);
  bool read(const JsonValue& value, std::int64_t& out);
  bool read(const JsonValue& value, std::uint64_t& out);
  bool read(const JsonValue& value, std::string& out);
  bool read(const JsonValue& value, domain::Position& out);
  bool read(const JsonValue& value, domain::Time& out);
  bool read(const JsonValue& value, domain::Duration& out);
  bool read(const JsonValue& value, domain::Digest& out);
  bool read(const JsonValue& value, domain::CommandId& out);
  bool read(const JsonValue& value, domain::RuleId& out);
  bool read(const JsonValue& value, domain::RuleUpdateId& out);

  template <class Tag>
  bool read(const JsonValue& value, domain::Id<Tag>& out) {
    return read(value, out.value) && check_id(out.value);
  }

  template <domain::NamedEnum E>
  bool read(const JsonValue& value, E& out) {
    std::string name;
    if (!read(value, name)) return false;
    const auto found = domain::enum_from<E>(name);
    if (found) out = *found;
    if (found) return true;
    constexpr auto names = enum_names(E{});
    return refuse_name(name, names.data(), names.size());
  }

  template <class T>
  bool read(const JsonValue& value, std::optional<T>& out) {
    if (value.is_null()) {
      out.reset();
      return true;
    }
    return read(value, out.emplace());
  }

  template <class T>
  bool read(const JsonValue& value, std::vector<T>& out) {
    const auto* array = std::get_if<JsonArray>(&value.value);
    if (array == nullptr) return refuse_type(value, "an array");
    out.clear();
    bool good = true;
    for (std::size_t i = 0; i < array->size() && !is_full(); ++i) {
      enter(i);
      T each{};
      good = read((*array)[i], each) && good;
      out.push_back(std::move(each));
      leave();
    }
    return good;
  }

  // A field that may be missing (an optional, a vector, or any with `has_defaults`) keeps its
  // value.
  template <domain::HasFields T>
  bool read(const JsonValue& value, T& out, bool has_defaults = false) {
    const auto* object = std::get_if<JsonObject>(&value.value);
    if (object == nullptr) return refuse_type(value, "an object");
    constexpr auto names = T::fields()([](const auto&... each) {
      return std::array<std::string_view, sizeof...(each)>{each.name...};
    });
    check_names(*object, names.data(), names.size());
    bool good = true;
    domain::for_each_field(out, [&](std::string_view name, auto& member) {
      using Member = std::remove_cvref_t<decltype(member)>;
      constexpr bool optional =
          domain::IsOptional<Member>::value || domain::IsVector<Member>::value;
      const JsonValue* found = value.member(name);
      if (found == nullptr && (optional || has_defaults)) return;
      enter(name);
      good = (found == nullptr ? refuse("json-missing", "This field is required.")
                               : read(*found, member)) &&
             good;
      leave();
    });
    return good;
  }

 private:
  bool check_id(const std::string& id);
  bool refuse_name(std::string_view name, const std::string_view* names, std::size_t count);

  std::string pointer_;
  std::vector<std::size_t> lengths_;  // Of the pointer, before each enter().
  std::vector<JsonError> errors_;
};

namespace internal {

template <class T>
Parsed<T> parse_into(std::string_view text, T value, bool has_defaults) {
  JsonDocument document = parse_json_document(text);
  if (!document.errors.empty()) return {std::move(value), std::move(document.errors)};
  JsonReader reader;
  reader.read(document.root, value, has_defaults);
  return {std::move(value), reader.take_errors()};
}

}  // namespace internal

// Every field that is neither optional nor a vector is required.
template <domain::HasFields T>
Parsed<T> parse_json(std::string_view text) {
  return internal::parse_into(text, T{}, false);
}

// Fields of the outermost object that are missing keep the value they have in `defaults`.
template <domain::HasFields T>
Parsed<T> parse_json(std::string_view text, T defaults) {
  return internal::parse_into(text, std::move(defaults), true);
}

}  // namespace ledger::codec
