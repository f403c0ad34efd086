#include "tools/ledgerd/witnesses.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "ledger/domain/command.h"
#include "ledger/store/durable_file.h"
#include "tools/ledgerd/first_start.h"
#include "tools/ledgerd/http_post.h"
#include "updates/local_file.h"

namespace ledgerd {

using ledger::fail;
using ledger::Result;
using ledger::WitnessNews;
namespace domain = ledger::domain;
namespace store = ledger::store;

namespace {

constexpr std::size_t policy_bytes_max = 65'536;
constexpr std::chrono::seconds witness_patience{5};  // A stop waits for it too.

std::string add_checkpoint_at(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url + "/add-checkpoint";
}

Result<ledger::WitnessAnswer> ask(const ledger::merkle::Witness& witness,
                                  const std::string& request) {
  auto answer =
      http_post({add_checkpoint_at(witness.url), "text/plain", request, witness_patience});
  if (!answer) {
    return fail(ledger::ErrorKind::unavailable, "witness-unreachable",
                "It does not answer at " + witness.url + ": " + answer.error().detail + ".");
  }
  return ledger::WitnessAnswer{answer->status, std::move(answer->body)};
}

domain::CommandPayload command_of(const WitnessNews& news) {
  switch (news.kind) {
    case WitnessNews::Kind::cosigned:
      return domain::RecordWitnessCosigned{news.witness, news.head.size, news.head.root};
    case WitnessNews::Kind::refused:
      return domain::RecordWitnessRefused{news.witness, news.head.size, news.detail};
    case WitnessNews::Kind::unreachable:
      break;
  }
  return domain::RecordWitnessUnreachable{news.witness, news.head.size, news.detail};
}

bool record(ledger::Writer& writer, const WitnessNews& news) {
  if (news.kind == WitnessNews::Kind::refused) {
    spdlog::critical("witness {} refuses the head of {} records: {}", news.witness,
                     news.head.size.value, news.detail);
  }
  const auto recorded = writer.call(by_service(command_of(news)));
  if (!recorded) spdlog::warn("not recorded: {}", recorded.error().detail);
  return recorded.has_value();
}

}  // namespace

Result<std::optional<ledger::merkle::WitnessPolicy>> read_witness_policy(
    const std::filesystem::path& file) {
  if (file.empty()) return std::optional<ledger::merkle::WitnessPolicy>();
  const auto text = ledger::updates::read_local_file(file, policy_bytes_max);
  if (!text) return fail(text.error());
  auto policy = ledger::merkle::WitnessPolicy::parse(*text);
  if (!policy) return fail(policy.error());
  return std::optional(*std::move(policy));
}

std::unique_ptr<ledger::WitnessKeeper> keep_witnesses(ledger::merkle::WitnessPolicy policy,
                                                      const WitnessParts& parts) {
  ledger::WitnessKeeper::Options options;
  options.kept = store::read_file(parts.kept).value_or("");  // What is missing is asked for again.
  options.keep = [kept = parts.kept](const std::string& note) {
    const auto written = store::write_durably(kept, note, store::Access::everybody);
    if (!written) spdlog::warn("the witnessed head is not kept: {}", written.error().detail);
  };
  options.record = [&writer = parts.writer](const WitnessNews& news) {
    return record(writer, news);
  };
  return std::make_unique<ledger::WitnessKeeper>(std::move(policy), parts.log, parts.heads, ask,
                                                 parts.clock, std::move(options));
}

}  // namespace ledgerd
