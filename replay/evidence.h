// Evidence: one file that proves what the log says about something, and that it says no more about
// it, to whoever has the log's key and nothing else of ours.
//
// A bundle is a tar of these members, in this order:
//   README.txt     What it is, and how to check it with other programs.
//   manifest.json  What it claims: of which log, what was asked, over which positions.
//   checkpoint     The signed head that everything is proved against (C2SP tlog-checkpoint), with
//                  the cosignatures of witnesses that it had.
//   keys           The verifier key that signed it: name+id+key.
//   records        Each record after its position (8 bytes) and length (2), big-endian.
//   proof          Hashes of 32 bytes: the subtrees without a record of these, from left to right.
//   answer.csv, answer.json   What was asked for, as people and programs read it.
//   timestamp.tsr  Only with a timestamp: the answer of an RFC 3161 authority over the checkpoint.
//   SHA256SUMS     Of all members before it.
//
// That it is complete is proved by the records themselves. Of a range, and of a filter over
// activity, every record between its ends is there, and the verifier filters again. Of a stream,
// its records have the versions 0, 1, 2 ... without a gap, and every record after the last of them
// is there too, so that none can follow.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/domain/event_types.h"
#include "ledger/domain/fields.h"
#include "ledger/domain/ids.h"
#include "ledger/merkle/checkpoint.h"
#include "ledger/merkle/cosignature.h"
#include "ledger/result.h"
#include "ledger/store/event_log.h"

namespace replay {

namespace domain = ledger::domain;

enum class EvidenceKind { range, stream, computer, rule_update, activity };
constexpr auto enum_names(EvidenceKind) {
  return std::array<std::string_view, 5>{"range", "stream", "computer", "rule_update", "activity"};
}

// What is asked for. A range needs nothing else; a stream, a computer or a rule update its name;
// of activity, all that is given must hold, as in a list of events.
struct EvidenceScope {
  EvidenceKind kind{};
  std::string name;                // "policy/web", "pc-1", "26-001".
  std::vector<std::string> types;  // As projections::ActivityQuery has them.
  std::string actor;
  std::string subject;
  std::string outcome;
  std::string reason;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("kind", &EvidenceScope::kind), field("name", &EvidenceScope::name),
                      field("types", &EvidenceScope::types), field("actor", &EvidenceScope::actor),
                      field("subject", &EvidenceScope::subject),
                      field("outcome", &EvidenceScope::outcome),
                      field("reason", &EvidenceScope::reason));
  }
  bool operator==(const EvidenceScope&) const = default;
};
// "stream policy/web": for people and for the event that records it.
std::string text(const EvidenceScope& scope);

struct EvidenceManifest {
  std::string format;  // evidence_format.
  std::string origin;  // The log's name.
  domain::Position size;
  domain::Digest root;
  EvidenceScope scope;
  domain::Position from;  // What is answered lies at [from, to).
  domain::Position to;
  std::uint64_t records = 0;  // In this bundle.
  std::uint64_t answers = 0;  // Of them, those that were asked for.

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(
        field("format", &EvidenceManifest::format), field("origin", &EvidenceManifest::origin),
        field("size", &EvidenceManifest::size), field("root", &EvidenceManifest::root),
        field("scope", &EvidenceManifest::scope), field("from", &EvidenceManifest::from),
        field("to", &EvidenceManifest::to), field("records", &EvidenceManifest::records),
        field("answers", &EvidenceManifest::answers));
  }
  bool operator==(const EvidenceManifest&) const = default;
};
inline constexpr std::string_view evidence_format = "update-ledger evidence 1";

struct EvidenceRequest {
  EvidenceScope scope;
  domain::Position from;               // Of streams, 0.
  std::optional<domain::Position> to;  // Absent: all that the checkpoint covers.
};

// A head of the log and who signed it.
struct EvidenceHead {
  ledger::store::Head head;
  std::string note;
  ledger::merkle::VerifierKey key;
};

struct Evidence {
  EvidenceManifest manifest;
  std::string file;
};

// Asks an RFC 3161 authority for a timestamp over a checkpoint; answers its reply, DER.
using Timestamper = std::function<ledger::Result<std::string>(std::string_view checkpoint)>;

// Errors: invalid ("evidence-scope-invalid", "event-type-unknown"), not_found ("stream-unknown"),
// refused ("evidence-too-large"), those of the log and of `timestamp`. Thread: any.
ledger::Result<Evidence> make_evidence(const ledger::store::EventLog& log, const EvidenceHead& head,
                                       const EvidenceRequest& request,
                                       const Timestamper& timestamp = {});

struct EvidenceTrust {
  // Whose signature is believed; absent: that of the key in the bundle, and the report says so.
  std::optional<ledger::merkle::VerifierKey> key;
  std::string timestamp_authority;  // PEM certificates; empty: a timestamp is not believed.
  // Who has to have cosigned the checkpoint; cosignatures by others are not looked at.
  std::vector<ledger::merkle::WitnessKey> witnesses = {};
};

struct EvidenceReport {
  EvidenceManifest manifest;
  std::vector<std::string> checked;      // In words, a sentence each.
  std::vector<std::string> caveats;      // What the reader has to know or do beside.
  bool has_unchecked_timestamp = false;  // Whose signature nobody asked to be checked.
};

// Whether all that the file claims is so. Needs no log and no server.
// Errors, each with what is wrong in its detail: corrupt ("evidence-malformed": it is cut off or no
// bundle; "evidence-altered": a member is not what was written; "evidence-incomplete": something is
// missing; "evidence-key-other": signed by another key or of another log; "evidence-not-witnessed":
// a witness did not cosign it; "checkpoint-signature", "proof-wrong", "timestamp-wrong"). Thread:
// any.
ledger::Result<EvidenceReport> verify_evidence(std::string_view file, const EvidenceTrust& trust);

}  // namespace replay
