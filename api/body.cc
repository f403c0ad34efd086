#include <algorithm>

#include "api/writes.h"

namespace api {

using ledger::codec::JsonMember;
using ledger::codec::JsonObject;
using ledger::codec::JsonValue;

namespace {

bool is_json(std::string_view content_type) {
  const auto media = content_type.substr(0, content_type.find(';'));
  return media == "application/json" || media == "application/json ";
}

}  // namespace

JsonValue json_text(std::string_view text) { return JsonValue{std::string(text)}; }
JsonValue json_flag(bool flag) { return JsonValue{flag}; }

Answered<Body> Body::parse(const Request& request) {
  Body body;
  body.root_.value = JsonObject{};
  if (request.body.empty()) return body;
  const auto type = request.header("content-type");
  if (type && !is_json(*type)) {
    return refused("content-type-unknown", "The body of this route is application/json.", 415);
  }
  auto document = ledger::codec::parse_json_document(request.body);
  if (!document.errors.empty()) return refused(std::move(document.errors));
  body.root_ = std::move(document.root);
  if (!std::holds_alternative<JsonObject>(body.root_.value)) {
    ledger::codec::JsonReader reader;
    reader.refuse_type(body.root_, "an object");
    return refused(reader.take_errors());
  }
  ledger::codec::JsonReader reader;
  const auto read_text = [&](std::string_view name, std::string& out) {
    const JsonValue value = body.take(name);
    if (value.is_null()) return;
    reader.enter(name);
    reader.read(value, out);
    reader.leave();
  };
  read_text("reason", body.reason_);
  read_text("ticket", body.ticket_);
  body.errors_ = reader.take_errors();
  return body;
}

JsonValue Body::take(std::string_view name) {
  auto& members = std::get<JsonObject>(root_.value);
  const auto found = std::find_if(members.begin(), members.end(),
                                  [&](const JsonMember& each) { return each.name == name; });
  if (found == members.end()) return JsonValue{nullptr};
  JsonValue value = std::move(found->value);
  members.erase(found);
  return value;
}

void Body::from_path(std::string_view name, std::string_view value) {
  if (has(name)) {
    const JsonValue said = take(name);
    const auto* text = std::get_if<std::string>(&said.value);
    if (text == nullptr || *text != value) {
      errors_.push_back(
          {"/" + std::string(name), "json-value", "The path says \"" + std::string(value) + "\"."});
    }
  }
  std::get<JsonObject>(root_.value).push_back({std::string(name), json_text(value)});
}

void Body::otherwise(std::string_view name, JsonValue value) {
  if (has(name)) return;
  std::get<JsonObject>(root_.value).push_back({std::string(name), std::move(value)});
}

void Body::otherwise_in(const QueryNames& path, std::string_view name, JsonValue value) {
  JsonValue* at = &root_;
  for (const auto step : path) {
    auto* object = std::get_if<JsonObject>(&at->value);
    if (object == nullptr) return;
    const auto found = std::find_if(object->begin(), object->end(),
                                    [&](const JsonMember& each) { return each.name == step; });
    if (found == object->end()) return;
    at = &found->value;
  }
  auto* object = std::get_if<JsonObject>(&at->value);
  if (object == nullptr || at->member(name) != nullptr) return;
  object->push_back({std::string(name), std::move(value)});
}

Answered<void> Body::read_nothing() const {
  if (!errors_.empty()) return refused(errors_);
  ledger::codec::JsonReader reader;
  reader.check_names(std::get<JsonObject>(root_.value), nullptr, 0);
  auto errors = reader.take_errors();
  if (!errors.empty()) return refused(std::move(errors));
  return {};
}

}  // namespace api
