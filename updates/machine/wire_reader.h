// The way back from JSON of the manager, which may know more than we do.
#pragma once

#include <string>
#include <type_traits>

#include "ledger/codec/json_in.h"
#include "ledger/result.h"

namespace ledger::updates::machine {

namespace internal {

// Leaves only what T knows.
template <class T>
void keep_known(codec::JsonValue& value) {
  if constexpr (domain::IsOptional<T>::value) {
    keep_known<typename T::value_type>(value);
  } else if constexpr (domain::IsVector<T>::value) {
    auto* array = std::get_if<codec::JsonArray>(&value.value);
    if (array == nullptr) return;
    for (auto& each : *array) keep_known<typename T::value_type>(each);
  } else if constexpr (domain::HasFields<T>) {
    auto* object = std::get_if<codec::JsonObject>(&value.value);
    if (object == nullptr) return;
    codec::JsonObject known;
    T shape{};
    for (auto& member : *object) {
      domain::for_each_field(shape, [&](std::string_view name, auto& field) {
        if (name != member.name) return;
        keep_known<std::remove_cvref_t<decltype(field)>>(member.value);
        known.push_back(std::move(member));
      });
    }
    *object = std::move(known);
  }
}

}  // namespace internal

// Errors: unavailable ("manager-not-understood").
template <domain::HasFields T>
Result<T> read_answer(const std::string& text) {
  auto document = codec::parse_json_document(text);
  auto errors = std::move(document.errors);
  T value{};
  if (errors.empty()) {
    internal::keep_known<T>(document.root);
    codec::JsonReader reader;
    reader.read(document.root, value);
    errors = reader.take_errors();
  }
  if (errors.empty()) return value;
  return fail(ErrorKind::unavailable, "manager-not-understood",
              "The manager's answer is not what was expected: " + errors.front().pointer + " " +
                  errors.front().detail);
}

}  // namespace ledger::updates::machine
