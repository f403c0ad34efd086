// Bundles of updates, carried here over an air gap.
#include "api/operations.h"
#include "api/routes.h"
#include "api/uploads.h"
#include "ledger/domain/commands_sources.h"
#include "ledger/limits.h"
#include "projections/mark.h"

namespace api {
namespace {

Answered<void> check_bundle_type(const Request& request) {
  const auto type = request.header("content-type").value_or("application/octet-stream");
  const auto media = type.substr(0, type.find(';'));
  if (media == "application/octet-stream" || media == "application/x-tar") return {};
  return refused("content-type-unknown",
                 "A bundle is sent as application/x-tar or application/octet-stream.", 415);
}

// Who brings it and why; what it is to be recorded as is known once it was read.
Answered<domain::Command> brought_by(const Request& request, const Services& services,
                                     const domain::SourceId& source) {
  auto asked = document_command(request, services);
  if (!asked) return refused(asked.error());
  const auto checked = check_query(request, {"reason", "ticket"});
  if (!checked) return refused(checked.error());
  if (const auto type = check_bundle_type(request); !type) return refused(type.error());
  asked->payload = domain::RecordBundleImported{source, {}, 0, 0, false};
  return asked;
}

Answered<Response> import_bundle(const Request& request, const Services& services) {
  const auto source = path_name<domain::SourceId>(request, "source");
  if (!source) return refused(source.error());
  if (!services.import_bundle) return refused("source-unknown", "No repository is here.", 404);
  CHECK(request.upload != nullptr, "this route takes a file");
  auto asked = brought_by(request, services, *source);
  if (!asked) return refused(asked.error());
  // What would not be recorded is not begun.
  auto checked = validated(request, services, *asked);
  if (checked.status != 200) return checked;
  const Operations::Asked operation{"import_bundle", projections::text_of(asked->actor),
                                    source->value, asked->id};
  asked->id = {};  // The key is the operation's.
  return accepted(services.operations.start(
      operation, [&services, source = *source, asked = *asked,
                  upload = request.upload](const Operations::GoOn& go_on) {
        return services.import_bundle(source, upload->file().string(), asked,
                                      [&] { return go_on({}); });
      }));
}

}  // namespace

void add_bundle_routes(Routes& routes) {
  RouteOptions large;
  large.body_bytes_max = ledger::limits::http_bundle_bytes_max;
  large.body = RouteOptions::Body::in_file;
  routes.other("POST", "/v1/sources/{source}:importBundle", Permission::operate, import_bundle,
               large);
}

}  // namespace api
