#include "tools/ledgerctl/offline_history.h"

#include <filesystem>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

#include "ledger/clock.h"
#include "ledger/codec/json_out.h"
#include "ledger/store/data_directory.h"
#include "projections/as_of.h"
#include "projections/history.h"
#include "projections/view_store.h"
#include "replay/bisect.h"
#include "replay/diff.h"
#include "tools/ledgerctl/offline.h"

namespace ledgerctl {

using ledger::Result;
using ledger::domain::Position;
using nlohmann::json;
namespace fs = std::filesystem;

Result<OpenRange> open_range(const RangeAsked& asked) {
  OpenRange range;
  auto log = open_log(asked.directory);
  if (!log) return ledger::fail(log.error());
  range.log = *std::move(log);
  projections::ViewStore::Options options;
  options.directory = fs::path(asked.directory) / "views";
  std::error_code ignored;
  if (!fs::exists(options.directory, ignored)) {
    return ledger::fail(ledger::ErrorKind::not_found, "no-views-here",
                        "There are no views in " + asked.directory +
                            "; make them with ledgerctl views rebuild --data " + asked.directory +
                            ".");
  }
  auto views = projections::ViewStore::open(options);
  if (!views) return ledger::fail(views.error());
  range.views = *std::move(views);
  const auto size = range.views->size();
  if (size.value == 0) {
    return ledger::fail(ledger::ErrorKind::unavailable, "views-behind",
                        "The views are empty; make them with ledgerctl views rebuild --data " +
                            asked.directory + ".");
  }
  const ledger::SystemClock clock;
  for (const auto& [text, position] :
       {std::pair<const std::string&, Position&>{asked.from, range.from}, {asked.to, range.to}}) {
    const auto at = text.empty()
                        ? Result<Position>(Position{size.value - 1})
                        : projections::resolve_as_of(text, clock.now(), *range.log, *range.views);
    if (!at) return ledger::fail(at.error());
    position = *at;
  }
  return range;
}

namespace {

tl::unexpected<Failure> failed(const ledger::Error& error) {
  return tl::unexpected(failure_of(error));
}

}  // namespace

Result<void, Failure> diff_of_directory(const RangeAsked& asked,
                                        const std::vector<std::string>& views,
                                        const std::function<bool(const json& rows)>& take) {
  const auto range = open_range(asked);
  if (!range) return failed(range.error());
  replay::DiffQuery query{range->from, range->to, {}, "", 1000};
  for (const auto& name : views) {
    const auto view = projections::view_from(name);
    if (!view) {
      return tl::unexpected(Failure{Exit::not_found, "There is no view named " + name + ".", ""});
    }
    query.views.push_back(*view);
  }
  do {
    auto page = replay::diff(*range->views, *range->log, query);
    if (!page) return failed(page.error());
    json rows = json::array();
    for (const auto& row : page->items) rows.push_back(json::parse(ledger::codec::to_json(row)));
    if (!take(rows)) return {};
    query.after = std::move(page->next);
  } while (!query.after.empty());
  return {};
}

Result<json, Failure> bisect_of_directory(const Session& session, const RangeAsked& asked,
                                          const std::string& where, bool all) {
  const auto range = open_range(asked);
  if (!range) return failed(range.error());
  replay::BisectQuery query{where, range->from, range->to, all};
  // It costs nobody else, and control-C ends it.
  query.rows_passed_max = std::numeric_limits<std::uint64_t>::max();
  query.go_on = [tell = progress_of(session)](const replay::Progress& progress) mutable {
    if (tell) tell(progress);
    return true;
  };
  const auto told = replay::bisect(*range->views, *range->log, query);
  if (!told) return failed(told.error());
  return json::parse(ledger::codec::to_json(*told));
}

}  // namespace ledgerctl
