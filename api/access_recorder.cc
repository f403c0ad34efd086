#include <memory>
#include <utility>

#include "api/access_reports.h"
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

}  // namespace api
