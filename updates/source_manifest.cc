#include "updates/source_manifest.h"

#include <algorithm>

#include "ledger/limits.h"

namespace ledger::updates {
namespace {

using codec::JsonArray;
using codec::JsonReader;
using codec::JsonValue;

constexpr std::string_view manifest_format = "update-ledger/rule-update-manifest/1";

// A name that cannot lead out of the source's folder.
bool is_file_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= 200 && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), allowed);
}

template <class T>
bool member(JsonReader& reader, const JsonValue& object, std::string_view name, T& out) {
  const JsonValue* found = object.member(name);
  reader.enter(name);
  const bool good = found == nullptr ? reader.refuse("json-missing", "This field is required.")
                                     : reader.read(*found, out);
  reader.leave();
  return good;
}

void refuse_at(JsonReader& reader, std::string_view name, std::string code, std::string detail) {
  reader.enter(name);
  reader.refuse(std::move(code), std::move(detail));
  reader.leave();
}

void read_listed(JsonReader& reader, const JsonValue& value, ListedUpdate& out) {
  member(reader, value, "id", out.update);
  if (member(reader, value, "file", out.file) && !is_file_name(out.file)) {
    refuse_at(reader, "file", "json-value", "Expected a file's name without a path.");
  }
  member(reader, value, "sha256", out.digest);
  if (member(reader, value, "bytes", out.bytes) && out.bytes > limits::http_import_bytes_max) {
    refuse_at(
        reader, "bytes", "json-range",
        "A rule update has at most " + std::to_string(limits::http_import_bytes_max) + " bytes.");
  }
}

void read_updates(JsonReader& reader, const JsonArray& listed, SourceManifest& out) {
  if (listed.size() > limits::manifest_updates_max) {
    reader.refuse(
        "json-range",
        "A source has at most " + std::to_string(limits::manifest_updates_max) + " rule updates.");
    return;
  }
  for (std::size_t i = 0; i < listed.size() && !reader.is_full(); ++i) {
    reader.enter(i);
    ListedUpdate update;
    read_listed(reader, listed[i], update);
    const bool known = std::any_of(out.updates.begin(), out.updates.end(),
                                   [&](const auto& each) { return each.update == update.update; });
    if (known) refuse_at(reader, "id", "json-value", "This update is listed before.");
    out.updates.push_back(std::move(update));
    reader.leave();
  }
  std::sort(out.updates.begin(), out.updates.end(),
            [](const auto& a, const auto& b) { return a.update < b.update; });
}

void read_manifest(JsonReader& reader, const JsonValue& root, SourceManifest& out) {
  std::string found_format;
  if (member(reader, root, "format", found_format) && found_format != manifest_format) {
    refuse_at(reader, "format", "format-unknown",
              "This ledger reads \"" + std::string(manifest_format) + "\" only.");
  }
  member(reader, root, "version", out.version);
  if (const JsonValue* expires = root.member("expires_at")) {
    reader.enter("expires_at");
    reader.read(*expires, out.expires_at);
    reader.leave();
  }
  const JsonValue* updates = root.member("updates");
  const auto* listed = updates == nullptr ? nullptr : std::get_if<JsonArray>(&updates->value);
  reader.enter("updates");
  if (listed == nullptr) {
    reader.refuse("json-type", "Expected the array of rule updates.");
  } else {
    read_updates(reader, *listed, out);
  }
  reader.leave();
}

}  // namespace

codec::Parsed<SourceManifest> read_source_manifest(std::string_view document) {
  codec::Parsed<SourceManifest> parsed;
  codec::JsonDocument json = codec::parse_json_document(document);
  parsed.errors = std::move(json.errors);
  if (!parsed.ok()) return parsed;
  JsonReader reader;
  if (std::holds_alternative<codec::JsonObject>(json.root.value)) {
    read_manifest(reader, json.root, parsed.value);
  } else {
    reader.refuse_type(json.root, "an object");
  }
  parsed.errors = reader.take_errors();
  return parsed;
}

}  // namespace ledger::updates
