#include "tools/ledger-publish/key_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include "updates/local_file.h"
#include "updates/tuf/metadata_directory.h"

namespace ledger_publish {

using ledger::ErrorKind;
using ledger::fail;
namespace fs = std::filesystem;
namespace updates = ledger::updates;

namespace {

constexpr std::size_t key_file_bytes_max = 65'536;
constexpr const char* new_mark = ".new";

// The terminal with its echo switched off, and on again at the end.
class Terminal {
 public:
  Terminal() : file_(::open("/dev/tty", O_RDWR | O_CLOEXEC)) {
    if (!file_.is_open() || ::tcgetattr(file_.get(), &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    quiet_ = ::tcsetattr(file_.get(), TCSAFLUSH, &quiet) == 0;
  }
  ~Terminal() {
    if (quiet_) ::tcsetattr(file_.get(), TCSAFLUSH, &before_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  std::optional<std::string> ask(const std::string& question) const {
    if (!quiet_) return std::nullopt;
    say(question);
    std::string line;
    for (char c = 0; ::read(file_.get(), &c, 1) == 1 && c != '\n';) line += c;
    say("\n");
    return line;
  }

 private:
  void say(const std::string& text) const {
    static_cast<void>(::write(file_.get(), text.data(), text.size()) < 0);
  }

  updates::Descriptor file_;
  termios before_{};
  bool quiet_ = false;
};

tl::unexpected<ledger::Error> no_passphrase(const std::string& key) {
  return fail(
      ErrorKind::invalid, "passphrase-missing",
      "The key " + key + " has a passphrase; give --passphrase-file, or run this at a terminal.");
}

// Only its owner may read it, from the first byte on.
Result<void> write_secret(const fs::path& path, std::string_view bytes) {
  const updates::Descriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.is_open()) return fail(updates::file_error("Making", path, errno));
  while (!bytes.empty()) {
    const ssize_t put = ::write(file.get(), bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return fail(updates::file_error("Writing", path, errno));
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  if (::fsync(file.get()) != 0) return fail(updates::file_error("Syncing", path, errno));
  return tuf::sync_folder(path.parent_path());
}

Result<void> move_file(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    return fail(updates::file_error("Moving", from, errno));
  }
  return tuf::sync_folder(to.parent_path());
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

Result<std::string> Passphrases::from_file() const {
  auto bytes = updates::read_local_file(file_, 4'096);
  if (!bytes) return bytes;
  std::string line = bytes->substr(0, bytes->find('\n'));
  if (!line.empty() && line.back() == '\r') line.pop_back();
  if (line.empty()) {
    return fail(ErrorKind::invalid, "passphrase-missing",
                "The first line of " + file_.string() + " is empty; write the passphrase there.");
  }
  return line;
}

Result<std::string> Passphrases::of(const std::string& key) const {
  if (!asks_people()) return from_file();
  const auto said = Terminal().ask("Passphrase of " + key + " (empty: not at hand): ");
  return said ? Result<std::string>(*said) : no_passphrase(key);
}

Result<std::string> Passphrases::fresh(const std::string& key) const {
  if (!asks_people()) return from_file();
  const Terminal terminal;
  const auto said = terminal.ask("New passphrase for " + key + ": ");
  if (!said) return no_passphrase(key);
  if (said->empty()) {
    return fail(ErrorKind::invalid, "passphrase-missing", "An offline key needs a passphrase.");
  }
  if (terminal.ask("Once more: ") != *said) {
    return fail(ErrorKind::invalid, "passphrases-differ", "The two passphrases differ.");
  }
  return *said;
}

bool is_online(const std::string& role) { return role == "snapshot" || role == "timestamp"; }

std::string role_of_key(const std::string& name) {
  const auto dash = name.rfind('-');
  if (dash == std::string::npos || !is_number(name.substr(dash + 1))) return name;
  return name.substr(0, dash);
}

fs::path KeyFolder::path_of(const std::string& name, const std::string& end) const {
  const fs::path below = is_online(role_of_key(name)) ? folder_ / "online" : folder_;
  return below / (name + end);
}

std::vector<std::string> KeyFolder::names_of(const std::string& role) const {
  std::vector<std::string> names;
  std::error_code problem;
  const fs::path below = path_of(role, "").parent_path();
  for (auto it = fs::directory_iterator(below, problem); !problem && it != fs::directory_iterator();
       it.increment(problem)) {
    const std::string file = it->path().filename().string();
    if (!file.ends_with(".pem")) continue;
    std::string name = file.substr(0, file.size() - std::string(".pem").size());
    if (name.ends_with(new_mark)) name.resize(name.size() - std::string(new_mark).size());
    if (role_of_key(name) == role) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Result<void> KeyFolder::load(const std::string& role, tuf::KeyRing& ring) const {
  auto names = names_of(role);
  // What a rotation made that was cut short before its end.
  for (const auto& name : std::vector<std::string>(names)) names.push_back(name + new_mark);
  for (const auto& name : names) {
    const auto path = path_of(role, "").parent_path() / (name + ".pem");
    const auto pem = updates::read_local_file(path, key_file_bytes_max);
    if (!pem && pem.error().kind == ErrorKind::not_found) continue;
    if (!pem) return fail(pem.error());
    std::string passphrase;
    if (pem->find("ENCRYPTED") != std::string::npos) {
      const auto said = passphrases_.of(name);
      if (!said) return fail(said.error());
      if (said->empty()) continue;
      passphrase = *said;
    }
    auto key = tuf::PrivateKey::from_pem(*pem, passphrase);
    if (!key) {
      return fail(key.error().kind, key.error().reason, path.string() + ": " + key.error().detail);
    }
    ring.push_back(std::move(*key));
  }
  return {};
}

Result<void> KeyFolder::write(const std::string& name, const tuf::PrivateKey& key,
                              const std::string& passphrase) const {
  const auto role = role_of_key(name.substr(0, name.find('.')));
  const fs::path below = path_of(role, "").parent_path();
  std::error_code problem;
  fs::create_directories(below, problem);
  if (problem) return fail(updates::file_error("Making the directory", below, problem.value()));
  fs::permissions(below, fs::perms::owner_all, problem);
  const auto pem = key.pem(passphrase);
  if (!pem) return fail(pem.error());
  // Left by a rotation that was cut short, and never published.
  if (name.ends_with(new_mark)) fs::remove(below / (name + ".pem"), problem);
  if (auto put = write_secret(below / (name + ".pem"), *pem); !put) return put;
  return tuf::replace_file(below / (name + ".pub"), key.public_key().id + "\n");
}

Result<void> KeyFolder::make(const std::vector<std::string>& names, tuf::KeyKind kind,
                             tuf::KeyRing& ring) const {
  for (const auto& name : names) {
    std::error_code none;
    if (!name.ends_with(new_mark) && fs::exists(path_of(name, ".pem"), none)) {
      return fail(
          ErrorKind::conflict, "key-exists",
          path_of(name, ".pem").string() + " is there already; keys are never overwritten.");
    }
  }
  for (const auto& name : names) {
    std::string passphrase;
    if (!is_online(role_of_key(name.substr(0, name.find('.'))))) {
      auto said = passphrases_.fresh(name);
      if (!said) return fail(said.error());
      passphrase = *std::move(said);
    }
    auto key = tuf::PrivateKey::generate(kind);
    if (!key) return fail(key.error());
    if (auto written = write(name, *key, passphrase); !written) return written;
    ring.push_back(std::move(*key));
  }
  return {};
}

Result<std::string> KeyFolder::id_of(const std::string& name) const {
  const auto below = path_of(role_of_key(name.substr(0, name.find('.'))), "").parent_path();
  auto bytes = updates::read_local_file(below / (name + ".pub"), 4'096);
  if (!bytes) {
    return fail(ErrorKind::not_found, "key-unknown",
                "There is no " + (below / (name + ".pub")).string() + " that says which key " +
                    name + " is.");
  }
  return bytes->substr(0, bytes->find('\n'));
}

Result<void> KeyFolder::replace(const std::string& name) const {
  const auto below = path_of(name, "").parent_path();
  const auto retired = folder_ / "retired";
  std::error_code problem;
  fs::create_directories(retired, problem);
  if (problem) return fail(updates::file_error("Making the directory", retired, problem.value()));
  const auto before = id_of(name);
  constexpr std::size_t id_shown = 16;
  const std::string mark = before ? "." + before->substr(0, id_shown) : ".unknown";
  for (const std::string end : {".pem", ".pub"}) {
    if (fs::exists(below / (name + end), problem)) {
      auto moved = move_file(below / (name + end), retired / (name + mark + end));
      if (!moved) return moved;
    }
    auto moved = move_file(below / (name + new_mark + end), below / (name + end));
    if (!moved) return moved;
  }
  return {};
}

}  // namespace ledger_publish
