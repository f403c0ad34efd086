#include "tools/ledgerctl/evidence.h"

#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "ledger/codec/json_out.h"
#include "ledger/digest.h"
#include "ledger/limits.h"
#include "ledger/store/durable_file.h"
#include "replay/evidence.h"
#include "tools/ledgerctl/offline.h"
#include "updates/local_file.h"

namespace ledgerctl {

using nlohmann::json;

namespace {

std::string body_of(const Session& session, const EvidenceWish& wish) {
  json body = {{"kind", wish.kind}};
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) body[name] = value;
  };
  add("name", wish.name);
  if (wish.from) body["from"] = *wish.from;
  if (wish.to) body["to"] = *wish.to;
  if (!wish.types.empty()) body["types"] = wish.types;
  add("actor", wish.actor);
  add("subject", wish.subject);
  add("outcome", wish.outcome);
  add("about", wish.about);
  if (wish.timestamp) body["timestamp"] = true;
  add("reason", session.reason);
  add("ticket", session.ticket);
  return body.dump();
}

ledger::Result<std::string, Failure> made_offline(const EvidenceWish& wish) {
  const auto kind = replay::domain::enum_from<replay::EvidenceKind>(wish.kind);
  if (!kind || wish.timestamp) {
    return tl::unexpected(
        Failure{Exit::usage,
                kind ? "A timestamp is asked for by the server; leave out --data."
                     : "A kind is range, stream, computer, rule_update or activity.",
                ""});
  }
  replay::EvidenceRequest request;
  request.scope = {*kind,        wish.name,    wish.types, wish.actor,
                   wish.subject, wish.outcome, wish.about};
  request.from = {wish.from.value_or(0)};
  if (wish.to) request.to = replay::domain::Position{*wish.to};
  auto made = evidence_of_directory(wish.directory, request);
  if (!made) return tl::unexpected(failure_of(made.error()));
  return std::move(made->file);
}

}  // namespace

Exit create_evidence(const Session& session, const EvidenceWish& wish) {
  std::string bundle;
  if (wish.directory.empty()) {
    const std::string key = session.key.empty() ? new_key() : session.key;
    auto reply = Client(session.server)
                     .ask({"POST",
                           "/v1/evidence",
                           body_of(session, wish),
                           "application/json",
                           {{"Idempotency-Key", key}}});
    if (!reply) return complain(session, reply.error());
    bundle = std::move(reply->body);
  } else {
    auto made = made_offline(wish);
    if (!made) return complain(session, made.error());
    bundle = *std::move(made);
  }
  const auto written =
      ledger::store::write_durably(wish.file, bundle, ledger::store::Access::everybody);
  if (!written) return complain(session, failure_of(written.error()));
  if (!session.quiet) {
    std::cerr << wish.file << ": " << bundle.size() << " bytes, SHA-256 "
              << hex(ledger::sha256(bundle)) << '\n';
  }
  return Exit::ok;
}

namespace {

// What keeps a bundle of which everything fits together from being proof; nothing: it is one.
struct Doubt {
  std::string verdict;  // "not whose key signed it is known"
  std::string complaint;
  std::string advice;
};
std::optional<Doubt> doubt_of(const EvidenceCheck& check, const replay::EvidenceReport& report) {
  if (check.key.empty() && !check.trust_own_key) {
    return Doubt{"not whose key signed it is known", check.file + " may be of another ledger",
                 "give the ledger's key with --key, or --trust-own-key if you trust whoever "
                 "brought the file"};
  }
  if (report.has_unchecked_timestamp && !check.ignore_timestamp) {
    return Doubt{"not who signed its timestamp is known",
                 check.file + " has a timestamp that anybody may have made",
                 "give the authority's certificate with --tsa-certificate, or --ignore-timestamp "
                 "if it does not matter when the checkpoint existed"};
  }
  return std::nullopt;
}

void tell_report(const replay::EvidenceReport& report, const std::optional<Doubt>& doubt) {
  for (const auto& sentence : report.checked)
    std::cout << "Checked: " << printable(sentence) << '\n';
  for (const auto& sentence : report.caveats) std::cout << "Note: " << printable(sentence) << '\n';
  if (doubt) {
    std::cout << "NOT verified: all of it fits together, but " << doubt->verdict << ".\n";
  } else {
    std::cout << "Verified: \"" << printable(text(report.manifest.scope)) << "\" is answered by "
              << report.manifest.answers << (report.manifest.answers == 1 ? " event" : " events")
              << ", and no others.\n";
  }
}

void show_report(const replay::EvidenceReport& report, bool is_verified, const Session& session) {
  const json shown = {{"verified", is_verified},
                      {"manifest", json::parse(ledger::codec::to_json(report.manifest))},
                      {"checked", report.checked},
                      {"notes", report.caveats}};
  show_object(std::cout, shown, session.look);
}

Exit pronounce(const Session& session, const EvidenceCheck& check,
               const replay::EvidenceReport& report) {
  const auto doubt = doubt_of(check, report);
  if (session.look.format == Format::table) {
    tell_report(report, doubt);
  } else {
    show_report(report, !doubt, session);
  }
  if (!doubt) return Exit::ok;
  return complain(session, {Exit::not_verified, doubt->complaint, doubt->advice});
}

}  // namespace

Exit verify_evidence_file(const Session& session, const EvidenceCheck& check) {
  const auto file =
      ledger::updates::read_local_file(check.file, ledger::limits::evidence_file_bytes_max);
  if (!file) return complain(session, failure_of(file.error()));
  replay::EvidenceTrust trust;
  if (!check.key.empty()) {
    auto key = ledger::merkle::verifier_key_from(check.key);
    if (!key) return complain(session, {Exit::usage, key.error().detail, ""});
    trust.key = *std::move(key);
  }
  if (!check.tsa_certificate.empty()) {
    constexpr std::size_t certificates_bytes_max = 1U << 20U;
    auto pem = ledger::updates::read_local_file(check.tsa_certificate, certificates_bytes_max);
    if (!pem) return complain(session, failure_of(pem.error()));
    trust.timestamp_authority = *std::move(pem);
  }
  for (const auto& text : check.witness_keys) {
    auto key = ledger::merkle::witness_key_from(text);
    if (!key) return complain(session, {Exit::usage, key.error().detail, ""});
    trust.witnesses.push_back(*std::move(key));
  }
  const auto report = replay::verify_evidence(*file, trust);
  if (!report) {
    std::cout << "NOT verified: " << printable(report.error().detail) << '\n';
    return complain(session, {Exit::not_verified,
                              check.file + " proves nothing (" + report.error().reason + ")", ""});
  }
  return pronounce(session, check, *report);
}

}  // namespace ledgerctl
