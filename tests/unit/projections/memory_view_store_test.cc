#include "projections/memory_view_store.h"

#include <gtest/gtest.h>

#include "tests/support/seed.h"
#include "tests/support/view_store_model.h"

namespace {

TEST(MemoryViewStore, AnswersAsItsModelDoesWhateverIsWritten) {
  const std::uint64_t seed = tests::test_seed();
  for (std::uint64_t i = 0; i < 20 && !HasFailure(); ++i) {
    projections::MemoryViewStore store;
    tests::check_against_model(
        &store,
        [&]() -> projections::ViewStore* {
          store.reopen();
          return &store;
        },
        seed + i);
  }
}

}  // namespace
