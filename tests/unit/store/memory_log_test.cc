#include "ledger/store/memory_log.h"

#include "tests/support/log_contract.h"

namespace tests {
namespace {

struct MemoryHarness {
  ledger::store::EventLog& log() { return memory; }
  void settle() {}
  ledger::store::MemoryLog memory;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, LogContract, MemoryHarness);

}  // namespace
}  // namespace tests
