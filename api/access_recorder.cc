#include <memory>
#include <utility>

#include "api/access_reports.h"
#include "api/clone_watch.h"
#include "ledger/domain/command.h"
#include "ledger/writer.h"

namespace api {

AccessReports::Record recorded_by(ledger::Writer& writer, ledger::Entropy& entropy) {
  return [&writer, &entropy](AccessReports::Report report) {
    domain::Command command;
    entropy.fill(command.id.bytes);
    command.actor = std::move(report.actor);
    std::visit([&](auto& what) { command.payload = std::move(what); }, report.what);
    writer.submit(std::move(command), [](const ledger::Result<ledger::Committed>&) {});
  };
}

CloneWatch::Tell told_to(ledger::Writer& writer, ledger::Entropy& entropy) {
  return [&writer, &entropy](CloneWatch::Clone clone) {
    domain::Command command;
    entropy.fill(command.id.bytes);
    command.payload =
        domain::ReportClone{std::move(clone.computer), std::move(clone.serial),
                            std::move(clone.first_address), std::move(clone.second_address)};
    writer.submit(std::move(command), [](const ledger::Result<ledger::Committed>&) {});
  };
}

}  // namespace api
