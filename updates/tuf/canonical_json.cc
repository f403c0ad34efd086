#include "updates/tuf/canonical_json.h"

#include <algorithm>
#include <variant>
#include <vector>

namespace ledger::updates::tuf {
namespace {

class Canonical {
 public:
  bool add(const codec::JsonValue& value) {
    if (value.is_null()) return text("null");
    if (const auto* truth = std::get_if<bool>(&value.value)) return text(*truth ? "true" : "false");
    if (const auto* number = std::get_if<codec::JsonNumber>(&value.value)) return integer(*number);
    if (const auto* string = std::get_if<std::string>(&value.value)) return quoted(*string);
    if (const auto* array = std::get_if<codec::JsonArray>(&value.value)) return list(*array);
    return object(std::get<codec::JsonObject>(value.value));
  }

  std::string take() { return std::move(out_); }

 private:
  bool text(std::string_view word) {
    out_ += word;
    return true;
  }

  // JSON has no leading zeros, so an integer is written in one way, but for a negative zero.
  bool integer(const codec::JsonNumber& number) {
    if (number.text.find_first_of(".eE") != std::string_view::npos) return false;
    return text(number.text == "-0" ? "0" : number.text);
  }

  bool quoted(std::string_view string) {
    out_ += '"';
    for (const char c : string) {
      if (c == '"' || c == '\\') out_ += '\\';
      out_ += c;
    }
    return text("\"");
  }

  bool list(const codec::JsonArray& array) {
    out_ += '[';
    for (std::size_t i = 0; i < array.size(); ++i) {
      if (i > 0) out_ += ',';
      if (!add(array[i])) return false;
    }
    return text("]");
  }

  bool object(const codec::JsonObject& members) {
    std::vector<const codec::JsonMember*> sorted;
    sorted.reserve(members.size());
    for (const auto& member : members) sorted.push_back(&member);
    std::sort(sorted.begin(), sorted.end(),
              [](const auto* a, const auto* b) { return a->name < b->name; });
    out_ += '{';
    for (const auto* member : sorted) {
      if (member != sorted.front()) out_ += ',';
      quoted(member->name);
      out_ += ':';
      if (!add(member->value)) return false;
    }
    return text("}");
  }

  std::string out_;
};

}  // namespace

Result<std::string> canonical_json(const codec::JsonValue& value) {
  Canonical canonical;
  if (!canonical.add(value)) {
    return fail(ErrorKind::invalid, "tuf-not-canonical",
                "Metadata has a number that is no integer; only integers can be signed.");
  }
  return canonical.take();
}

Result<std::string> canonical_json(std::string_view text) {
  const auto document = codec::parse_json_document(text);
  if (!document.errors.empty()) {
    return fail(ErrorKind::invalid, "tuf-not-json", document.errors.front().detail);
  }
  return canonical_json(document.root);
}

}  // namespace ledger::updates::tuf
