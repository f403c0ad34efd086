#include "ledger/domain/groups.h"

#include <array>

#include "ledger/domain/computer_status.h"
#include "ledger/domain/filter.h"
#include "ledger/domain/world.h"
#include "ledger/limits.h"

namespace ledger::domain {
namespace {

std::string stream_of_group(const GroupId& id) { return stream_of("group", id); }
std::string stream_of_search(const SearchId& id) { return stream_of("search", id); }

Result<void> check_existing(const World& world, const GroupId& group) {
  if (!world.computers.groups.contains(group)) {
    return unknown("group-unknown", "There is no group named " + group.value + ".");
  }
  return {};
}

Result<void> check_parent(const World& world, const GroupId& group,
                          const std::optional<GroupId>& parent) {
  if (!parent) return {};
  if (const auto found = check_existing(world, *parent); !found) return fail(found.error());
  if (world.computers.groups.is_within(*parent, group)) {
    return refuse("group-cycle", "Group " + parent->value + " lies within " + group.value +
                                     ", so it cannot be its parent.");
  }
  return {};
}

}  // namespace

bool Groups::is_within(const GroupId& id, const GroupId& ancestor) const {
  const GroupId* at = &id;
  while (*at != ancestor) {
    const auto found = parents.find(*at);
    if (found == parents.end() || !found->second) return false;
    at = &*found->second;
  }
  return true;
}

std::span<const FilterField> computer_filter_fields() {
  static constexpr auto statuses = enum_names(ComputerStatus{});
  static constexpr auto modules = enum_names(Module{});
  static const std::array<FilterField, 16> fields = {{
      {"computer"},
      {"name"},
      {"platform"},
      {"modules", FilterKind::text, modules, true},
      {"policy"},
      {"group"},
      {"relay_group"},
      {"agent_version"},
      {"labels"},
      {"components"},
      {"ruleset"},
      {"rule_update"},
      {"behind"},
      {"status", FilterKind::text, statuses},
      {"state", FilterKind::text, statuses},  // What many people call the status.
      {"last_contact", FilterKind::time},
  }};
  return fields;
}

Decision decide(const World& world, const Command&, const CreateGroup& create, const Moment&) {
  if (!is_name(create.group.value)) {
    return invalid("group-name-invalid",
                   "A group's name is 1 to 63 of a-z, 0-9, '.', '_' and '-', and begins with a "
                   "letter or digit.");
  }
  if (world.computers.groups.contains(create.group)) {
    return fail(ErrorKind::conflict, "group-exists",
                "There is a group named " + create.group.value + " already.");
  }
  if (world.computers.groups.parents.size() >= limits::groups_max) {
    return refuse("too-many-groups", "There can be " + std::to_string(limits::groups_max) +
                                         " groups; delete one first.");
  }
  if (const auto checked = check_parent(world, create.group, create.parent); !checked) {
    return fail(checked.error());
  }
  return one_event(stream_of_group(create.group), GroupCreated{create.group, create.parent});
}

Decision decide(const World& world, const Command&, const ChangeGroup& change, const Moment&) {
  if (const auto found = check_existing(world, change.group); !found) return fail(found.error());
  if (const auto checked = check_parent(world, change.group, change.parent); !checked) {
    return fail(checked.error());
  }
  if (world.computers.groups.parents.at(change.group) == change.parent) return no_events();
  return one_event(stream_of_group(change.group), GroupChanged{change.group, change.parent});
}

Decision decide(const World& world, const Command&, const DeleteGroup& del, const Moment&) {
  if (const auto found = check_existing(world, del.group); !found) return fail(found.error());
  for (const auto& [id, parent] : world.computers.groups.parents) {
    if (parent == del.group) {
      return refuse("group-has-subgroups", "Group " + id.value + " lies in " + del.group.value +
                                               "; move or delete it first.");
    }
  }
  const auto members = count_computers(
      world.computers, [&](const BucketFacts& facts) { return facts.group == del.group; });
  if (members > 0) {
    return refuse("group-in-use", std::to_string(members) + " computers are in group " +
                                      del.group.value + "; move them first.");
  }
  return one_event(stream_of_group(del.group), GroupDeleted{del.group});
}

Decision decide(const World& world, const Command&, const SaveSearch& save, const Moment&) {
  if (!is_name(save.search.value)) {
    return invalid("search-name-invalid",
                   "A search's name is 1 to 63 of a-z, 0-9, '.', '_' and '-', and begins with a "
                   "letter or digit.");
  }
  const auto filter = Filter::parse(save.filter);
  if (!filter) return fail(filter.error());
  if (const auto checked = check_fields(*filter, computer_filter_fields()); !checked) {
    return fail(checked.error());
  }
  const std::string text = filter->canonical();
  const auto& known = world.computers.searches.filters;
  const auto found = known.find(save.search);
  if (found != known.end() && found->second == text) return no_events();
  if (found == known.end() && known.size() >= limits::searches_max) {
    return refuse("too-many-searches", "There can be " + std::to_string(limits::searches_max) +
                                           " saved searches; delete one first.");
  }
  return one_event(stream_of_search(save.search), SearchSaved{save.search, text});
}

Decision decide(const World& world, const Command&, const DeleteSearch& del, const Moment&) {
  if (!world.computers.searches.filters.contains(del.search)) {
    return unknown("search-unknown", "There is no saved search named " + del.search.value + ".");
  }
  return one_event(stream_of_search(del.search), SearchDeleted{del.search});
}

void evolve(World& world, const Event&, const GroupCreated& created) {
  world.computers.groups.parents[created.group] = created.parent;
}

void evolve(World& world, const Event&, const GroupChanged& changed) {
  world.computers.groups.parents[changed.group] = changed.parent;
}

void evolve(World& world, const Event&, const GroupDeleted& deleted) {
  world.computers.groups.parents.erase(deleted.group);
}

void evolve(World& world, const Event&, const SearchSaved& saved) {
  world.computers.searches.filters[saved.search] = saved.filter;
}

void evolve(World& world, const Event&, const SearchDeleted& deleted) {
  world.computers.searches.filters.erase(deleted.search);
}

}  // namespace ledger::domain
