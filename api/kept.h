// What is made of a few views that seldom change, kept until one of them does.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "ledger/domain/computer_status.h"
#include "ledger/result.h"
#include "ledger/store/event_log.h"
#include "projections/fleet.h"
#include "projections/snapshot.h"

namespace api {

namespace domain = ledger::domain;
using projections::Snapshot;
using projections::View;

// Thread: any.
template <class Made>
class Kept {
 public:
  using Make = ledger::Result<Made> (*)(const Snapshot&);
  // `make` reads these views and no others.
  Kept(std::vector<View> views, Make make) : views_(std::move(views)), make_(make) {}

  // As of the snapshot. Errors: those of `make`.
  ledger::Result<std::shared_ptr<const Made>> at(const Snapshot& snapshot) {
    if (auto kept = kept_for(snapshot)) return kept;
    auto made = make_(snapshot);
    if (!made) return ledger::fail(made.error());
    auto shared = std::make_shared<const Made>(*std::move(made));
    // Only what is so still is worth its place.
    if (is_same(snapshot, snapshot.at())) {
      const std::lock_guard lock(mutex_);
      kept_ = shared;
      made_at_ = snapshot.at();
    }
    return shared;
  }

 private:
  bool is_same(const Snapshot& snapshot, domain::Position at) const {
    return std::all_of(views_.begin(), views_.end(),
                       [&](View view) { return snapshot.is_same_at(view, at); });
  }

  std::shared_ptr<const Made> kept_for(const Snapshot& snapshot) {
    const std::lock_guard lock(mutex_);
    return kept_ && is_same(snapshot, made_at_) ? kept_ : nullptr;
  }

  const std::vector<View> views_;
  const Make make_;
  std::mutex mutex_;
  std::shared_ptr<const Made> kept_;
  domain::Position made_at_;
};

// When the record that was asked of last was recorded: most requests ask of the newest.
// Thread: any.
class KeptMoment {
 public:
  // RFC 3339. Errors: those of the log.
  ledger::Result<std::string> at(const ledger::store::EventLog& log, domain::Position position);

 private:
  std::mutex mutex_;
  domain::Position position_;
  std::string text_;  // Empty: nothing is kept yet.
};

// What nearly every request asks of. One for each view store.
struct KeptAnswers {
  Kept<domain::Expectations> expectations{
      {View::expected_patterns, View::expected_rulesets, View::policies, View::open_instructions,
       View::instructions},
      projections::expectations_at};
  KeptMoment moment;
};

}  // namespace api
