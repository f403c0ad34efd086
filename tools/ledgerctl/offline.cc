#include "tools/ledgerctl/offline.h"

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "ledger/codec/codec.h"
#include "ledger/codec/json_out.h"
#include "ledger/digest.h"
#include "ledger/store/data_directory.h"
#include "ledger/store/head_file.h"
#include "ledger/store/inspected_log.h"
#include "ledger/store/rocksdb_log.h"
#include "projections/view_store.h"
#include "replay/rebuild.h"
#include "replay/report_json.h"
#include "replay/verify.h"

namespace ledgerctl {

namespace domain = ledger::domain;
namespace store = ledger::store;
using ledger::Error;
using ledger::ErrorKind;
using ledger::Result;
using nlohmann::json;
namespace fs = std::filesystem;

Failure failure_of(const Error& error) {
  return {exit_of(error), error.detail + " (" + error.reason + ")", ""};
}

Result<std::unique_ptr<store::RocksLog>> open_log(const fs::path& directory) {
  std::error_code ignored;
  if (!fs::exists(directory / store::format_name, ignored)) {
    return ledger::fail(ErrorKind::not_found, "no-ledger-here",
                        directory.string() + " holds no ledger: there is no file " +
                            store::format_name + " in it.");
  }
  const auto head = store::HeadFile::open(directory / store::head_name);
  if (!head) return ledger::fail(head.error());
  const std::string note = (*head)->newest().note;
  const auto key = store::load_or_make_key(directory);
  if (!key) return ledger::fail(key.error());
  store::RocksLog::Options options;
  options.directory = directory;
  options.origin = note.substr(0, note.find('\n'));
  return store::RocksLog::open(std::move(options), *key);
}

std::function<void(const replay::Progress&)> progress_of(const Session& session) {
  if (session.quiet) return {};
  return [shown = std::uint64_t{0}](const replay::Progress& progress) mutable {
    // Every tenth is enough to see that it goes on.
    const std::uint64_t tenth =
        progress.size.value == 0 ? 10 : progress.done.value * 10 / progress.size.value;
    if (tenth == shown) return;
    shown = tenth;
    std::cerr << progress.done.value << " of " << progress.size.value << " events, "
              << static_cast<std::uint64_t>(progress.events_per_second) << "/s\n";
  };
}

void tell_verification(const json& report) {
  for (const auto& each : report["faults"]) {
    const replay::Fault fault{
        {each["position"]}, {each["last"]}, each["kind"], each["expected"], each["found"]};
    std::cout << printable(text(fault)) << '\n';
  }
  const std::uint64_t faults = report["faults_total"];
  if (faults > report["faults"].size()) {
    std::cout << "and " << faults - report["faults"].size() << " more faults\n";
  }
  const auto took = domain::duration_from_iso8601(report["duration"].get<std::string>());
  std::cout << (report["sound"] == true ? "Sound: " : "NOT sound: ") << plain(report["size"])
            << " records, root " << plain(report["root"]) << "; " << plain(report["tiles_checked"])
            << " tiles, " << plain(report["receipts_checked"]) << " receipts, "
            << plain(report["digests_checked"]) << " digests of views checked in "
            << static_cast<double>(took.value_or(domain::Duration()).micros) / 1e6 << " seconds.\n";
}

namespace {

constexpr const char* views_name = "views";

// The log of a directory, and the newest head that was signed of it.
struct ToVerify {
  std::unique_ptr<store::EventLog> log;
  std::optional<store::Head> sealed;
  bool is_head_damaged = false;  // Half of the file: a newer head may have stood there.
};

// One that does not open is looked at as it lies there, to find out what is wrong with it.
Result<ToVerify> open_to_verify(const fs::path& directory) {
  ToVerify opened;
  const auto head = store::HeadFile::open(directory / store::head_name);
  if (head) {
    opened.sealed = (*head)->newest().head;
    opened.is_head_damaged = (*head)->was_damaged();
  }
  auto log = open_log(directory);
  if (log) {
    opened.log = *std::move(log);
    return opened;
  }
  if (log.error().kind != ErrorKind::corrupt) return ledger::fail(log.error());
  std::cerr << log.error().detail << " (" << log.error().reason << ")\n";
  auto inspected = store::InspectedLog::open(directory);
  if (!inspected) return ledger::fail(inspected.error());
  opened.log = *std::move(inspected);
  return opened;
}

json views_json(const std::vector<domain::ViewDigest>& views) {
  json rows = json::array();
  for (const auto& view : views) {
    char digest[33];
    std::snprintf(digest, sizeof digest, "%016llx%016llx",
                  static_cast<unsigned long long>(view.high),
                  static_cast<unsigned long long>(view.low));
    rows.push_back({{"view", view.view}, {"rows", view.rows}, {"digest", digest}});
  }
  return rows;
}

Exit show_record(const Session& session, const store::RocksLog& log, domain::Position position) {
  const auto record = log.record(position);
  if (!record) return complain(session, failure_of(record.error()));
  const auto event = ledger::codec::decode(*record);
  if (!event) return complain(session, failure_of(event.error()));
  std::string bytes;
  for (const char byte : *record) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x",
                  static_cast<unsigned>(static_cast<unsigned char>(byte)));
    bytes += digits;
  }
  std::string data;
  visit([&](const auto& payload) { data = ledger::codec::to_json(payload); }, event->payload);
  const json shown = {{"position", position.value},
                      {"type", type_name(event->payload)},
                      {"recorded_at", rfc3339(event->recorded_at)},
                      {"stream", event->stream},
                      {"stream_version", event->stream_version},
                      {"data", json::parse(data)},
                      {"leaf_hash", hex(ledger::leaf_hash(*record))},
                      {"bytes", record->size()},
                      {"record", bytes}};
  show_object(std::cout, shown, session.look);
  return Exit::ok;
}

}  // namespace

namespace {

// The head that witnesses cosigned, if it covers the first `needed` records.
std::optional<replay::EvidenceHead> witnessed_head(const fs::path& directory,
                                                   const store::RocksLog& log,
                                                   const ledger::merkle::VerifierKey& key,
                                                   domain::Position needed) {
  auto note = store::read_file(directory / store::witnessed_name);
  if (!note) return std::nullopt;
  const auto said = ledger::merkle::open_checkpoint(*note, key);
  if (!said || domain::Position{said->size} < needed) return std::nullopt;
  const auto root = log.root_at({said->size});
  if (!root || *root != said->root) return std::nullopt;
  return replay::EvidenceHead{{{said->size}, said->root}, *std::move(note), key};
}

}  // namespace

Result<replay::Evidence> evidence_of_directory(const std::string& directory,
                                               const replay::EvidenceRequest& request) {
  const auto log = open_log(directory);
  if (!log) return ledger::fail(log.error());
  const auto signer = store::load_or_make_key(directory);
  if (!signer) return ledger::fail(signer.error());
  const auto sealed = (*log)->head_file().newest();
  const ledger::merkle::VerifierKey key{sealed.note.substr(0, sealed.note.find('\n')),
                                        signer->public_key()};
  const auto witnessed =
      witnessed_head(directory, **log, key, request.to.value_or(sealed.head.size));
  return replay::make_evidence(
      **log, witnessed.value_or(replay::EvidenceHead{sealed.head, sealed.note, key}), request);
}

Exit verify_directory(const Session& session, const std::string& directory) {
  const auto opened = open_to_verify(directory);
  if (!opened) return complain(session, failure_of(opened.error()));
  replay::VerifyOptions options;
  options.checkpoint = opened->sealed;
  options.on_progress = progress_of(session);
  auto report = replay::verify(*opened->log, options);
  if (opened->is_head_damaged) {
    report.faults.push_back({opened->sealed->size, opened->sealed->size, "head-damaged",
                             "two whole copies of the signed head",
                             "one; a newer head, and records that it covered, may be lost"});
    ++report.faults_total;
  }
  const auto shown = json::parse(replay::report_json(report));
  if (session.look.format == Format::table) {
    tell_verification(shown);
  } else {
    show_object(std::cout, shown, session.look);
  }
  return report.is_sound() ? Exit::ok : Exit::not_verified;
}

Exit inspect_directory(const Session& session, const Inspection& inspection) {
  const auto log = open_log(inspection.directory);
  if (!log) return complain(session, failure_of(log.error()));
  if (inspection.position) return show_record(session, **log, {*inspection.position});
  const auto head = (*log)->head();
  const auto sealed = (*log)->head_file().newest();
  std::uintmax_t bytes = 0;
  const fs::path files = fs::path(inspection.directory) / store::log_name;
  for (const auto& each : fs::recursive_directory_iterator(files)) {
    if (each.is_regular_file()) bytes += each.file_size();
  }
  json shown = {{"size", head.size.value},
                {"root", hex(head.root)},
                {"sealed_size", sealed.head.size.value},
                {"beyond_head", (*log)->beyond_head()},
                {"checkpoint", sealed.note},
                {"bytes", bytes}};
  if (head.size.value > 0) {
    for (const auto& [name, at] :
         {std::pair{"first", std::uint64_t{0}}, std::pair{"last", head.size.value - 1}}) {
      const auto record = (*log)->record({at});
      const auto event = record ? ledger::codec::decode(*record)
                                : Result<domain::Event>(ledger::fail(record.error()));
      if (!event) return complain(session, failure_of(event.error()));
      shown[name] = rfc3339(event->recorded_at) + " " + std::string(type_name(event->payload));
    }
  }
  show_object(std::cout, shown, session.look);
  return Exit::ok;
}

Exit show_views(const Session& session, const std::string& directory) {
  std::error_code ignored;
  const fs::path views = fs::path(directory) / views_name;
  if (!fs::exists(views, ignored)) {
    return complain(session, {Exit::not_found, "There are no views in " + directory + ".", ""});
  }
  projections::ViewStore::Options options;
  options.directory = views;
  const auto opened = projections::ViewStore::open(options);
  if (!opened) return complain(session, failure_of(opened.error()));
  show_rows(std::cout, views_json((*opened)->digests()), session.look);
  return Exit::ok;
}

Exit rebuild_views(const Session& session, const std::string& directory) {
  const auto log = open_log(directory);
  if (!log) return complain(session, failure_of(log.error()));
  const auto report =
      replay::rebuild(**log, {fs::path(directory) / views_name, progress_of(session)});
  if (!report) return complain(session, failure_of(report.error()));
  show_rows(std::cout, views_json(report->views), session.look);
  std::cerr << report->size.value << " events folded in " << report->seconds + report->order_seconds
            << " seconds; " << report->digests_checked << " recorded digests agree, "
            << report->mismatches.size() << " do not.\n";
  return report->mismatches.empty() ? Exit::ok : Exit::not_verified;
}

Exit restore_backup(const Session& session, const std::string& from, const std::string& to) {
  std::error_code error;
  if (fs::exists(to, error)) {
    return complain(session, {Exit::usage, to + " exists already; name a new directory.", ""});
  }
  const Exit verified = verify_directory(session, from);
  if (verified != Exit::ok) return verified;
  const fs::path part = fs::path(to).parent_path() / (fs::path(to).filename().string() + ".part");
  fs::remove_all(part, error);
  fs::copy(from, part, fs::copy_options::recursive, error);
  if (!error) fs::rename(part, to, error);
  if (error) {
    return complain(session,
                    {Exit::failed, "Cannot restore to " + to + ": " + error.message(), ""});
  }
  if (!session.quiet) {
    std::cerr << "Restored to " << to << "; start ledgerd with --data " << to << ".\n";
  }
  return Exit::ok;
}

}  // namespace ledgerctl
