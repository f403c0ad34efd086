// Documents of rule updates: in, out, and the bodies of single rules.
#include "api/routes.h"
#include "ledger/domain/commands_rule_updates.h"
#include "ledger/limits.h"
#include "projections/rule_update_query.h"
#include "updates/rule_update_reader.h"

namespace api {
namespace {

Answered<void> check_document_type(const Request& request) {
  const auto type = request.header("content-type").value_or("application/octet-stream");
  const auto media = type.substr(0, type.find(';'));
  if (media == "application/octet-stream" || media == "application/json") return {};
  return refused("content-type-unknown",
                 "A rule update is sent as application/json or application/octet-stream.", 415);
}

// A few words on what was read, before what came of it.
std::string with_update(const domain::ImportRuleUpdate& import, const std::string& answer) {
  return "{\"update\":\"" + text(import.update) +
         "\",\"rules\":" + std::to_string(import.rules.size()) + ",\"digest\":\"" +
         hex(import.digest) + "\"," + answer.substr(1);
}

Answered<domain::Command> import_command(const Request& request, const Services& services) {
  auto command = document_command(request, services);
  if (!command) return refused(command.error());
  const auto checked = check_query(request, {"validate_only", "reason", "ticket"});
  if (!checked) return refused(checked.error());
  if (const auto type = check_document_type(request); !type) return refused(type.error());
  return command;
}

// Whether the bytes are to be kept: not of what is refused, nor of what was answered before.
Answered<bool> is_to_be_kept(const Request& request, const Services& services,
                             const domain::Command& command) {
  const auto before = services.log.receipt(command.id);
  if (!before) return refused(before.error());
  return !*before && validated(request, services, command).status == 200;
}

Answered<ledger::Committed> import_committed(const Request& request, const Services& services,
                                             domain::Command command) {
  const auto keep = is_to_be_kept(request, services, command);
  if (!keep) return refused(keep.error());
  // The bytes are in the content store before the event says that they are.
  if (*keep) {
    if (const auto stored = services.content.put(request.body); !stored) {
      return refused(stored.error());
    }
  }
  auto committed = call(services, std::move(command));
  // Let in after all, because what stood against it has ended in this moment.
  if (committed && !*keep && !committed->replayed && !committed->events.empty()) {
    if (const auto stored = services.content.put(request.body); !stored) {
      return refused(stored.error());
    }
  }
  return committed;
}

Answered<Response> import(const Request& request, const Services& services) {
  auto command = import_command(request, services);
  if (!command) return refused(command.error());
  auto parsed = ledger::updates::read_rule_update(request.body, domain::ImportOrigin::file);
  if (!parsed.ok()) return refused(std::move(parsed.errors));
  domain::ImportRuleUpdate shown = parsed.value;
  command->payload = std::move(parsed.value);
  const auto only = flag_parameter(request, "validate_only");
  if (!only) return refused(only.error());
  if (*only) {
    Response response = validated(request, services, *command);
    if (response.status == 200) response.body = with_update(shown, response.body);
    return response;
  }
  const auto committed = import_committed(request, services, std::move(*command));
  if (!committed) return refused(committed.error());
  Response response = committed_response(*committed, committed->events.empty() ? 200 : 201);
  response.body = with_update(shown, response.body);
  response.headers.emplace_back("Location", "/v1/rule-updates/" + text(shown.update));
  return response;
}

Answered<std::string> document_of(const Services& services, const projections::RuleUpdateRow& row) {
  if (row.status == domain::RuleUpdateStatus::deleted) {
    return refused("rule-update-deleted",
                   "The content of rule update " + text(row.update) +
                       " was given up; its digest and its rules are still in the ledger.",
                   410);
  }
  auto document = services.content.get(row.digest);
  if (!document) return refused(document.error());
  return std::move(*document);
}

// Whoever takes a document away is remembered.
Answered<Response> export_document(const Request& request, const Services& services) {
  if (const auto checked = check_query(request, {}); !checked) return refused(checked.error());
  const auto update = path_update(request);
  if (!update) return refused(update.error());
  const auto reading = open_newest(request, services);
  if (!reading) return refused(reading.error());
  const auto row = projections::find_rule_update(*reading->snapshot, *update);
  if (!row) return refused(row.error());
  auto document = document_of(services, *row);
  if (!document) return refused(document.error());
  domain::Command command;
  if (request.caller) command.actor = request.caller->actor;
  command.payload = domain::RecordRuleUpdateExport{*update};
  const auto recorded = call(services, std::move(command));
  if (!recorded) return refused(recorded.error());
  Response response;
  response.body = std::move(*document);
  response.headers.emplace_back("Content-Disposition",
                                "attachment; filename=\"" + text(*update) + ".json\"");
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

// What computers and relays install and distribute, by its digest.
Answered<Response> content(const Request& request, const Services& services) {
  if (const auto checked = check_query(request, {}); !checked) return refused(checked.error());
  const auto digest = domain::digest_from_hex(request.parameters.at("digest"));
  if (!digest) return refused("content-unknown", "Content is named by its SHA-256.", 404);
  auto bytes = services.content.get(*digest);
  if (!bytes) return refused(bytes.error());
  Response response;
  response.content_type = "application/octet-stream";
  response.body = std::move(*bytes);
  response.headers.emplace_back("ETag", "\"" + hex(*digest) + "\"");
  response.headers.emplace_back("Cache-Control", "private, max-age=31536000, immutable");
  return response;
}

}  // namespace

void add_rule_update_import_routes(Routes& routes) {
  RouteOptions large;
  large.body_bytes_max = ledger::limits::http_import_bytes_max;
  routes.other("POST", "/v1/rule-updates:import", Permission::apply, import, large);
  routes.other("GET", "/v1/rule-updates/{update}:export", Permission::export_, export_document);
  routes.other("GET", "/v1/content/{digest}", Permission::content, content);
}

}  // namespace api
