#include "tools/ledgerctl/what_if.h"

#include <charconv>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "ledger/codec/json_out.h"
#include "ledger/limits.h"
#include "ledger/store/durable_file.h"
#include "ledger/time_zones_tzdb.h"
#include "ledger/world_snapshots.h"
#include "projections/view_store.h"
#include "replay/edits_json.h"
#include "replay/supposed_log.h"
#include "replay/what_if.h"
#include "tools/ledgerctl/offline.h"
#include "tools/ledgerctl/replay_compare.h"
#include "updates/local_file.h"

namespace ledgerctl {

using ledger::Result;
using nlohmann::json;

namespace {

tl::unexpected<Failure> misused(std::string message) {
  return tl::unexpected(Failure{Exit::usage, std::move(message), ""});
}

std::optional<std::uint64_t> position_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  return whole ? std::optional(number) : std::nullopt;
}

Result<json, Failure> setting_edit(const std::string& text) {
  const auto equals = text.find('=');
  const auto at = text.rfind('@');
  const auto from = at == std::string::npos ? std::nullopt : position_in(text.substr(at + 1));
  if (equals == std::string::npos || !from || at < equals) {
    return misused("--set is NAME=VALUE@POSITION or POLICY/NAME=VALUE@POSITION, not " + text);
  }
  const std::string name = text.substr(0, equals);
  const auto slash = name.find('/');
  json edit = {{"from", *from}, {"value", text.substr(equals + 1, at - equals - 1)}};
  edit["setting"] = slash == std::string::npos ? name : name.substr(slash + 1);
  if (slash != std::string::npos) edit["policy"] = name.substr(0, slash);
  return edit;
}

Result<json, Failure> command_edit(const std::string& text) {
  const auto colon = text.find(':');
  const auto before = position_in(text.substr(0, std::min(colon, text.size())));
  auto command =
      colon == std::string::npos ? json() : json::parse(text.substr(colon + 1), nullptr, false);
  if (!before || !command.is_object()) {
    return misused("--do is POSITION:{\"command\": ...}; commands are " +
                   replay::what_if_commands() + ".");
  }
  return json{{"before", *before}, {"command", std::move(command)}};
}

Result<json, Failure> edits_of(const WhatIfAsked& asked) {
  json edits = json::array();
  if (!asked.file.empty()) {
    const auto text =
        ledger::updates::read_local_file(asked.file, ledger::limits::http_body_bytes_max);
    if (!text) return tl::unexpected(failure_of(text.error()));
    edits = json::parse(*text, nullptr, false);
    if (!edits.is_array()) return misused(asked.file + " is no JSON array of edits.");
  }
  for (const auto each : asked.drop) edits.push_back({{"drop_event", each}});
  for (const auto each : asked.drop_command) edits.push_back({{"drop_command", each}});
  for (const auto& text : asked.set) {
    auto edit = setting_edit(text);
    if (!edit) return edit;
    edits.push_back(*std::move(edit));
  }
  for (const auto& text : asked.commands) {
    auto edit = command_edit(text);
    if (!edit) return edit;
    edits.push_back(*std::move(edit));
  }
  if (edits.empty()) {
    return misused(
        "Say what should have been otherwise, by one or more of --drop, --drop-command, "
        "--set, --do and --edits.");
  }
  return edits;
}

// What would have become of a data directory, and the history that it would be.
struct SupposedThere {
  replay::WhatIf told;
  std::string records;  // Only if they were wanted.
};

Result<SupposedThere> of_directory(const std::string& edits, std::optional<std::uint64_t> to,
                                   const std::filesystem::path& directory, bool with_records) {
  auto read = replay::edits_from_text(edits);
  if (!read) return ledger::fail(read.error());
  const auto log = open_log(directory);
  if (!log) return ledger::fail(log.error());
  projections::ViewStore::Options options;
  options.directory = directory / "views";
  const auto views = projections::ViewStore::open(options);
  if (!views) return ledger::fail(views.error());
  ledger::domain::Position first{(*views)->size()};
  for (const auto& edit : *read) first = std::min(first, edit.at);
  const ledger::TzdbTimeZones time_zones;
  replay::WhatIfBase base{**log, **views, time_zones, {}};
  // A command is taken whole, and may have begun a little earlier than the edit says.
  first.value -= std::min<std::uint64_t>(first.value, ledger::limits::command_events_max);
  auto saved = ledger::WorldSnapshots(directory / "snapshots").load(**log, first);
  if (saved.world) base.world = *std::move(saved.world);
  replay::WhatIfQuery query;
  query.edits = *std::move(read);
  if (to) query.to = ledger::domain::Position{*to};
  std::vector<ledger::domain::Event> events;
  if (with_records) query.on_event = [&](const auto& event) { events.push_back(event); };
  auto told = replay::what_if(std::move(base), query);
  if (!told) return ledger::fail(told.error());
  SupposedThere there{*std::move(told), ""};
  if (!with_records) return there;
  auto records = replay::supposed_records(**log, there.told.from, events);
  if (!records) return ledger::fail(records.error());
  there.records = *std::move(records);
  return there;
}

void tell_alert(const json& alert) {
  const auto side = [&](const std::string& where) {
    return "raised " + plain(alert["raised_" + where]) + " times, " +
           (alert["open_" + where] == true ? "open" : "not open");
  };
  const auto subject = plain(alert["subject"]);
  std::cout << "  " << plain(alert["type"]) << (subject.empty() ? "" : " of " + subject)
            << "\n    in fact: " << side("in_fact") << "\n    there:   " << side("there") << '\n';
}

void tell_row(const json& row) {
  const auto& change = row["change"];
  std::cout << (change == "only_there"     ? "+ "
                : change == "only_in_fact" ? "- "
                                           : "~ ")
            << plain(row["view"]) << ' ' << plain(row["key"]) << '\n';
  for (const auto& field : row["changed_fields"]) {
    std::cout << "    " << plain(field["field"]) << ": in fact " << plain_json(field["before"])
              << ", there " << plain_json(field["after"]) << '\n';
  }
}

}  // namespace

void tell_what_if(const std::string& answer) {
  const json told = json::parse(answer);
  std::cout << "Hypothetical: from event " << plain(told["from"]) << " on, of " << plain(told["to"])
            << " events; the record is as it was.\n"
            << plain(told["as_recorded"]) << " events as recorded, " << plain(told["decided_anew"])
            << " decided anew, " << plain(told["dropped"]) << " would not have happened, "
            << plain(told["supposed"]) << " would have.\n";
  for (const auto& event : told["dropped_events"]) {
    std::cout << "- event " << plain(event["position"]) << "  " << plain(event["type"]) << "  "
              << plain(event["stream"]) << ": " << plain(event["why"]) << '\n';
  }
  for (const auto& event : told["supposed_events"]) {
    std::cout << "+ before " << plain(event["before"]) << "  " << plain(event["type"]) << "  "
              << plain(event["stream"]) << '\n';
  }
  for (const auto& command : told["refused"]) {
    std::cout << "! refused at " << plain(command["at"]) << "  " << plain(command["command"])
              << ": " << plain(command["detail"]) << '\n';
  }
  if (!told["alerts"].empty()) std::cout << "Alerts that differ:\n";
  for (const auto& alert : told["alerts"]) tell_alert(alert);
  std::cout << plain(told["rows_differ"]) << " rows differ.\n";
  for (const auto& row : told["rows"]) tell_row(row);
  if (told["computers_in_fact"] != told["computers_there"]) {
    std::cout << "Computers in fact: " << told["computers_in_fact"].dump()
              << "\nComputers there:   " << told["computers_there"].dump() << '\n';
  }
}

Result<std::string, Failure> what_if_json(const Session& session, const std::string& edits,
                                          std::optional<std::uint64_t> to,
                                          const std::string& data) {
  if (!data.empty()) {
    const auto there = of_directory(edits, to, data, false);
    if (!there) return tl::unexpected(failure_of(there.error()));
    return ledger::codec::to_json(there->told);
  }
  json body = {{"edits", json::parse(edits, nullptr, false)}};
  if (to) body["to"] = *to;
  return result_of_operation(session, "/v1/replays:whatIf", body.dump());
}

namespace {

// A file that is gone with this.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& bytes)
      : path_(std::filesystem::temp_directory_path() / ("ledgerctl-" + new_key())),
        written_(ledger::store::write_durably(path_, bytes, ledger::store::Access::owner)) {}
  ~ScratchFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  const Result<void>& written() const { return written_; }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
  Result<void> written_;
};

// The history is folded by this build and by another one, from its beginning.
Exit what_if_by_two(const Session& session, const WhatIfAsked& asked, const std::string& edits) {
  if (asked.data.empty()) {
    return complain(session, {Exit::usage,
                              "Another build folds the history itself: give --data, a data "
                              "directory or backup.",
                              ""});
  }
  const auto there = of_directory(edits, asked.to, asked.data, true);
  if (!there) return complain(session, failure_of(there.error()));
  const ScratchFile file(there->records);
  if (!file.written()) return complain(session, failure_of(file.written().error()));
  const auto found = compare_with_build(asked.views_of, file.path());
  if (!found) {
    // 1 says that they differ; what went wrong is more.
    const Exit exit = complain(session, failure_of(found.error()));
    return exit == Exit::failed ? Exit::conflict : exit;
  }
  const std::string told = ledger::codec::to_json(there->told);
  if (session.look.format == Format::table) {
    tell_what_if(told);
    std::cout << "That history, folded by this build and by " << asked.views_of << ":\n";
    tell_comparison({{"", file.path()}, {"this build", asked.views_of}}, *found);
  } else {
    json both = json::parse(told);
    both["other_build"] = json::parse(ledger::codec::to_json(*found));
    show_object(std::cout, both, session.look);
  }
  return found->agree ? Exit::ok : Exit::failed;
}

}  // namespace

Exit what_if(const Session& session, const WhatIfAsked& asked) {
  const auto edits = edits_of(asked);
  if (!edits) return complain(session, edits.error());
  if (!asked.views_of.empty()) return what_if_by_two(session, asked, edits->dump());
  const auto told = what_if_json(session, edits->dump(), asked.to, asked.data);
  if (!told) return complain(session, told.error());
  if (session.look.format == Format::table) {
    tell_what_if(*told);
  } else {
    show_object(std::cout, json::parse(*told), session.look);
  }
  return Exit::ok;
}

}  // namespace ledgerctl
