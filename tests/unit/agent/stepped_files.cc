#include "tests/unit/agent/stepped_files.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tests {

namespace agent = ledger::updates::agent;

// A piece is written in two steps, so that a file may be left with half of it.
class SteppedFiles::File final : public agent::NewFile {
 public:
  File(SteppedFiles& files, Path path, std::unique_ptr<agent::NewFile> real)
      : files_(files), path_(std::move(path)), real_(std::move(real)) {}
  Result<void> append(std::string_view bytes) override {
    const auto half = bytes.size() / 2;
    if (auto done = files_.step(); !done) return done;
    if (auto done = real_->append(bytes.substr(0, half)); !done) return done;
    if (auto done = files_.step(); !done) return done;
    return real_->append(bytes.substr(half));
  }
  Result<void> sync() override {
    auto done = files_.step();
    return done ? files_.noted("synced", path_, real_->sync()) : done;
  }

 private:
  SteppedFiles& files_;
  Path path_;
  std::unique_ptr<agent::NewFile> real_;
};

ledger::Result<void> SteppedFiles::step() {
  ++steps_;
  return before ? before(steps_) : Result<void>();
}

ledger::Result<void> SteppedFiles::noted(const char* what, const Path& path, Result<void> done) {
  if (done) trace.push_back({what, path});
  return done;
}

ledger::Result<void> SteppedFiles::make_directory(const Path& directory) {
  auto done = step();
  return done ? noted("made", directory, real_.make_directory(directory)) : done;
}

ledger::Result<std::unique_ptr<agent::NewFile>> SteppedFiles::make(const Path& path) {
  if (auto done = step(); !done) return ledger::fail(done.error());
  auto file = real_.make(path);
  if (!file) return file;
  trace.push_back({"made", path});
  return std::make_unique<File>(*this, path, std::move(*file));
}

ledger::Result<std::unique_ptr<agent::NewFile>> SteppedFiles::go_on(const Path& path) {
  if (auto done = step(); !done) return ledger::fail(done.error());
  auto file = real_.go_on(path);
  if (!file) return file;
  trace.push_back({"made", path});
  return std::make_unique<File>(*this, path, std::move(*file));
}

ledger::Result<void> SteppedFiles::link(const Path& from, const Path& to) {
  auto done = step();
  return done ? noted("made", to, real_.link(from, to)) : done;
}

ledger::Result<void> SteppedFiles::link_to(const std::string& target, const Path& link) {
  auto done = step();
  return done ? noted("made", link, real_.link_to(target, link)) : done;
}

ledger::Result<void> SteppedFiles::rename(const Path& from, const Path& to) {
  auto done = step();
  return done ? noted("made", to, real_.rename(from, to)) : done;
}

ledger::Result<void> SteppedFiles::remove(const Path& path) {
  auto done = step();
  return done ? real_.remove(path) : done;
}

ledger::Result<void> SteppedFiles::remove_directory(const Path& path) {
  auto done = step();
  return done ? real_.remove_directory(path) : done;
}

ledger::Result<void> SteppedFiles::sync_directory(const Path& directory) {
  auto done = step();
  return done ? noted("synced", directory, real_.sync_directory(directory)) : done;
}

bool killed_at(int step, const std::function<void(SteppedFiles&)>& change) {
  const pid_t child = ::fork();
  CHECK(child >= 0, "a process can be made");
  if (child == 0) {
    SteppedFiles files;
    files.before = [step](int at) {
      if (at == step) ::kill(::getpid(), SIGKILL);
      return ledger::Result<void>();
    };
    change(files);
    ::_exit(0);
  }
  int status = 0;
  CHECK(::waitpid(child, &status, 0) == child, "a process is waited for");
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

ledger::Result<void> full_disk() {
  return ledger::fail(ledger::ErrorKind::unavailable, "disk-full", "No space is left.");
}

}  // namespace tests
