#include "tools/ledgerctl/command_line.h"
#include "tools/ledgerctl/debug.h"
#include "tools/ledgerctl/replay_compare.h"
#include "tools/ledgerctl/what_if.h"

namespace ledgerctl {
namespace {

void name_log(CLI::App* verb, FoldedLog& log) {
  verb->add_option("--data", log.data, "A data directory or backup; no server is asked");
  verb->add_option("--records", log.records, "Or a log in one file, as tests/golden/log-1/records");
}

void add_replay_verb(CommandLine& line) {
  auto& exit = line.exit;
  const auto& session = line.session;
  auto builds = std::make_shared<CompareAsked>();
  auto* replay = line.noun("replay");
  name_log(replay, builds->log);
  replay
      ->add_option("--compare", builds->builds,
                   "Two builds: whether they fold the log to the same rows")
      ->expected(2);
  replay->require_subcommand(0, 1);
  replay->callback([&, replay, builds] {
    if (!replay->get_subcommands().empty()) return;
    if (builds->builds.empty()) {
      exit = complain(session, {Exit::usage, "Give --compare, or say digests or rows.", ""});
      return;
    }
    exit = compare_builds(session, *builds);
  });

  auto marks = std::make_shared<TraceAsked>();
  auto* digests = line.verb("replay", "digests", "Digests of all views while a log is folded.");
  name_log(digests, marks->log);
  digests->add_option("--from", marks->from, "Tell those behind this position");
  digests->add_option("--to", marks->to, "Fold so many events; by itself all");
  digests->add_option("--every", marks->every, "Tell of every so many events: 65536");
  digests->callback([&, marks] { exit = trace_digests(session, *marks); });

  auto event = std::make_shared<TraceAsked>();
  auto* rows = line.verb("replay", "rows", "The rows that one event makes in a fold.");
  name_log(rows, event->log);
  rows->add_option("--event", event->event, "The event's position")->required();
  rows->callback([&, event] { exit = trace_rows(session, *event); });
}

void add_what_if_verb(CommandLine& line) {
  auto asked = std::make_shared<WhatIfAsked>();
  auto* verb = line.noun("what-if");
  verb->add_option("--drop", asked->drop, "This event does not happen; several");
  verb->add_option("--drop-command", asked->drop_command, "Nor all that came of its command");
  verb->add_option("--set", asked->set, "A setting from a position on: NAME=VALUE@POSITION");
  verb->add_option("--do", asked->commands, "A command before a position: POSITION:{...}");
  verb->add_option("--edits", asked->file, "A file of edits, as the API has them");
  verb->add_option("--to", asked->to, "So many events; by itself all");
  verb->add_option("--data", asked->data, "A data directory or backup; no server is asked");
  verb->add_option("--views-of", asked->views_of,
                   "Another build: whether it folds the same history to the same rows");
  verb->callback([&line, asked] { line.exit = what_if(line.session, *asked); });
}

void add_debug_verb(CommandLine& line) {
  auto asked = std::make_shared<DebugAsked>();
  auto* verb = line.noun("debug");
  verb->add_option("--from", asked->range.from, "The first moment; by itself the beginning");
  verb->add_option("--to", asked->range.to, "The last; by itself now");
  verb->add_option("--data", asked->range.data, "A data directory or backup; no server is asked");
  verb->add_option("-x,--script", asked->script, "A file of commands");
  verb->add_option("-e,--execute", asked->execute, "A command; several");
  verb->add_flag("--plain", asked->plain, "Lines, though a whole terminal is there");
  verb->add_flag("--batch", asked->batch, "End after them, at the first that is wrong");
  verb->callback([&line, asked] { line.exit = debug_record(line.session, *asked); });
}

}  // namespace

void add_folding_verbs(CommandLine& line) {
  add_replay_verb(line);
  add_what_if_verb(line);
  add_debug_verb(line);
}

}  // namespace ledgerctl
