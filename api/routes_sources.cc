// Update sources: where content comes from, and checks of them.
#include "api/routes.h"
#include "ledger/domain/commands_sources.h"
#include "projections/sources.h"
#include "projections/tables.h"

namespace api {
namespace {

using domain::SourceId;
using projections::ListQuery;
using projections::SourceRow;
using projections::View;

Answered<std::optional<SourceRow>> row_of(const Reading& reading, const SourceId& source) {
  auto row = reading.snapshot->row<SourceRow>(View::sources, source.value);
  if (!row) return refused(row.error());
  return std::move(*row);
}

// A source that is there is changed only by who has seen it.
Answered<domain::CommandPayload> configure_source(Routes::Order& order) {
  const auto source = path_name<SourceId>(order.request, "source");
  if (!source) return refused(source.error());
  order.body.from_path("source", source->value);
  order.body.otherwise("alternative_url", json_text(""));
  order.body.otherwise("proxy", json_text(""));
  order.body.otherwise("enabled", json_flag(true));
  auto command = order.body.read<domain::ConfigureSource>();
  if (!command) return refused(command.error());
  if (!order.request.header("if-match")) {
    const auto reading = open_newest(order.request, order.services);
    if (!reading) return refused(reading.error());
    const auto row = row_of(*reading, *source);
    if (!row) return refused(row.error());
    if (*row) {
      return refused("if-match-missing",
                     "There is such a source; say by If-Match which version is to be changed.",
                     428);
    }
  }
  return domain::CommandPayload(std::move(*command));
}

template <domain::DownloadMode mode>
Answered<domain::CommandPayload> check(Routes::Order& order) {
  const auto source = path_name<SourceId>(order.request, "source");
  if (!source) return refused(source.error());
  if (const auto read = order.body.read_nothing(); !read) return refused(read.error());
  return domain::CommandPayload(domain::RequestSourceCheck{*source, mode});
}

}  // namespace

void add_source_routes(Routes& routes) {
  routes.list("/v1/sources", Permission::read, {"filter"},
              [](const Reading& reading, const ListQuery& query) {
                return answered_page(
                    projections::list_rows<SourceRow>(*reading.snapshot, View::sources, query));
              });
  routes.read("/v1/sources/{source}", Permission::read, {}, [](const Reading& reading) {
    return row_answer<SourceRow>(reading, View::sources, "source", "source");
  });
  routes.command({"PUT", "/v1/sources/{source}", Permission::configure, IfMatch::optional},
                 configure_source);
  routes.command({"DELETE", "/v1/sources/{source}", Permission::configure, IfMatch::required},
                 make_of<domain::RemoveSource>("source"));
  routes.command({"POST", "/v1/sources/{source}:check", Permission::operate},
                 check<domain::DownloadMode::check_only>);
  routes.command({"POST", "/v1/sources/{source}:recordBundle", Permission::export_},
                 make_of<domain::RecordBundleCreated>("source"));
  routes.command({"POST", "/v1/sources/{source}:download", Permission::operate},
                 check<domain::DownloadMode::check_and_download>);
}

}  // namespace api
