// A JSON document as values, for readers that say at which pointer something is wrong.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace ledger::codec {

struct JsonError {
  std::string pointer;  // RFC 6901: "/recurrence/hour"; empty: the whole document.
  std::string code;     // Stable slug: "json-type".
  std::string detail;   // One sentence for people.

  bool operator==(const JsonError&) const = default;
};

struct JsonValue;
struct JsonMember;  // No std::pair: clang 14 asks too early whether its values can be made.
struct JsonNumber {
  std::string_view text;  // As written, in the text that was parsed.
};
using JsonArray = std::vector<JsonValue>;
using JsonObject = std::vector<JsonMember>;  // In the order written.

struct JsonValue {
  std::variant<std::nullptr_t, bool, JsonNumber, std::string, JsonArray, JsonObject> value;

  bool is_null() const { return std::holds_alternative<std::nullptr_t>(value); }
  std::string_view type_name() const;                    // "null", "a number", ...
  const JsonValue* member(std::string_view name) const;  // Null when there is none.
};

struct JsonMember {
  std::string name;
  JsonValue value;
};

struct JsonDocument {
  JsonValue root;
  std::vector<JsonError> errors;  // Empty, or why `root` is null.
};

// Strict RFC 8259; `text` outlives the document. Error codes: json-syntax, json-duplicate-key (with
// the member's pointer), json-too-deep, json-too-large (limits::json_depth_max, json_values_max).
JsonDocument parse_json_document(std::string_view text);

}  // namespace ledger::codec
