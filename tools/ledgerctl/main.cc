// ledgerctl: everything that can be asked of a ledger, from a shell. The command line is made from
// the table of verbs; the few verbs that are more than one request stand in special_verbs.cc.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ledger/domain/ids.h"
#include "tools/ledgerctl/bundles.h"
#include "tools/ledgerctl/command_line.h"
#include "tools/ledgerctl/completion.h"
#include "tools/ledgerctl/config.h"
#include "tools/ledgerctl/evidence.h"
#include "tools/ledgerctl/offline.h"
#include "tools/ledgerctl/proofs.h"
#include "tools/ledgerctl/replay_verbs.h"
#include "tools/ledgerctl/session.h"
#include "tools/ledgerctl/unknown_words.h"
#include "tools/ledgerctl/verbs.h"

namespace ledgerctl {
namespace {

void add_global_options(CommandLine& line) {
  auto& app = line.app;
  auto& session = line.session;
  const auto group = [](CLI::Option* option, const char* name) { option->group(name); };
  group(app.add_option("--server", session.server.url, "Where ledgerd is [LEDGER_SERVER]"),
        "Server");
  group(app.add_option("--token-file", session.server.token_file,
                       "A file that holds a token [LEDGER_TOKEN_FILE]"),
        "Server");
  group(app.add_option("--ca-file", session.server.ca_file,
                       "The certificate authority to trust [LEDGER_CA_FILE]"),
        "Server");
  group(app.add_option("--context",
                       "Which of the servers that the configuration names "
                       "[LEDGER_CONTEXT]")
            ->expected(1),
        "Server");
  group(app.add_option("--timeout", session.server.timeout_seconds, "Seconds to wait for an answer")
            ->check(CLI::Range(1, 86'400)),
        "Server");
  group(app.add_option("-o,--output", line.format,
                       "table, wide, json, jsonl, yaml, csv or name; of reports, html"),
        "Output");
  group(app.add_option("--columns", line.columns, "Of tables and CSV: a,b.c"), "Output");
  group(app.add_option("--sort", session.sort, "Columns: severity,-count; a dash: downwards"),
        "Output");
  group(app.add_option("--limit", session.limit, "At most so many rows")
            ->check(CLI::Range(1, 1'000'000'000)),
        "Output");
  group(app.add_flag("--no-headers", line.no_headers, "Rows only"), "Output");
  group(app.add_flag("-q,--quiet", session.quiet, "Only what was asked for"), "Output");
  group(app.add_flag("-v,--verbose", session.server.is_verbose, "Tell each request"), "Output");
  group(app.add_flag_callback(
            "--no-color", [] {}, "As elsewhere; nothing is coloured"),
        "Output");
  group(app.add_flag("--explain", session.explain, "Print the request as a curl command"),
        "Output");
  group(app.add_option("--as-of", session.as_of,
                       "The state then: a position, a time, -PT2H, bookmark:NAME, before:POSITION"),
        "What");
  group(app.add_option("--filter", session.filter, "Only rows that match: 'status = \"failed\"'"),
        "What");
  group(app.add_option("--reason", session.reason, "Why; it stands in the record"), "Changes");
  group(app.add_option("--ticket", session.ticket, "The ticket that asks for it"), "Changes");
  group(app.add_option("--idempotency-key", session.key, "So that a repetition changes nothing"),
        "Changes");
  group(app.add_option("--acknowledge", session.acknowledge,
                       "How far it is to get first: durable, sealed or witnessed"),
        "Changes");
  group(app.add_flag("--dry-run", session.dry_run, "Show the plan and stop"), "Changes");
  group(app.add_flag("-y,--yes", session.yes, "Apply the plan without asking"), "Changes");
  group(app.add_option("--confirm", session.confirm, "The name that the plan asks for"), "Changes");
  group(app.add_option("--plan-digest", session.plan_digest,
                       "Apply only if the plan has this digest"),
        "Changes");
  group(app.add_flag("--no-input", session.no_input, "Never ask"), "Changes");
}

void add_table_verb(CommandLine& line, const Verb& verb) {
  auto* made = verb.name.empty() ? line.noun(std::string(verb.noun))
                                 : line.verb(std::string(verb.noun), std::string(verb.name),
                                             std::string(verb.help));
  line.one_request.insert(made);
  line.can_be_tried.insert(made);
  line.givens.push_back(std::make_unique<Given>());
  Given* given = line.givens.back().get();
  for (const auto& argument : arguments_of(verb)) {
    made->add_option(argument, given->arguments[argument], "Which " + argument)->required();
  }
  for (const auto& option : verb.options) {
    const std::string name(option.name);
    if (option.into == Into::flag || option.into == Into::follow) {
      made->add_flag_callback(
          name, [given, name] { given->options[name] = {"true"}; }, std::string(option.help));
      continue;
    }
    // What is made is named as it is where it is changed: "policies create web".
    const std::string flags = name == "--name" ? "name,--name" : name;
    auto* added = made->add_option(flags, given->options[name], std::string(option.help));
    const bool several = option.into == Into::list || option.into == Into::numbers;
    if (!several) added->allow_extra_args(false);
    if (option.required) added->required();
  }
  made->callback([&line, &verb, given] { line.exit = run_verb(line.session, verb, *given); });
}

void add_special_verbs(CommandLine& line) {
  auto& exit = line.exit;
  const auto& session = line.session;

  auto files = std::make_shared<std::vector<std::string>>();
  auto* bring_in = line.verb("updates", "import", "Import rule updates from files.");
  line.can_be_tried.insert(bring_in);
  bring_in->add_option("files", *files, "Documents in our JSON format")->required();
  bring_in->callback([&, files] { exit = import_updates(session, *files); });

  auto update = std::make_shared<std::string>();
  auto to = std::make_shared<std::string>();
  auto* take = line.verb("updates", "export", "Write its document to a file.");
  take->add_option("update", *update, "Which update")->required();
  take->add_option("--to", *to, "The file; else standard output");
  take->callback([&, update, to] { exit = export_update(session, *update, *to); });

  auto plan = std::make_shared<std::string>();
  auto* apply = line.verb("plan", "apply", "Apply a plan that was shown.");
  line.can_be_tried.insert(apply);
  apply->add_option("plan", *plan, "Which plan")->required();
  apply->callback([&, plan] { exit = apply_plan(session, *plan); });

  auto operation = std::make_shared<std::string>();
  auto* watch = line.verb("op", "watch", "Follow an operation to its end.");
  watch->add_option("operation", *operation, "Which operation")->required();
  watch->callback([&, operation] { exit = watch_operation(session, *operation); });

  auto type = std::make_shared<std::string>();
  auto* tail = line.verb("events", "tail", "What happens, as it happens.");
  tail->add_option("--type", *type, "Types that begin so: rule_update.");
  tail->callback([&, type] { exit = tail_events(session, *type); });
}

// Whom to believe, of a bundle of evidence.
void add_trust(CLI::App* verify, EvidenceCheck& check) {
  verify->add_option("--key", check.key, "Whose signature of a bundle is trusted: name+id+key");
  verify->add_flag("--trust-own-key", check.trust_own_key, "Believe the key that a bundle names");
  verify->add_option("--witness-key", check.witness_keys,
                     "name+id+key of a witness that must have cosigned it; several");
  verify->add_option("--tsa-certificate", check.tsa_certificate,
                     "PEM of the authorities whose timestamps are trusted");
  verify->add_flag("--ignore-timestamp", check.ignore_timestamp,
                   "Take a bundle as if it had no timestamp");
}

void add_log_verbs(CommandLine& line) {
  auto& exit = line.exit;
  const auto& session = line.session;

  auto data = std::make_shared<std::string>();
  auto* verify = line.verb("log", "verify", "Read and recompute everything that is recorded.");
  verify->add_option("--data", *data, "A data directory or backup; no server is asked");
  auto bundle = std::make_shared<EvidenceCheck>();
  verify->add_option("--bundle", bundle->file, "An evidence bundle; no server is asked");
  add_trust(verify, *bundle);
  verify->callback([&, data, bundle] {
    exit = !bundle->file.empty() ? verify_evidence_file(session, *bundle)
           : !data->empty()      ? verify_directory(session, *data)
                                 : verify_log(session);
  });

  line.verb("log", "rotate-key", "Have a new key sign heads from now on.")->callback([&] {
    exit = rotate_log_key(session);
  });

  auto inspected = std::make_shared<Inspection>();
  auto* inspect = line.verb("log", "inspect", "What a data directory holds, or one record of it.");
  inspect->add_option("--data", inspected->directory, "The data directory or backup")->required();
  inspect->add_option("--position", inspected->position, "One record: its bytes and what they say");
  inspect->callback([&, inspected] { exit = inspect_directory(session, *inspected); });

  auto name = std::make_shared<std::string>();
  auto* create = line.verb("backup", "create", "Make a backup on the server.");
  create->add_option("--name", *name, "The backup's name")->required();
  create->callback([&, name] { exit = create_backup(session, *name); });

  auto backup = std::make_shared<std::string>();
  auto* check = line.verb("backup", "verify", "Verify a backup; no server is asked.");
  check->add_option("directory", *backup, "The backup")->required();
  check->callback([&, backup] { exit = verify_directory(session, *backup); });

  auto from = std::make_shared<std::string>();
  auto to = std::make_shared<std::string>();
  auto* restore = line.verb("backup", "restore", "Verify a backup and copy it to a new directory.");
  restore->add_option("directory", *from, "The backup")->required();
  restore->add_option("--to", *to, "The data directory to make; it must not exist")->required();
  restore->callback([&, from, to] { exit = restore_backup(session, *from, *to); });
}

void add_evidence_verbs(CommandLine& line) {
  auto& exit = line.exit;
  const auto& session = line.session;
  auto wish = std::make_shared<EvidenceWish>();
  auto* create = line.verb("evidence", "create", "Prove what is recorded, in one file.");
  create->add_option("kind", wish->kind, "range, stream, computer, rule_update or activity")
      ->required();
  create->add_option("name", wish->name, "Of the stream, computer or rule update");
  create->add_option("--to", wish->file, "The file to write")->required();
  create->add_option("--from-position", wish->from, "The first position; by itself 0");
  create->add_option("--to-position", wish->to, "The position after the last; by itself all");
  create->add_option("--type", wish->types, "Of activity: types that begin so");
  create->add_option("--actor", wish->actor, "Of activity: by whom, user:alice");
  create->add_option("--subject", wish->subject, "Of activity: policy, computer, ...");
  create->add_option("--outcome", wish->outcome, "Of activity: done, refused or failed");
  create->add_option("--about", wish->about, "Of activity: what the reason or ticket contains");
  create->add_flag("--timestamp", wish->timestamp, "With the time of an authority elsewhere");
  create->add_option("--data", wish->directory, "A backup; no server is asked");
  create->callback([&, wish] { exit = create_evidence(session, *wish); });

  auto asked = std::make_shared<EvidenceCheck>();
  auto* verify = line.verb("evidence", "verify", "Check such a file; no server is asked.");
  verify->add_option("file", asked->file, "The file")->required();
  add_trust(verify, *asked);
  verify->callback([&, asked] { exit = verify_evidence_file(session, *asked); });
}

void add_proof_verbs(CommandLine& line) {
  auto& exit = line.exit;
  const auto& session = line.session;
  auto position = std::make_shared<std::uint64_t>();
  auto to = std::make_shared<std::string>();
  auto* create = line.verb("proof", "create", "Prove that one event is recorded, in one file.");
  create->add_option("position", *position, "Of the event")->required();
  create->add_option("--to", *to, "The file to write: 17.tlog-proof")->required();
  create->callback([&, position, to] { exit = create_proof(session, *position, *to); });

  auto asked = std::make_shared<ProofCheck>();
  auto* verify = line.verb("proof", "verify", "Check such a file; no server is asked.");
  verify->add_option("file", asked->file, "The file, or any C2SP tlog-proof")->required();
  verify->add_option("--key", asked->key, "Whose signature is trusted: name+id+key")->required();
  verify->add_option("--record", asked->record, "A file of the record, if it did not come with it");
  verify->callback([&, asked] { exit = verify_proof(session, *asked); });
}

void add_bundle_verbs(CommandLine& line) {
  auto& exit = line.exit;
  const auto& session = line.session;
  auto wish = std::make_shared<BundleWish>();
  auto* create = line.verb("bundle", "create", "Take what a source has into one file.");
  create->add_option("--source", wish->source, "The source")->required();
  create->add_option("--out", wish->file, "The file to write")->required();
  create->add_option("--since", wish->since, "The bundle before: what it has is left out");
  create->callback([&, wish] { exit = create_update_bundle(session, *wish); });

  auto brought = std::make_shared<BundleBrought>();
  auto* bring_in = line.verb("bundle", "import", "Give a server a bundle, to verify and take.");
  bring_in->add_option("file", brought->file, "The bundle")->required();
  bring_in->add_option("--source", brought->source, "Of which source; by itself as it says");
  bring_in->callback([&, brought] { exit = import_update_bundle(session, *brought); });
}

void add_view_verbs(CommandLine& line) {
  auto& exit = line.exit;
  const auto& session = line.session;
  auto data = std::make_shared<std::string>();
  auto* show = line.verb("views", "digests", "The digests of a data directory's views.");
  show->add_option("--data", *data, "The data directory; ledgerd is not running")->required();
  show->callback([&, data] { exit = show_views(session, *data); });
  auto* rebuild = line.verb("views", "rebuild", "Make the views anew from the record.");
  rebuild->add_option("--data", *data, "The data directory; ledgerd is not running")->required();
  rebuild->callback([&, data] { exit = rebuild_views(session, *data); });
}

void add_replay_verbs(CommandLine& line) {
  auto& exit = line.exit;
  const auto& session = line.session;
  auto moments = std::make_shared<DiffAsked>();
  auto* diff = line.noun("diff");
  diff->add_option("from,--from", moments->from, "A moment, as --as-of has it")->required();
  diff->add_option("to,--to", moments->to, "Another; else now");
  diff->add_option("--view", moments->views, "Only this view; several");
  diff->add_option("--data", moments->data, "A data directory or backup; no server is asked");
  diff->callback([&, moments] { exit = diff_moments(session, *moments); });

  auto asked = std::make_shared<BisectAsked>();
  auto* bisect = line.noun("bisect");
  bisect->add_option("--from", asked->from, "The earlier moment, as --as-of has it")->required();
  bisect->add_option("--to", asked->to, "The later moment; else now");
  bisect->add_option(
      "--where", asked->where,
      "A predicate: 'computers[status = \"failed\" and policy = \"web\"].count > 10'");
  bisect->add_option("--data", asked->data, "A data directory or backup; no server is asked");
  bisect->add_flag("--all", asked->all, "Every change, not one; a command is run at each event");
  bisect->add_option("--view", asked->view, "What the command reads, as JSON: computers");
  bisect
      ->add_option("--command-timeout", asked->run.timeout_seconds,
                   "Seconds after which a command is endless: 60")
      ->check(CLI::Range(1, 86'400));
  bisect->add_option("--checks", asked->checks,
                     "Further moments at which the command is asked, to see whether the answer "
                     "changed more than once: 8");
  bisect->add_option("command", asked->run.command,
                     "After \"--\": exit 0 is good, 125 skips, others to 127 are bad");
  bisect->callback([&, asked] { exit = bisect_history(session, *asked); });
}

void add_completion(CommandLine& line) {
  auto shell = std::make_shared<std::string>();
  auto* completion = line.app.add_subcommand("completion", "A script that completes words.");
  completion->add_option("shell", *shell, "bash, zsh or fish")->required();
  completion->callback([&line, shell] { line.exit = print_completion(*shell); });
}

// Options that the verb would not heed: whoever gives one relies on it.
void refuse_unheeded(const CommandLine& line) {
  const CLI::App* verb = &line.app;
  for (auto inner = verb->get_subcommands(); !inner.empty(); inner = verb->get_subcommands()) {
    verb = inner.front();
  }
  if (line.session.explain && !line.one_request.contains(verb)) {
    throw CLI::ValidationError("--explain", "this takes more than one request");
  }
  if (line.session.dry_run && !line.can_be_tried.contains(verb)) {
    throw CLI::ValidationError("--dry-run", "this cannot be tried without doing it");
  }
}

bool is_moment_back(const std::string& word) {
  return word.starts_with('-') && ledger::domain::duration_from_iso8601(word.substr(1));
}

// "diff -PT2H -PT1H": CLI11 takes a word that begins with a dash for an option, so such a moment is
// given by its name. Answers the words last first, as CLI11 wants them.
std::vector<std::string> words_of(const CLI::App& app, int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  const CLI::App* diff = app.get_subcommand("diff");
  bool after_value = false;  // The word before is an option that takes this one.
  int seen = 0;              // Words that are no options: the noun, and its moments.
  for (auto& word : words) {
    const bool is_value = std::exchange(after_value, false);
    const bool goes_back = is_moment_back(word);
    if (!is_value && word.starts_with('-') && !goes_back) {
      const auto* option = diff->get_option_no_throw(word);
      if (option == nullptr) option = app.get_option_no_throw(word);
      after_value = option != nullptr && option->get_items_expected_max() > 0;
    } else if (!is_value) {
      if (++seen == 1 && word != "diff") break;
      if (goes_back && seen <= 3) word.insert(0, seen == 2 ? "--from=" : "--to=");
    }
  }
  std::reverse(words.begin(), words.end());
  return words;
}

int run(int argc, char** argv) {
  CLI::App app{"Asks an Update Ledger, and tells it what to do.", "ledgerctl"};
  app.set_version_flag("--version", LEDGER_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  CommandLine line(app);
  std::string why;
  const auto context = context_among(std::vector<std::string_view>(argv + 1, argv + argc));
  if (!read_configuration(line.session.server, context, why)) {
    std::cerr << "ledgerctl: " << why << '\n';
    return static_cast<int>(Exit::usage);
  }
  add_global_options(line);
  for (const auto& noun : nouns()) line.noun(std::string(noun.name));
  for (const auto& verb : verbs()) add_table_verb(line, verb);
  add_special_verbs(line);
  add_log_verbs(line);
  add_evidence_verbs(line);
  add_proof_verbs(line);
  add_bundle_verbs(line);
  add_view_verbs(line);
  add_replay_verbs(line);
  add_folding_verbs(line);
  add_report_verbs(line);
  add_completion(line);
  for (auto* noun : app.get_subcommands({})) {
    const bool has_verbs = !noun->get_subcommands({}).empty();
    if (has_verbs && noun->get_name() != "replay") noun->require_subcommand(1);
  }
  app.parse_complete_callback([&line] {
    line.session.as_page = line.format == "html" && line.noun("report")->parsed();
    auto look = line.session.as_page ? Look() : look_named(line.format);
    if (!look) {
      throw CLI::ValidationError("--output", "there is no format \"" + line.format +
                                                 "\"; use table, wide, json, jsonl, yaml, csv or "
                                                 "name");
    }
    look->headers = look->headers && !line.no_headers;
    look->columns = split_columns(line.columns);
    line.session.look = *std::move(look);
    refuse_unheeded(line);
  });
  if (argc > 1 && std::string_view(argv[1]) == "__complete") {
    return print_candidates(app, std::vector<std::string>(argv + 2, argv + argc));
  }
  if (const auto wrong = explain_word(app, argc, argv); !wrong.empty()) {
    std::cerr << "ledgerctl: " << wrong << '\n';
    return static_cast<int>(Exit::usage);
  }
  try {
    app.parse(words_of(app, argc, argv));
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ExtrasError& extras) {
    std::cerr << "ledgerctl: " << explain_extras(app, extras.what()) << '\n';
    return static_cast<int>(Exit::usage);
  } catch (const CLI::ParseError& error) {
    std::cerr << "ledgerctl: " << error.what() << "\nSee ledgerctl --help.\n";
    return static_cast<int>(Exit::usage);
  }
  return static_cast<int>(line.exit);
}

}  // namespace
}  // namespace ledgerctl

int main(int argc, char** argv) {
  const int exit = ledgerctl::run(argc, argv);
  std::cout.flush();
  if (std::cout) return exit;
  std::cerr << "ledgerctl: not all of it could be written to standard output.\n";
  return exit == 0 ? static_cast<int>(ledgerctl::Exit::failed) : exit;
}
