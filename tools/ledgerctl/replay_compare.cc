#include "tools/ledgerctl/replay_compare.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "ledger/codec/codec.h"
#include "ledger/codec/json_in.h"
#include "ledger/codec/json_out.h"
#include "ledger/limits.h"
#include "ledger/store/memory_log.h"
#include "replay/compare.h"
#include "replay/records_file.h"
#include "tools/ledgerctl/config.h"
#include "tools/ledgerctl/offline.h"
#include "updates/local_file.h"

namespace ledgerctl {

using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;
using ledger::domain::Position;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

using AnyLog = std::unique_ptr<ledger::store::EventLog>;

Result<AnyLog> open_folded(const FoldedLog& asked) {
  if (asked.data.empty() == asked.records.empty()) {
    return fail(ErrorKind::invalid, "log-not-named", "Give either --data or --records.");
  }
  if (!asked.data.empty()) {
    auto log = open_log(asked.data);
    if (!log) return fail(log.error());
    return AnyLog(*std::move(log));
  }
  const auto bytes =
      ledger::updates::read_local_file(asked.records, ledger::limits::evidence_file_bytes_max);
  if (!bytes) return fail(bytes.error());
  auto log = std::make_unique<ledger::store::MemoryLog>();
  const auto appended = replay::append_records(*bytes, *log);
  if (!appended) return fail(appended.error());
  return AnyLog(std::move(log));
}

template <class T>
Exit show_told(const Session& session, const std::vector<T>& told, const char* columns) {
  Look look = session.look;
  if (look.columns.empty()) look.columns = split_columns(columns);
  std::string text;
  ledger::codec::write_json(text, told);
  show_rows(std::cout, json::parse(text), look);
  return Exit::ok;
}

// -- Another build, asked by the verbs above ------------------------------------------------------

struct ProgramSaid {
  int status = 0;
  std::string out;
};

// Its standard error goes where ours goes.
Result<ProgramSaid> run_program(std::vector<std::string> words) {
  std::FILE* const file = std::tmpfile();
  if (file == nullptr) return fail(ErrorKind::io, "program-failed", "No temporary file.");
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(fileno(file), STDOUT_FILENO);
    std::vector<char*> arguments;
    for (auto& each : words) arguments.push_back(each.data());
    arguments.push_back(nullptr);
    execv(arguments.front(), arguments.data());
    _exit(127);
  }
  ProgramSaid said;
  if (child > 0) waitpid(child, &said.status, 0);
  std::rewind(file);
  char piece[65'536];
  for (std::size_t read = 0; (read = std::fread(piece, 1, sizeof piece, file)) > 0;) {
    said.out.append(piece, read);
  }
  std::fclose(file);
  if (child < 0) return fail(ErrorKind::io, "program-failed", "No process could be made.");
  return said;
}

class BuildFolding final : public replay::Folding {
 public:
  BuildFolding(std::string program, const FoldedLog& log) : program_(std::move(program)) {
    std::error_code ignored;
    if (fs::is_directory(program_, ignored)) program_ += "/ledgerctl";
    log_ = log.data.empty() ? std::vector<std::string>{"--records", log.records}
                            : std::vector<std::string>{"--data", log.data};
  }

  Result<std::vector<replay::FoldMark>> marks(const replay::TraceRange& range) override {
    return ask<replay::FoldMark>({"digests", "--from", std::to_string(range.from.value), "--to",
                                  std::to_string(range.to.value), "--every",
                                  std::to_string(range.every)});
  }
  Result<std::vector<replay::EventRow>> rows(Position event) override {
    return ask<replay::EventRow>({"rows", "--event", std::to_string(event.value)});
  }

 private:
  template <class T>
  Result<std::vector<T>> ask(const std::vector<std::string>& verb) {
    std::vector<std::string> words = {program_, "replay"};
    words.insert(words.end(), verb.begin(), verb.end());
    words.insert(words.end(), log_.begin(), log_.end());
    words.insert(words.end(), {"-o", "jsonl"});
    const auto said = run_program(std::move(words));
    if (!said) return fail(said.error());
    const bool has_ended = WIFEXITED(said->status);
    if (!has_ended || WEXITSTATUS(said->status) != 0) {
      return fail(ErrorKind::unavailable, "program-failed",
                  program_ + " could not fold the log (" +
                      (has_ended ? "exit code " + std::to_string(WEXITSTATUS(said->status))
                                 : std::string("ended by a signal")) +
                      "); it must be a ledgerctl that has \"replay digests\".");
    }
    std::vector<T> told;
    for (std::size_t from = 0; from < said->out.size();) {
      const auto end = std::min(said->out.find('\n', from), said->out.size());
      auto each = ledger::codec::parse_json<T>(said->out.substr(from, end - from));
      if (!each.ok()) {
        return fail(ErrorKind::unavailable, "program-failed",
                    program_ + " does not answer as this ledgerctl does: " +
                        each.errors.front().pointer + " " + each.errors.front().detail);
      }
      told.push_back(std::move(each.value));
      from = end + 1;
    }
    return told;
  }

  std::string program_;
  std::vector<std::string> log_;
};

// The event, as the record has it.
std::string line_of_event(const FoldedLog& asked, Position at) {
  const auto log = open_folded(asked);
  if (!log) return "";
  const auto record = (*log)->record(at);
  if (!record) return "";
  const auto envelope = ledger::codec::decode_envelope(*record);
  if (!envelope) return "";
  return std::string(envelope->type_name()) + "  " + envelope->stream + "  " +
         rfc3339(envelope->recorded_at);
}

}  // namespace

void tell_comparison(const CompareAsked& asked, const replay::Comparison& found) {
  if (found.agree) {
    std::cout << "The same: " << found.size.value << " events, root " << hex(found.root) << ".\n";
    return;
  }
  if (found.event) {
    std::cout << "They differ first at event " << found.event->value << "  "
              << line_of_event(asked.log, *found.event) << '\n';
  }
  const auto shown = [](const std::string& row) { return row.empty() ? "(unchanged)" : row; };
  for (const auto& row : found.rows) {
    std::cout << "  " << row.view << ' ' << row.key << "\n    " << asked.builds[0] << ": "
              << shown(row.one) << "\n    " << asked.builds[1] << ": " << shown(row.other) << '\n';
  }
  std::cout << "After " << found.size.value << " events ";
  if (found.views.empty()) std::cout << "the rows agree again.\n";
  for (std::size_t i = 0; i < found.views.size(); ++i) {
    std::cout << (i == 0 ? "these views differ: " : ", ") << found.views[i]
              << (i + 1 == found.views.size() ? ".\n" : "");
  }
}

Result<replay::Comparison> compare_with_build(const std::string& build,
                                              const std::string& records) {
  const FoldedLog file{"", records};
  const auto log = open_folded(file);
  if (!log) return fail(log.error());
  replay::OwnFolding own(**log);
  BuildFolding other(build, file);
  return replay::compare(own, other);
}

Exit trace_digests(const Session& session, const TraceAsked& asked) {
  const auto log = open_folded(asked.log);
  if (!log) return complain(session, failure_of(log.error()));
  const auto marks = replay::OwnFolding(**log).marks({{asked.from}, {asked.to}, asked.every});
  if (!marks) return complain(session, failure_of(marks.error()));
  return show_told(session, *marks, "folded,root,chain");
}

Exit trace_rows(const Session& session, const TraceAsked& asked) {
  const auto log = open_folded(asked.log);
  if (!log) return complain(session, failure_of(log.error()));
  const auto rows = replay::OwnFolding(**log).rows({asked.event});
  if (!rows) return complain(session, failure_of(rows.error()));
  return show_told(session, *rows, "view,key,row");
}

Exit compare_builds(const Session& session, const CompareAsked& asked) {
  if (asked.log.data.empty() == asked.log.records.empty()) {
    return complain(session, {Exit::usage, "Give either --data or --records.", ""});
  }
  BuildFolding one(asked.builds[0], asked.log);
  BuildFolding other(asked.builds[1], asked.log);
  const auto found = replay::compare(one, other);
  if (!found) {
    // 1 says that they differ; what went wrong is more.
    const Exit exit = complain(session, failure_of(found.error()));
    return exit == Exit::failed ? Exit::conflict : exit;
  }
  if (session.look.format == Format::table) {
    tell_comparison(asked, *found);
  } else {
    show_object(std::cout, json::parse(ledger::codec::to_json(*found)), session.look);
  }
  return found->agree ? Exit::ok : Exit::failed;
}

}  // namespace ledgerctl
