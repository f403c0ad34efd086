// Evidence to carry away: what the record says of something, and that it says no more.
#include <deque>
#include <memory>
#include <mutex>

#include "api/routes.h"
#include "ledger/digest.h"
#include "ledger/domain/commands_service.h"
#include "ledger/witness_keeper.h"
#include "projections/mark.h"
#include "replay/evidence.h"
#include "replay/limits.h"

namespace api {

using domain::Position;

namespace {

constexpr std::chrono::milliseconds evidence_seal_wait{2'000};

struct EvidenceBody {
  replay::EvidenceKind kind{};
  std::string name;
  std::vector<std::string> types;
  std::string actor;
  std::string subject;
  std::string outcome;
  std::string about;
  std::optional<Position> from;
  std::optional<Position> to;
  bool timestamp = false;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("kind", &EvidenceBody::kind), field("name", &EvidenceBody::name),
                      field("types", &EvidenceBody::types), field("actor", &EvidenceBody::actor),
                      field("subject", &EvidenceBody::subject),
                      field("outcome", &EvidenceBody::outcome),
                      field("about", &EvidenceBody::about), field("from", &EvidenceBody::from),
                      field("to", &EvidenceBody::to), field("timestamp", &EvidenceBody::timestamp));
  }
};

// Bundles of the last requests by their keys: whoever repeats a request, because the answer was
// lost, gets the file that was recorded. What was made anew would have another head.
// Thread: any.
class IssuedEvidence {
 public:
  struct Issued {
    domain::CommandId key;
    std::string asked;  // Who, and the body: another one is another request.
    replay::Evidence evidence;
  };
  using Kept = std::shared_ptr<const Issued>;

  Kept find(const domain::CommandId& key) const {
    const std::lock_guard lock(mutex_);
    for (const auto& each : kept_) {
      if (each->key == key) return each;
    }
    return nullptr;
  }

  void keep(Kept issued) {
    const std::lock_guard lock(mutex_);
    bytes_ += issued->evidence.file.size();
    kept_.push_back(std::move(issued));
    while (kept_.size() > 1 && bytes_ > ledger::limits::evidence_kept_bytes_max) {
      bytes_ -= kept_.front()->evidence.file.size();
      kept_.pop_front();
    }
  }

 private:
  mutable std::mutex mutex_;
  std::deque<Kept> kept_;  // Oldest first.
  std::size_t bytes_ = 0;
};

replay::EvidenceRequest evidence_request(const EvidenceBody& body) {
  return {{body.kind, body.name, body.types, body.actor, body.subject, body.outcome, body.about},
          body.from.value_or(Position{}),
          body.to};
}

Answered<replay::Timestamper> timestamper(bool is_wanted, const Services& services) {
  if (!is_wanted) return replay::Timestamper();
  if (!services.timestamp) {
    return refused("timestamp-authority-missing",
                   "This ledger asks no authority for timestamps; start ledgerd with "
                   "--timestamp-authority.",
                   409);
  }
  return services.timestamp;
}

// The newest head that witnesses have cosigned, if it covers all that there is and `key` signed it.
std::optional<replay::EvidenceHead> witnessed_head(const Services& services,
                                                   const ledger::merkle::VerifierKey& key) {
  if (services.witnesses == nullptr) return std::nullopt;
  const auto size = services.log.head().size;
  auto witnessed = services.witnesses->wait_witnessed(size, evidence_seal_wait);
  if (witnessed.head.size < size || !open_checkpoint(witnessed.note, key)) return std::nullopt;
  return replay::EvidenceHead{witnessed.head, std::move(witnessed.note), key};
}

// The newest head and the key that signed it, though keys may change meanwhile.
replay::EvidenceHead newest_head(const Services& services) {
  while (true) {
    auto key = services.key();
    if (auto witnessed = witnessed_head(services, key)) return *std::move(witnessed);
    auto sealed = services.sealed(services.log.head().size, evidence_seal_wait);
    if (key == services.key()) {
      return {{sealed.size, sealed.root}, std::move(sealed.note), std::move(key)};
    }
  }
}

Response file_response(const replay::Evidence& evidence, bool is_replayed) {
  Response response;
  response.content_type = "application/x-tar";
  response.body = evidence.file;
  response.headers.emplace_back("Content-Disposition",
                                "attachment; filename=\"evidence-" +
                                    hex(ledger::sha256(evidence.file)).substr(0, 12) + ".tar\"");
  response.headers.emplace_back("Cache-Control", "no-store");
  if (is_replayed) response.headers.emplace_back("Idempotency-Replayed", "true");
  return response;
}

Answered<Response> issued_before(const IssuedEvidence::Kept& issued, const std::string& asked) {
  if (issued->asked != asked) {
    return refused("idempotency-key-reused",
                   "This Idempotency-Key was used for another request; take a new key for a new "
                   "request.",
                   422);
  }
  return file_response(issued->evidence, true);
}

Answered<EvidenceBody> evidence_body(Body& body) {
  for (const auto name : {"name", "actor", "subject", "outcome", "about"}) {
    body.otherwise(name, json_text(""));
  }
  body.otherwise("timestamp", json_flag(false));
  return body.read<EvidenceBody>();
}

Answered<IssuedEvidence::Issued> issue(const EvidenceBody& asked, domain::Command command,
                                       const Services& services) {
  const auto stamp = timestamper(asked.timestamp, services);
  if (!stamp) return refused(stamp.error());
  auto made =
      replay::make_evidence(services.log, newest_head(services), evidence_request(asked), *stamp);
  if (!made) return refused(made.error());
  IssuedEvidence::Issued issued{command.id, {}, *std::move(made)};
  const auto& manifest = issued.evidence.manifest;
  command.payload = domain::RecordEvidence{text(manifest.scope), manifest.from, manifest.to,
                                           ledger::sha256(issued.evidence.file)};
  const auto recorded = call(services, std::move(command));
  if (!recorded) return refused(recorded.error());
  return issued;
}

// Whoever takes evidence away is remembered.
Answered<Response> evidence(const Request& request, const Services& services,
                            IssuedEvidence& kept) {
  if (const auto checked = check_query(request, {}); !checked) return refused(checked.error());
  auto command = new_command(request, services, IfMatch::none);
  if (!command) return refused(command.error());
  auto body = Body::parse(request);
  if (!body) return refused(body.error());
  const auto asked = evidence_body(*body);
  if (!asked) return refused(asked.error());
  command->reason = body->reason();
  command->ticket = body->ticket();
  const std::string question = projections::text_of(command->actor) + '\n' + request.body;
  if (const auto before = kept.find(command->id)) return issued_before(before, question);
  const auto earlier_answer = earlier(services, command->id);
  if (!earlier_answer) return refused(earlier_answer.error());
  if (*earlier_answer) {
    return refused("evidence-not-kept",
                   "This Idempotency-Key was used before, and what it was answered is not kept any "
                   "more; take a new key.",
                   409);
  }
  auto issued = issue(*asked, *command, services);
  if (!issued) {
    const auto meanwhile = kept.find(command->id);  // The same request, sent twice at once.
    if (meanwhile) return issued_before(meanwhile, question);
    return refused(issued.error());
  }
  issued->asked = question;
  const auto file = std::make_shared<const IssuedEvidence::Issued>(*std::move(issued));
  kept.keep(file);
  return file_response(file->evidence, false);
}

}  // namespace

void add_evidence_routes(Routes& routes) {
  const auto kept = std::make_shared<IssuedEvidence>();
  routes.other("POST", "/v1/evidence", Permission::export_,
               [kept](const Request& request, const Services& services) {
                 return evidence(request, services, *kept);
               });
}

}  // namespace api
