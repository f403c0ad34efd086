// Which events are decisions, and of what kind; which tell of access. By the names of their types.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "ledger/codec/codec.h"
#include "ledger/domain/event.h"
#include "replay/reports/period.h"

namespace replay::reports {

// "policies": what kind of decision an event of this type is; empty: it is none, but a report of a
// machine or something that followed.
std::string_view decision_kind(std::string_view type);

// A token that a computer got when it joined: nobody decided that.
bool is_of_machine(const domain::Payload& payload);

// Calls visit(envelope, bytes of the record) for each event of the period, oldest first, until an
// error. Errors: those of check_events() and of `visit`; corrupt, io.
using VisitEvent =
    std::function<ledger::Result<void>(const ledger::codec::Envelope&, std::string_view)>;
ledger::Result<void> for_each_event(const Period& period, const VisitEvent& visit);

// What a payload says, in words: "update 26-031, from 26-030"; without digests, and cut.
std::string told(const domain::Payload& payload);

}  // namespace replay::reports
