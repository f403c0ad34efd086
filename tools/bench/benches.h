// Every bench: measures, says its figures, and fails only where nothing could be measured.
#pragma once

#include "ledger/result.h"
#include "tools/bench/bench.h"

namespace bench {

ledger::Result<void> append_1(Bench& bench);   // One client, who waits for each answer.
ledger::Result<void> append_64(Bench& bench);  // As many as 64 commands under way.

ledger::Result<void> http_append(Bench& bench);  // Reports of agents, 1, 64 and 128 connections.
ledger::Result<void> http_get(Bench& bench);     // One computer; 16 connections, and idle ones.

ledger::Result<void> verify(Bench& bench);
ledger::Result<void> rebuild(Bench& bench);
ledger::Result<void> projector(Bench& bench);
ledger::Result<void> what_if(
    Bench& bench);  // Half of the record folded again, and stepped through.
ledger::Result<void> bytes_per_event(Bench& bench);  // Before and after compaction.

ledger::Result<void> as_of(Bench& bench);     // Rows and pages, now and far back.
ledger::Result<void> overview(Bench& bench);  // Of the whole fleet.
ledger::Result<void> lists(Bench& bench);     // Pages of 100, filtered.

ledger::Result<void> bisect(Bench& bench);    // Over the whole record of the fleet.
ledger::Result<void> blame(Bench& bench);     // One row: a computer's, and one that always changes.
ledger::Result<void> diff(Bench& bench);      // The same number of events, of two fleets.
ledger::Result<void> proof(Bench& bench);     // Of inclusion and of consistency.
ledger::Result<void> evidence(Bench& bench);  // A bundle made, and verified.
ledger::Result<void> reports(Bench& bench);   // Each kind, over as many events as one may be of.
ledger::Result<void> sealed(Bench& bench);    // Until a record is covered by a signed head.

ledger::Result<void> tuf_client(Bench& bench);  // Nothing new; a large file verified.

ledger::Result<void> fleet_beats(Bench& bench);  // As fast as ledgerd takes them.
ledger::Result<void> fleet_site(Bench& bench);   // A site that joins, updates and rests.

ledger::Result<void> patterns(Bench& bench);  // Released, and sent, to the whole fleet.
ledger::Result<void> memory(Bench& bench);
ledger::Result<void> restart(Bench& bench);  // Of ledgerd on the fleet. The last: it takes it.

}  // namespace bench
