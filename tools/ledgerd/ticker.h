// Lets time pass in the ledger: every second it asks what has fallen due.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "ledger/clock.h"
#include "ledger/contact_book.h"
#include "ledger/writer.h"

namespace ledgerd {

class Ticker {
 public:
  // All of them outlive the ticker.
  Ticker(ledger::Writer& writer, ledger::ContactBook& contacts, const ledger::Clock& clock,
         std::chrono::milliseconds interval);
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

 private:
  void tick();
  void tell_of_jump(ledger::domain::Time now);

  ledger::Writer& writer_;
  ledger::ContactBook& contacts_;
  const ledger::Clock& clock_;
  std::chrono::milliseconds interval_;
  ledger::domain::Time seen_;  // At the last look, by either clock.
  ledger::domain::Duration seen_steady_;
  std::mutex mutex_;
  std::condition_variable_any stopping_;
  std::jthread thread_;
};

}  // namespace ledgerd
