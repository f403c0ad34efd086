// Appends numbered batches to the log in a directory until it is killed, and says what it was told
// to be durable and sealed: "durable SIZE ROOT", "sealed SIZE ROOT".
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "ledger/head_keeper.h"
#include "ledger/store/data_directory.h"
#include "ledger/store/rocksdb_log.h"
#include "tests/support/numbered_batches.h"

namespace {

// One write, so that a kill leaves no half of a line but the last.
void say(const char* what, const ledger::store::Head& head) {
  const std::string line =
      std::string(what) + " " + std::to_string(head.size.value) + " " + hex(head.root) + "\n";
  if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) std::_Exit(3);
}

int failed(const ledger::Error& error) {
  std::fprintf(stderr, "%s: %s\n", error.reason.c_str(), error.detail.c_str());
  return 1;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const auto key = ledger::store::load_or_make_key(arguments[1]);
  if (!key) return failed(key.error());
  auto log = ledger::store::RocksLog::open({arguments[1], "ledger.example/test", 0, nullptr}, *key);
  if (!log) return failed(log.error());
  ledger::HeadKeeper keeper(**log, (*log)->head_file(), *key,
                            {"ledger.example/test", [](const ledger::Error&) { std::_Exit(3); }});
  ledger::store::Position sealed;
  while (true) {
    const auto head = (*log)->append(tests::numbered_batch((*log)->head().size.value));
    if (!head) return failed(head.error());
    say("durable", *head);
    const auto now = keeper.sealed().head;
    if (now.size > sealed) say("sealed", now);
    sealed = now.size;
  }
}
