// Members of metadata, read one after the other: the first that is not what it should be is told.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ledger/codec/json_value.h"
#include "ledger/result.h"

namespace ledger::updates::tuf {

using codec::JsonValue;

class Fields {
 public:
  explicit Fields(std::string role) : role_(std::move(role)) {}

  bool ok() const { return error_.reason.empty(); }
  const Error& error() const { return error_; }
  void refuse(std::string reason, const std::string& why);
  void refuse(const std::string& why) { refuse("tuf-malformed", why); }

  // Null, and refused, when there is none.
  const JsonValue* member(const JsonValue& from, std::string_view name);
  // Of each: something empty, and refused, when there is none or it has another type.
  std::string string(const JsonValue& from, std::string_view name);
  bool boolean(const JsonValue& from, std::string_view name);
  std::uint64_t integer(const JsonValue& from, std::string_view name, std::uint64_t least);
  std::vector<std::string> strings(const JsonValue& from, std::string_view name);
  const codec::JsonArray& array(const JsonValue& from, std::string_view name);
  const codec::JsonObject& object(const JsonValue& from, std::string_view name);

 private:
  template <class T>
  const T* get(const JsonValue& from, std::string_view name, const char* type);

  std::string role_;
  Error error_{};
};

}  // namespace ledger::updates::tuf
