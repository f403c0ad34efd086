#include "replay/edits_json.h"

#include <algorithm>
#include <array>
#include <utility>

#include "ledger/codec/json_in.h"

namespace replay {

using namespace ledger::domain;
using ledger::codec::JsonArray;
using ledger::codec::JsonObject;
using ledger::codec::JsonValue;

namespace {

template <class T>
ledger::Result<CommandPayload> read_command(const ledger::codec::JsonValue& json) {
  ledger::codec::JsonReader reader;
  T command{};
  reader.read(json, command);
  const auto errors = reader.take_errors();
  if (errors.empty()) return CommandPayload(std::move(command));
  return ledger::fail(ledger::ErrorKind::invalid, "what-if-edit-invalid",
                      "The command's " + errors.front().pointer + ": " + errors.front().detail);
}

// As the API has it: a scope says only what its kind needs.
ledger::Result<CommandPayload> read_instruct(const ledger::codec::JsonValue& json) {
  JsonValue whole = json;
  for (auto& member : std::get<JsonObject>(whole.value)) {
    auto* scope = std::get_if<JsonObject>(&member.value.value);
    if (member.name != "scope" || scope == nullptr) continue;
    if (member.value.member("name") == nullptr) scope->push_back({"name", {std::string()}});
    if (member.value.member("computers") == nullptr) {
      scope->push_back({"computers", {JsonArray()}});
    }
  }
  return read_command<Instruct>(whole);
}

// From a JSON object.
using ReadCommand = ledger::Result<CommandPayload> (*)(const ledger::codec::JsonValue&);

struct Written {
  std::string_view name;
  ReadCommand read;
};

template <class T>
constexpr Written written(ReadCommand read = &read_command<T>) {
  return {command_names[index_of<T, CommandPayloadTypes>], read};
}

constexpr auto all_written = std::to_array<Written>({
    written<ChangeSetting>(),      written<ChangePolicySetting>(),
    written<ReleasePattern>(),     written<RetirePattern>(),
    written<ApplyRuleUpdate>(),    written<ReapplyRuleUpdate>(),
    written<RollBackRuleUpdate>(), written<DeleteRuleUpdate>(),
    written<PlaceHold>(),          written<ReleaseHold>(),
    written<CreatePolicy>(),       written<ChangePolicy>(),
    written<DeletePolicy>(),       written<AssignRules>(),
    written<UnassignRules>(),      written<RemoveComputer>(),
    written<AssignPolicy>(),       written<MoveComputer>(),
    written<AssignRelayGroup>(),   written<CreateGroup>(),
    written<DeleteGroup>(),        written<RemoveRelay>(),
    written<ConfigureAlertType>(), written<Instruct>(&read_instruct),
});

tl::unexpected<ledger::Error> bad_edit(std::string detail) {
  return ledger::fail(ledger::ErrorKind::invalid, "what-if-edit-invalid", std::move(detail));
}

// Takes a member out; null if there is none.
JsonValue take(JsonObject& object, std::string_view name) {
  const auto found = std::find_if(object.begin(), object.end(),
                                  [&](const auto& each) { return each.name == name; });
  if (found == object.end()) return JsonValue{nullptr};
  JsonValue value = std::move(found->value);
  object.erase(found);
  return value;
}

ledger::Result<CommandPayload> command_from(JsonValue json) {
  auto* object = std::get_if<JsonObject>(&json.value);
  if (object == nullptr) return bad_edit("A command is an object.");
  const JsonValue name = take(*object, "command");
  const auto* text = std::get_if<std::string>(&name.value);
  for (const auto& each : all_written) {
    if (text != nullptr && each.name == *text) return each.read(json);
  }
  return bad_edit("\"command\" of a command is one of " + what_if_commands() + ".");
}

struct EditJson {
  std::optional<Position> drop_event;
  std::optional<Position> drop_command;
  std::optional<Position> before;
  std::optional<Position> from;
  std::optional<SettingName> setting;
  std::optional<std::string> value;
  std::optional<PolicyId> policy;

  template <class = void>
  static constexpr auto fields() {
    return field_list(field("drop_event", &EditJson::drop_event),
                      field("drop_command", &EditJson::drop_command),
                      field("before", &EditJson::before), field("from", &EditJson::from),
                      field("setting", &EditJson::setting), field("value", &EditJson::value),
                      field("policy", &EditJson::policy));
  }
};

ledger::Result<Edit> setting_from(const EditJson& json) {
  if (!json.setting || (!json.value && !json.policy)) {
    return bad_edit("An edit with \"from\" has a \"setting\" and its \"value\".");
  }
  if (json.policy) {
    return Edit{EditKind::setting, *json.from,
                ChangePolicySetting{*json.policy, *json.setting, json.value}};
  }
  return Edit{EditKind::setting, *json.from, ChangeSetting{*json.setting, *json.value}};
}

ledger::Result<Edit> edit_from(JsonValue json) {
  auto* object = std::get_if<JsonObject>(&json.value);
  if (object == nullptr) return bad_edit("An edit is an object.");
  JsonValue command = take(*object, "command");
  ledger::codec::JsonReader reader;
  EditJson read;
  reader.read(json, read);
  const auto errors = reader.take_errors();
  if (!errors.empty()) return bad_edit(errors.front().pointer + ": " + errors.front().detail);
  const int kinds = (read.drop_event ? 1 : 0) + (read.drop_command ? 1 : 0) +
                    (read.before ? 1 : 0) + (read.from ? 1 : 0);
  if (kinds != 1 || (!read.from && (read.setting || read.value || read.policy)) ||
      (!read.before && !command.is_null())) {
    return bad_edit(
        "An edit has one of \"drop_event\", \"drop_command\", \"before\" (with "
        "\"command\") and \"from\" (with \"setting\").");
  }
  if (read.drop_event) return Edit{EditKind::drop_event, *read.drop_event, {}};
  if (read.drop_command) return Edit{EditKind::drop_command, *read.drop_command, {}};
  if (read.from) return setting_from(read);
  auto given = command_from(std::move(command));
  if (!given) return ledger::fail(given.error());
  return Edit{EditKind::command, *read.before, *std::move(given)};
}

}  // namespace

std::string what_if_commands() {
  std::string names;
  for (const auto& each : all_written) {
    names += names.empty() ? "" : ", ";
    names += each.name;
  }
  return names;
}

ledger::Result<std::vector<Edit>> edits_from(const JsonValue& edits) {
  const auto* array = std::get_if<JsonArray>(&edits.value);
  if (array == nullptr) return bad_edit("\"edits\" is an array.");
  std::vector<Edit> read;
  for (const auto& each : *array) {
    auto edit = edit_from(each);
    if (!edit) {
      return bad_edit("Edit " + std::to_string(read.size() + 1) + ": " + edit.error().detail);
    }
    read.push_back(*std::move(edit));
  }
  return read;
}

ledger::Result<std::vector<Edit>> edits_from_text(std::string_view json) {
  const auto document = ledger::codec::parse_json_document(json);
  if (!document.errors.empty()) return bad_edit("No JSON: " + document.errors.front().detail);
  return edits_from(document.root);
}

}  // namespace replay
