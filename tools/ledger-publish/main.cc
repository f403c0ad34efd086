// ledger-publish: makes and signs the repository that a source of updates is.
#include <CLI/CLI.hpp>
#include <iostream>
#include <regex>

#include "ledger/clock.h"
#include "tools/ledger-publish/verbs.h"

namespace {

namespace domain = ledger::domain;
namespace tuf = ledger_publish::tuf;
using ledger::Result;

constexpr const char* about =
    "Makes and signs a repository of updates: plain files that any web server can serve.\n\n"
    "  ledger-publish -r updates -k keys --passphrase-file secret init\n"
    "  ledger-publish -r updates add rules 26-001.json\n"
    "  ledger-publish -r updates add pattern --component virus --platform linux \\\n"
    "      --version 19.123.00 --product \"Virus Pattern\" virus.hdb\n"
    "  ledger-publish -r updates -k keys --passphrase-file secret sign\n"
    "  ledger-publish -r updates -k keys renew timestamp --every 1h\n\n"
    "init prints the trust root, which whoever subscribes pins. Keys of root and targets count "
    "two\n"
    "of three; keep each on a medium of its own, and copy those at hand into the folder to sign.\n"
    "Only the keys in online/ (snapshot, timestamp) lie there without a passphrase.\n"
    "Without --passphrase-file, passphrases are asked for at the terminal.";

struct Asked {
  ledger_publish::Place place;
  std::string repository;
  std::string keys = "keys";
  std::string passphrase_file;
  std::string kind = "ed25519";
  std::vector<std::string> names;  // Files, or targets.
  std::string name;
  std::string component, product, platform = "all", version, released_at;
  std::string every;
  std::string root;
  bool signs = false;
};

tuf::KeyKind kind_of(const std::string& name) {
  if (name == "rsa") return tuf::KeyKind::rsa;
  return name == "ecdsa" ? tuf::KeyKind::ecdsa : tuf::KeyKind::ed25519;
}

int complain(const ledger::Error& error) {
  std::cerr << "ledger-publish: " << error.detail << " (" << error.reason << ")\n";
  return EXIT_FAILURE;
}

// "90s", "30m", "1h".
Result<domain::Duration> duration_of(const std::string& text) {
  static const std::regex shape("([1-9][0-9]{0,6})([smh])");
  std::smatch match;
  if (!std::regex_match(text, match, shape)) {
    return ledger::fail(ledger::ErrorKind::invalid, "duration-invalid",
                        "--every takes seconds, minutes or hours, such as 90s, 30m or 1h.");
  }
  const std::int64_t unit = match[2] == "h" ? 3'600 : match[2] == "m" ? 60 : 1;
  return domain::seconds(std::stoll(match[1].str()) * unit);
}

Result<void> add_pattern(const Asked& asked) {
  domain::ReleasePattern release;
  release.component.value = asked.component;
  release.product = asked.product.empty() ? asked.component : asked.product;
  release.platform.value = asked.platform;
  release.version = asked.version;
  release.released_at = ledger::SystemClock().now();
  if (!asked.released_at.empty()) {
    const auto time = domain::time_from_rfc3339(asked.released_at);
    if (!time) {
      return ledger::fail(ledger::ErrorKind::invalid, "time-invalid",
                          "--released-at takes a time such as 2026-01-31T12:00:00Z.");
    }
    release.released_at = *time;
  }
  return ledger_publish::add_pattern(asked.place, release, asked.name);
}

Result<void> renew(const Asked& asked) {
  if (asked.every.empty()) return ledger_publish::renew(asked.place, asked.name);
  const auto every = duration_of(asked.every);
  if (!every) return ledger::fail(every.error());
  if (asked.name != "timestamp") {
    return ledger::fail(ledger::ErrorKind::invalid, "role-offline",
                        "Only the timestamp is signed again by itself; leave --every out.");
  }
  return ledger_publish::renew_every(asked.place, *every);
}

class Verbs {
 public:
  Verbs(CLI::App& app, Asked& asked) : asked_(asked) {
    app.add_option("-r,--repository", asked.repository, "The repository's directory");
    app.add_option("-k,--keys", asked.keys, "The directory of private keys")->capture_default_str();
    app.add_option("--passphrase-file", asked.passphrase_file,
                   "A file whose first line is the passphrase of the keys");
    app.fallthrough();
    app.require_subcommand(1);
    add_init(app);
    add_add(app);
    retire_ = app.add_subcommand("retire", "Stop listing targets; bytes stay for older metadata.");
    retire_->add_option("target", asked.names, "Paths such as rules/26-001.json")->required();
    add_sign_flag(retire_);
    staged_ = app.add_subcommand("staged", "Show what waits for sign.");
    sign_ = app.add_subcommand("sign", "Sign and publish all that was added and retired.");
    renew_ = app.add_subcommand("renew", "Sign a role again with a new lifetime.");
    renew_->add_option("role", asked.name, "root, targets, rules, patterns, snapshot, timestamp")
        ->required();
    renew_->add_option("--every", asked.every,
                       "Go on doing so, as 1h; of the timestamp, with the snapshot when due");
    rotate_ = app.add_subcommand("rotate",
                                 "Make a new key in the place of one, or of all of a "
                                 "role.");
    rotate_->add_option("key", asked.name, "A key such as root-2, or a role")->required();
    add_kind(rotate_);
    check_ = app.add_subcommand("check",
                                "Verify a repository as a client does; exit code 1 says "
                                "that something is wrong.");
    check_->add_option("where", asked.name, "A directory or URL; without it, the repository");
    check_->add_option("--root", asked.root, "SHA-256 of the root to trust; without it, the first");
  }

  Result<void> run() const {
    const auto& place = asked_.place;
    if (init_->parsed()) return ledger_publish::init(place, kind_of(asked_.kind));
    if (rules_->parsed())
      return signed_after(ledger_publish::add_rule_updates(place, asked_.names));
    if (pattern_->parsed()) return signed_after(add_pattern(asked_));
    if (retire_->parsed()) return signed_after(ledger_publish::retire(place, asked_.names));
    if (staged_->parsed()) return ledger_publish::show_staged(place);
    if (sign_->parsed()) return ledger_publish::sign(place);
    if (renew_->parsed()) return renew(asked_);
    if (rotate_->parsed()) {
      return ledger_publish::rotate(place, asked_.name, kind_of(asked_.kind));
    }
    return ledger_publish::check(asked_.name.empty() ? asked_.repository : asked_.name,
                                 asked_.root);
  }

  bool needs_repository() const { return !check_->parsed() || asked_.name.empty(); }

 private:
  void add_kind(CLI::App* verb) {
    verb->add_option("--kind", asked_.kind, "ed25519, rsa or ecdsa")
        ->check(CLI::IsMember({"ed25519", "rsa", "ecdsa"}))
        ->capture_default_str();
  }
  void add_sign_flag(CLI::App* verb) {
    verb->add_flag("--sign", asked_.signs, "Sign and publish at once");
  }
  void add_init(CLI::App& app) {
    init_ = app.add_subcommand("init", "Make keys and an empty repository.");
    add_kind(init_);
  }
  void add_add(CLI::App& app) {
    auto* add = app.add_subcommand("add", "Put content in line for the next sign.");
    add->require_subcommand(1);
    add->fallthrough();
    rules_ = add->add_subcommand("rules", "Rule updates, each as rules/<its id>.json.");
    rules_->add_option("file", asked_.names, "Documents of rule updates")->required();
    add_sign_flag(rules_);
    pattern_ = add->add_subcommand("pattern", "One version of a component's pattern.");
    pattern_->add_option("file", asked_.name, "The pattern's one file")->required();
    pattern_->add_option("--component", asked_.component, "Such as virus")->required();
    pattern_->add_option("--version", asked_.version, "Such as 19.123.00")->required();
    pattern_->add_option("--platform", asked_.platform, "Such as linux; all: of any")
        ->capture_default_str();
    pattern_->add_option("--product", asked_.product, "The component's name for people");
    pattern_->add_option("--released-at", asked_.released_at, "RFC 3339; without it, now");
    add_sign_flag(pattern_);
  }
  Result<void> signed_after(Result<void> done) const {
    return done && asked_.signs ? ledger_publish::sign(asked_.place) : done;
  }

  Asked& asked_;
  CLI::App* init_ = nullptr;
  CLI::App* rules_ = nullptr;
  CLI::App* pattern_ = nullptr;
  CLI::App* retire_ = nullptr;
  CLI::App* staged_ = nullptr;
  CLI::App* sign_ = nullptr;
  CLI::App* renew_ = nullptr;
  CLI::App* rotate_ = nullptr;
  CLI::App* check_ = nullptr;
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{about, "ledger-publish"};
  app.set_version_flag("--version", LEDGER_VERSION);
  Asked asked;
  const Verbs verbs(app, asked);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    std::cerr << "ledger-publish: " << error.what() << "\nSee ledger-publish --help.\n";
    return 2;
  }
  if (asked.repository.empty() && verbs.needs_repository()) {
    std::cerr << "ledger-publish: --repository says where the repository is.\n";
    return 2;
  }
  asked.place = {asked.repository, asked.keys, asked.passphrase_file};
  const auto done = verbs.run();
  return done ? EXIT_SUCCESS : complain(done.error());
}
