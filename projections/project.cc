#include "projections/project.h"

#include <concepts>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "projections/access.h"
#include "projections/alerts.h"
#include "projections/computers.h"
#include "projections/expectations.h"
#include "projections/instructions.h"
#include "projections/patterns.h"
#include "projections/policies.h"
#include "projections/relays.h"
#include "projections/rule_updates.h"
#include "projections/schedules.h"
#include "projections/service.h"
#include "projections/settings.h"
#include "projections/sources.h"

namespace projections {
namespace {

using domain::Event;
using domain::World;

constexpr std::string_view computer_prefix = "computer/";

template <class T, class... Types>
concept OneOf = (std::same_as<T, Types> || ...);

// Events that change no row but that of the computer, if they are of a computer's stream.
template <class T>
concept WithoutRows =
    OneOf<T, domain::ServiceStopped, domain::ViewsDigested, domain::WitnessCosigned,
          domain::WitnessRefused, domain::WitnessUnreachable, domain::BackupCreated,
          domain::LedgerRestored, domain::ExportMade, domain::EvidenceIssued, domain::ReportMade,
          domain::CommandRefused, domain::AccessDenied, domain::SignInFailed, domain::ClockStepped,
          domain::TrustRootAdvanced, domain::EquivocationDetected, domain::DownloadStarted,
          domain::DownloadFailed, domain::ContentPruned, domain::BundleCreated,
          domain::BundleImported, domain::BundleRefused, domain::RuleUpdateExported,
          domain::AutoApplyWithheld, domain::PolicySendFailed, domain::ComputerFactsChanged,
          domain::ComputerReported, domain::PolicyAssigned, domain::ComputerMoved,
          domain::RelayGroupAssigned, domain::InstructionTaken, domain::ComputerUpdateFailed,
          domain::ComputerSilent, domain::ComputerReturned, domain::HookFinished,
          domain::IdentityIssued, domain::CloneDetected, domain::RelayGroupUpdateRequested,
          domain::TimetableSet, domain::UserCredentialChanged, domain::SessionOpened,
          domain::SessionClosed>;
template <WithoutRows T>
void project(const Event&, const T&, const World&, Rows&) {}

void project(const Event&, const domain::ComputerEnrolled& enrolled, const World& world,
             Rows& rows) {
  project_enrolment(enrolled, world, rows);
}

using Placed = std::pair<domain::ComputerIndex, std::optional<BucketPlace>>;

std::vector<Placed> placed(const std::vector<domain::ComputerId>& computers, const World& world) {
  std::vector<Placed> places;
  places.reserve(computers.size());
  for (const auto& id : computers) {
    const auto index = world.computers.table.find(id.value);
    if (index) places.emplace_back(*index, place_of(world, *index));
  }
  return places;
}

// Computers that an event gives another bucket although it is not of their streams: an instruction
// and its end concern those that it names. Shape: before the event is folded.
std::vector<Placed> named_by(const Event& event, const World& world) {
  if (const auto* instructed = get_if<domain::Instructed>(&event.payload)) {
    return placed(instructed->scope.computers, world);
  }
  if (const auto* cancelled = get_if<domain::InstructionCancelled>(&event.payload)) {
    for (const auto& open : world.computers.instructions.open) {
      if (open.facts.instruction == cancelled->instruction) {
        return placed(open.scope.computers, world);
      }
    }
  }
  return {};
}

std::optional<std::string> name_of(const World& world,
                                   std::optional<domain::ComputerIndex> computer) {
  if (!computer) return std::nullopt;
  return std::string(world.computers.table.name(*computer));
}

bool names_computer(const Event& event) {
  return get_if<domain::ComputerEnrolled>(&event.payload) != nullptr ||
         get_if<domain::ComputerFactsChanged>(&event.payload) != nullptr;
}

}  // namespace

void step(const Event& event, World& world, Rows& rows, TouchedComputers& touched) {
  const bool about_computer = event.stream.starts_with(computer_prefix);
  const std::string_view computer =
      about_computer ? std::string_view(event.stream).substr(computer_prefix.size())
                     : std::string_view();
  auto index = about_computer ? world.computers.table.expect(computer) : std::nullopt;
  const auto before = index ? place_of(world, *index) : std::nullopt;
  const auto named = named_by(event, world);
  const bool gives_name = names_computer(event);
  const auto name_before = gives_name ? name_of(world, index) : std::nullopt;
  evolve(world, event);
  for (const auto& [other, place] : named) {
    const auto after = place_of(world, other);
    if (after != place) touched.add(other, place, after);
  }
  if (about_computer && !index) index = world.computers.table.find(computer);
  if (index) {
    touched.add(*index, before, place_of(world, *index));
    if (gives_name) touched.add_name(*index, name_before);
  }
  visit([&](const auto& payload) { project(event, payload, world, rows); }, event.payload);
  project_expectations(event, world, rows);
}

void step(const Event& event, World& world, Rows& rows) {
  TouchedComputers touched;
  step(event, world, rows, touched);
  touched.project(world, rows);
}

}  // namespace projections
