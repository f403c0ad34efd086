// The fold of a what-if: recorded commands go in, one after the other, and what would have come of
// them goes into a world and its rows.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "replay/overlay_views.h"
#include "replay/what_if.h"

namespace replay {

// Thread: one.
class SupposedFold {
 public:
  // All of them outlive this. `world` and `views` are of the moment before the first edit.
  SupposedFold(domain::World world, OverlayViews& views, const domain::TimeZones& time_zones,
               const WhatIfQuery& query, WhatIf& told);

  // Shape: all events of one command, command after command.
  void take(std::span<const domain::Event> events);
  // Gives the edits that stand at the end, and lets time pass once more.
  void finish(domain::Position end);

  std::vector<AlertDifference> alerts() const;
  // Recorded events that are not as they were: the rows they changed may stand otherwise now.
  const std::vector<domain::Position>& otherwise() const { return otherwise_; }

 private:
  struct Tally {
    std::uint64_t raised = 0;
    std::optional<domain::Time> first;
    bool open = false;
  };
  using Tallies = std::map<domain::AlertKey, Tally>;
  struct Drop {
    std::string why;
    std::optional<domain::Position> because_of;
  };

  void give_edits(domain::Position before, domain::Time now);
  void give(const Edit& edit, domain::Time now);
  void let_time_pass(domain::Position at, domain::Time now);
  std::optional<Drop> why_dropped(std::span<const domain::Event> events) const;
  bool is_overruled(const domain::Payload& payload) const;
  void take_as_recorded(std::span<const domain::Event> events);
  void decide_anew(std::span<const domain::Event> events, domain::CommandPayload payload);
  void place(std::span<const domain::Event> events, std::vector<domain::NewEvent> decided);
  domain::Event supposed(const domain::Event& model, domain::NewEvent decided) const;
  void suppose(domain::Event event);
  void drop(const domain::Event& event, const Drop& drop);
  void refuse(domain::Position at, const domain::CommandPayload& command,
              const ledger::Error& error);
  std::uint64_t number_there(std::uint64_t number) const;
  void with_instruction_of_there(domain::Event& event) const;
  bool with_ids_of_there(domain::Event& event) const;
  void emit(domain::Event event);
  void note_in_fact(const domain::Event& event);
  void note_there(const domain::Event& event);

  domain::World world_;
  OverlayViews& views_;
  const domain::TimeZones& time_zones_;
  const WhatIfQuery& query_;
  WhatIf& told_;
  std::set<std::size_t> given_;  // Edits, by their number.
  std::set<domain::Position> dropped_;
  std::set<std::string> instructions_dropped_;  // As they are called there.
  // Of instructions that are supposed: the number of the recorded one that each comes after.
  std::vector<std::uint64_t> instructed_there_;
  std::vector<domain::Position> otherwise_;
  std::map<domain::AlertId, domain::AlertKey> alerts_in_fact_;  // What is called so in the record.
  Tallies in_fact_;
  Tallies there_;
};

}  // namespace replay
