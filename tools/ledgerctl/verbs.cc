#include "tools/ledgerctl/verbs.h"

#include <array>

namespace ledgerctl {
namespace {

constexpr auto all_nouns = std::to_array<Noun>({
    {"status", "The fleet in one look."},
    {"events", "The history: what happened, by whom, why."},
    {"rules", "Rules, and the life of one."},
    {"updates", "Rule updates: import, apply, reapply, roll back, export, delete."},
    {"policies", "Policies and the rules they assign."},
    {"computers", "Computers: what they are, run and should run."},
    {"exposure", "CVEs, and which computers have cover."},
    {"report", "Reports over a period, for people and auditors."},
    {"groups", "Groups of computers."},
    {"searches", "Filters over computers that have a name, for scopes and tasks."},
    {"relays", "Relays and relay groups."},
    {"patterns", "Anti-malware patterns and who runs them."},
    {"alerts", "What somebody should know of."},
    {"plan", "Plans that were shown and can be applied."},
    {"op", "Long operations."},
    {"task", "Scheduled tasks."},
    {"hold", "Holds on automatic steps."},
    {"settings", "Settings."},
    {"source", "Update sources."},
    {"bundle", "What a source has in one file, for places that no network reaches."},
    {"token", "Tokens."},
    {"user", "Users."},
    {"bookmark", "Names of positions."},
    {"log", "The record itself."},
    {"evidence", "Proof to carry away, and to check without a server."},
    {"proof", "Proof of one event, as public tools take it."},
    {"backup", "Backups of the record."},
    {"views", "Views: rows that follow from the record."},
    {"history", "What each event made of a row of any view."},
    {"blame", "Which event set each field of a row of any view."},
    {"diff", "What differs between two moments, and which events made it so."},
    {"bisect", "The event that made the difference."},
    {"debug", "Steps through the record, with gdb's names."},
    {"what-if", "What would have become of it if something had gone another way."},
    {"replay", "Folds of a log: whether two builds come to the same."},
});

std::vector<Verb> together() {
  std::vector<Verb> all;
  for (const auto part : {verbs_of_content(), verbs_of_fleet(), verbs_of_service()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace

std::span<const Verb> verbs() {
  static const std::vector<Verb> all = together();
  return all;
}

std::vector<std::string> arguments_of(const Verb& verb) {
  std::vector<std::string> names;
  std::string_view path = verb.path;
  for (auto open = path.find('{'); open != std::string_view::npos; open = path.find('{')) {
    const auto close = path.find('}', open);
    names.emplace_back(path.substr(open + 1, close - open - 1));
    path = path.substr(close + 1);
  }
  return names;
}

std::span<const Noun> nouns() { return all_nouns; }

}  // namespace ledgerctl
