// Laws of the views: whatever the batches and wherever the projector was started again, they are
// the fold of the log, at every position.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

#include "ledger/store/memory_log.h"
#include "projections/memory_view_store.h"
#include "projections/projector.h"
#include "tests/support/any_history.h"
#include "tests/support/log_of.h"
#include "tests/support/view_contents.h"

namespace {

using ledger::domain::Position;
using ledger::store::MemoryLog;
using projections::MemoryViewStore;
using projections::Projector;

void project(const MemoryLog& log, MemoryViewStore& store, std::uint64_t batch_events_max) {
  Projector::Options options;
  options.batch_events_max = batch_events_max;
  options.on_fatal = [](const ledger::Error& error) { RC_FAIL(error.detail); };
  auto projector = Projector::start(log, store, options);
  RC_ASSERT(projector.has_value());
  (*projector)->stop();
}

// What a fold without any store comes to.
struct PlainFold {
  ledger::domain::World world;
  tests::PlainRows rows;

  void step(const ledger::domain::Event& event) { projections::step(event, world, rows); }
};

std::span<const ledger::domain::Event> first_of(const tests::Fold::Events& events,
                                                std::size_t count) {
  return std::span(events).first(count);
}

RC_GTEST_PROP(Views, AreTheFoldOfTheLogForAnyBatchSize, ()) {
  const auto fold = tests::play(*tests::any_steps());
  MemoryLog log;
  tests::append_to(log, fold.log);
  MemoryViewStore store;
  project(log, store, *rc::gen::inRange<std::uint64_t>(1, 50));
  PlainFold plain;
  for (const auto& event : fold.log) plain.step(event);
  RC_ASSERT(store.size() == log.head().size);
  RC_ASSERT(store.root() == log.head().root);
  RC_ASSERT(tests::rows_of(*store.as_of({fold.log.size() - 1})) == plain.rows.rows);
  RC_ASSERT(store.digests() == tests::digests_of(plain.rows.rows));
}

RC_GTEST_PROP(Views, ShowEveryPositionAsTheFoldUpToThere, ()) {
  const auto fold = tests::play(*tests::any_steps());
  MemoryLog log;
  tests::append_to(log, fold.log);
  MemoryViewStore store;
  project(log, store, 64);
  // Comparing everything everywhere would take minutes, so some positions of each history.
  const auto stride = *rc::gen::inRange<std::size_t>(5, 25);
  PlainFold plain;
  for (std::size_t at = 0; at < fold.log.size(); ++at) {
    plain.step(fold.log[at]);
    if (at % stride == 0) {
      RC_ASSERT(tests::rows_of(*store.as_of({at})) == plain.rows.rows);
    }
  }
}

RC_GTEST_PROP(Views, TellWhichRowsEachEventChanged, ()) {
  const auto fold = tests::play(*tests::any_steps());
  MemoryLog log;
  tests::append_to(log, fold.log);
  MemoryViewStore store;
  project(log, store, 64);
  PlainFold plain;
  std::map<std::pair<projections::View, std::string>, std::size_t> version_counts;
  for (std::size_t at = 0; at < fold.log.size(); ++at) {
    const tests::RowsByKey before = plain.rows.rows;
    plain.step(fold.log[at]);
    auto changed = before;
    const auto told = store.changed_by({at}).value();
    for (const auto& row : told) {
      ++version_counts[{row.view, row.key}];
      const auto now = store.as_of({at})->get(row.view, row.key).value();
      if (now) {
        changed[{row.view, row.key}] = *now;
      } else {
        changed.erase({row.view, row.key});
      }
      // A change that changes nothing would make every history of a row longer than it is.
      const auto old = before.find({row.view, row.key});
      RC_ASSERT(now != (old == before.end() ? std::nullopt : std::optional(old->second)));
    }
    RC_ASSERT(changed == plain.rows.rows);
  }
  for (const auto& [key, count] : version_counts) {
    const auto versions = store.versions(key.first, key.second, {fold.log.size()}, 1'000'000);
    RC_ASSERT(versions.value().size() == count);
  }
}

RC_GTEST_PROP(Views, AreTheSameWhereverTheProjectorWasStartedAgain, ()) {
  const auto fold = tests::play(*tests::any_steps());
  const auto first = *rc::gen::inRange<std::size_t>(0, fold.log.size());
  MemoryLog log;
  MemoryViewStore store;
  tests::append_to(log, first_of(fold.log, first));
  project(log, store, *rc::gen::inRange<std::uint64_t>(1, 50));
  store.reopen();
  tests::append_to(log, std::span(fold.log).subspan(first));
  project(log, store, *rc::gen::inRange<std::uint64_t>(1, 50));
  PlainFold plain;
  for (const auto& event : fold.log) plain.step(event);
  RC_ASSERT(store.digests() == tests::digests_of(plain.rows.rows));
  RC_ASSERT(tests::rows_of(*store.as_of({fold.log.size() - 1})) == plain.rows.rows);
}

RC_GTEST_PROP(Views, OfAnotherHistoryAreMadeAnew, ()) {
  const auto fold = tests::play(*tests::any_steps());
  tests::Fold other;
  other.now = other.now + ledger::domain::seconds(1);
  tests::settle_in(other);
  MemoryLog log;
  tests::append_to(log, fold.log);
  MemoryLog other_log;
  tests::append_to(other_log, other.log);
  MemoryViewStore store;
  project(log, store, 64);
  project(other_log, store, 64);
  PlainFold plain;
  for (const auto& event : other.log) plain.step(event);
  RC_ASSERT(tests::rows_of(*store.as_of({other.log.size() - 1})) == plain.rows.rows);
  RC_ASSERT(store.digests() == tests::digests_of(plain.rows.rows));
}

}  // namespace
