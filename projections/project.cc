#include "projections/project.h"

#include <concepts>
#include <string_view>
#include <variant>

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
          domain::WitnessRefused, domain::BackupCreated, domain::LedgerRestored, domain::ExportMade,
          domain::EvidenceIssued, domain::ReportMade, domain::CommandRefused, domain::AccessDenied,
          domain::SignInFailed, domain::ClockStepped, domain::TrustRootAdvanced,
          domain::EquivocationDetected, domain::DownloadStarted, domain::DownloadFailed,
          domain::ContentPruned, domain::BundleCreated, domain::BundleImported,
          domain::BundleRefused, domain::RuleUpdateExported, domain::AutoApplyWithheld,
          domain::PolicySendFailed, domain::ComputerFactsChanged, domain::ComputerReported,
          domain::ComputerRemoved, domain::PolicyAssigned, domain::ComputerMoved,
          domain::RelayGroupAssigned, domain::InstructionTaken, domain::ComputerUpdateFailed,
          domain::ComputerSilent, domain::ComputerReturned, domain::HookFinished,
          domain::IdentityIssued, domain::IdentityRevoked, domain::CloneDetected,
          domain::RelayGroupUpdateRequested, domain::TimetableSet, domain::UserCredentialChanged,
          domain::SessionOpened, domain::SessionClosed>;
template <WithoutRows T>
void project(const Event&, const T&, const World&, Rows&) {}

void project(const Event&, const domain::ComputerEnrolled& enrolled, const World& world,
             Rows& rows) {
  project_enrolment(enrolled, world, rows);
}

}  // namespace

void step(const Event& event, World& world, Rows& rows) {
  const bool about_computer = event.stream.starts_with(computer_prefix);
  const std::string_view computer =
      about_computer ? std::string_view(event.stream).substr(computer_prefix.size())
                     : std::string_view();
  const auto before = about_computer ? bucket_of(world, computer) : std::nullopt;
  evolve(world, event);
  if (about_computer) project_computer(computer, before, world, rows);
  visit([&](const auto& payload) { project(event, payload, world, rows); }, event.payload);
  project_expectations(event, world, rows);
}

}  // namespace projections
