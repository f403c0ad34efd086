// Folders of computers, and filters over computers that have a name.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>

#include "ledger/domain/decider.h"

namespace ledger::domain {

struct FilterField;

struct Groups {
  std::map<GroupId, std::optional<GroupId>> parents;  // All groups.

  bool contains(const GroupId& id) const { return parents.contains(id); }
  bool is_within(const GroupId& id, const GroupId& ancestor) const;  // Itself included.
};

struct Searches {
  std::map<SearchId, std::string> filters;  // Each as Filter::canonical() writes it.
};

// What a filter over computers may ask for, whether it is saved or typed into a list.
std::span<const FilterField> computer_filter_fields();

Decision decide(const World&, const Command&, const CreateGroup&, const Moment&);
Decision decide(const World&, const Command&, const ChangeGroup&, const Moment&);
Decision decide(const World&, const Command&, const DeleteGroup&, const Moment&);
Decision decide(const World&, const Command&, const SaveSearch&, const Moment&);
Decision decide(const World&, const Command&, const DeleteSearch&, const Moment&);

void evolve(World&, const Event&, const GroupCreated&);
void evolve(World&, const Event&, const GroupChanged&);
void evolve(World&, const Event&, const GroupDeleted&);
void evolve(World&, const Event&, const SearchSaved&);
void evolve(World&, const Event&, const SearchDeleted&);

}  // namespace ledger::domain
