#include <algorithm>
#include <utility>

#include "ledger/codec/codec.h"
#include "ledger/codec/json_in.h"
#include "ledger/codec/json_out.h"
#include "ledger/merkle/partial_tree.h"
#include "replay/evidence.h"
#include "replay/evidence_archive.h"
#include "replay/evidence_records.h"
#include "replay/evidence_timestamp.h"

namespace replay {

using domain::Digest;
using domain::Position;
using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;
using ledger::merkle::VerifierKey;

namespace {

constexpr std::array<std::string_view, 8> always = {"README.txt", "manifest.json", "checkpoint",
                                                    "keys",       "records",       "proof",
                                                    "answer.csv", "answer.json"};
constexpr std::string_view timestamp_name = "timestamp.tsr";
constexpr std::string_view checksums_name = "SHA256SUMS";

tl::unexpected<ledger::Error> doubt(const char* reason, std::string detail) {
  return fail(ErrorKind::corrupt, reason, std::move(detail));
}
tl::unexpected<ledger::Error> altered(std::string detail) {
  return doubt("evidence-altered", std::move(detail));
}
tl::unexpected<ledger::Error> incomplete(std::string detail) {
  return doubt("evidence-incomplete", std::move(detail));
}

// The members of a bundle, each at its place and with its checksum.
struct Members {
  std::vector<ArchiveMember> all;
  std::string_view operator[](std::string_view name) const {
    for (const auto& each : all) {
      if (each.name == name) return each.bytes;
    }
    return {};
  }
  bool has_timestamp() const { return all.size() == always.size() + 1; }
};

Result<Members> open_bundle(std::string_view file) {
  auto found = members_of(file);
  if (!found) return fail(found.error());
  auto& all = *found;
  if (all.empty() || all.back().name != checksums_name) {
    return doubt("evidence-malformed",
                 "This is no evidence bundle: it does not end in SHA256SUMS.");
  }
  const std::string said = std::move(all.back().bytes);
  all.pop_back();
  const bool fits = all.size() == always.size() ||
                    (all.size() == always.size() + 1 && all.back().name == timestamp_name);
  for (std::size_t i = 0; i < always.size(); ++i) {
    if (!fits || all[i].name != always[i]) {
      return doubt("evidence-malformed", "A bundle has a member " + std::string(always[i]) +
                                             " in its place; this one has not.");
    }
  }
  for (const auto& each : all) {
    if (said.find(checksums_of({each})) == std::string::npos) {
      return altered("The member " + each.name +
                     " is not the one that was written: its SHA-256 "
                     "differs from SHA256SUMS.");
    }
  }
  if (said != checksums_of(all)) return altered("SHA256SUMS was changed.");
  return Members{std::move(all)};
}

class Verification {
 public:
  Verification(const Members& members, const EvidenceTrust& trust)
      : members_(members), trust_(trust) {}

  Result<EvidenceReport> run() {
    for (const auto step :
         {&Verification::read_manifest, &Verification::check_head, &Verification::check_records,
          &Verification::check_completeness, &Verification::check_answer,
          &Verification::check_timestamp, &Verification::check_witnesses}) {
      if (auto checked = (this->*step)(); !checked) return fail(checked.error());
    }
    return std::move(report_);
  }

 private:
  Result<void> read_manifest();
  Result<void> check_head();
  Result<void> check_records();
  Result<void> check_record(const EvidenceRecord& record);
  Result<void> check_completeness();
  Result<void> check_stream();
  Result<void> check_answer();
  Result<void> check_timestamp();
  Result<void> check_witnesses();
  Result<Digest> next_leaf();
  Result<Digest> next_hash();
  void checked(std::string sentence) { report_.checked.push_back(std::move(sentence)); }
  const EvidenceManifest& manifest() const { return report_.manifest; }

  const Members& members_;
  const EvidenceTrust& trust_;
  EvidenceReport report_;
  std::optional<EvidenceFilter> filter_;
  EvidenceAnswer answer_;
  EvidenceRecords records_{std::string_view()};
  std::string_view hashes_;
  std::uint64_t count_ = 0;
  std::optional<ledger::codec::Envelope> before_;  // Of the last record.
  // Of what answers: how many, and the position after the last of it.
  std::uint64_t in_stream_ = 0;
  std::uint64_t after_last_ = 0;
  std::uint64_t contiguous_from_ = 0;  // From here on, no position is left out.
};

Result<void> Verification::read_manifest() {
  const auto text = members_["manifest.json"];
  auto parsed = ledger::codec::parse_json<EvidenceManifest>(text);
  if (!parsed.ok() || ledger::codec::to_json(parsed.value) + "\n" != text) {
    return altered("manifest.json is not as it was written.");
  }
  report_.manifest = std::move(parsed.value);
  if (manifest().format != evidence_format) {
    return doubt("evidence-malformed", "This program reads \"" + std::string(evidence_format) +
                                           "\" and this is \"" + manifest().format + "\".");
  }
  if (members_["README.txt"] != evidence_readme()) return altered("README.txt was changed.");
  auto filter = EvidenceFilter::of(manifest().scope);
  if (!filter) return altered("What was asked for cannot be asked: " + filter.error().detail);
  filter_.emplace(*std::move(filter));
  return {};
}

Result<void> Verification::check_head() {
  auto said = members_["keys"];
  if (said.empty() || said.back() != '\n') return altered("The member keys is not as written.");
  said.remove_suffix(1);
  const auto named = ledger::merkle::verifier_key_from(said);
  if (!named) return altered("The member keys holds no verifier key.");
  if (trust_.key && *trust_.key != *named) {
    return doubt("evidence-key-other", "It is signed by " + ledger::merkle::text(*named) +
                                           ", not by the key that is "
                                           "trusted, " +
                                           ledger::merkle::text(*trust_.key) + ".");
  }
  const auto head = ledger::merkle::open_checkpoint(members_["checkpoint"], *named);
  if (!head) return doubt("checkpoint-signature", head.error().detail);
  if (head->origin != manifest().origin) {
    return doubt("evidence-key-other", "It speaks of the log " + manifest().origin +
                                           ", and its checkpoint is of " + head->origin + ".");
  }
  if (head->size != manifest().size.value || head->root != manifest().root) {
    return altered("The checkpoint is over another tree than manifest.json says.");
  }
  checked("The checkpoint over the first " + std::to_string(head->size) + " records of the log " +
          head->origin + ", root " + hex(head->root) + ", is signed by the key " +
          ledger::merkle::text(*named) + ".");
  if (!trust_.key) {
    report_.caveats.emplace_back(
        "No key was given: that key is named by the file itself. Compare it with the one that you "
        "know, or give it with --key.");
  }
  return {};
}

Result<Digest> Verification::next_leaf() {
  const auto record = records_.take();
  if (!record) return fail(record.error());
  if (auto checked = check_record(*record); !checked) return fail(checked.error());
  return ledger::leaf_hash(record->bytes);
}

Result<Digest> Verification::next_hash() {
  Digest hash;
  if (hashes_.size() < hash.bytes.size()) return incomplete("Hashes are missing from its proof.");
  std::copy_n(hashes_.begin(), hash.bytes.size(), hash.bytes.begin());
  hashes_.remove_prefix(hash.bytes.size());
  return hash;
}

// That it is the event of its position, and where it stands beside the others.
Result<void> Verification::check_record(const EvidenceRecord& record) {
  const auto at = std::to_string(record.position.value);
  auto event = ledger::codec::decode(record.bytes);
  auto envelope = ledger::codec::decode_envelope(record.bytes);
  if (!event || !envelope) return altered("The record of position " + at + " is no event.");
  if (envelope->position != record.position) {
    return altered("The record of position " + at + " says that it stands at " +
                   std::to_string(envelope->position.value) + ".");
  }
  if (before_ && envelope->recorded_at < before_->recorded_at) {
    return altered("The record of position " + at + " is older than one before it.");
  }
  if (!before_ || before_->position.value + 1 != record.position.value) {
    contiguous_from_ = record.position.value;
  }
  if (filter_->matches(*envelope)) {
    if (!stream_of(manifest().scope).empty() && envelope->stream_version != in_stream_) {
      return incomplete("The event of position " + at + " has version " +
                        std::to_string(envelope->stream_version) + " of its stream, and " +
                        std::to_string(in_stream_) + " is missing.");
    }
    ++in_stream_;
    after_last_ = record.position.value + 1;
    answer_.add(*event);
  }
  ++count_;
  before_ = *std::move(envelope);
  return {};
}

Result<void> Verification::check_records() {
  records_ = EvidenceRecords(members_["records"]);
  hashes_ = members_["proof"];
  ledger::merkle::PartialTree tree;
  tree.next_leaf = [this]() -> std::optional<std::uint64_t> {
    const auto next = records_.next_position();
    if (!next) return std::nullopt;
    return next->value;
  };
  tree.take_leaf = [this] { return next_leaf(); };
  tree.take_hash = [this] { return next_hash(); };
  const auto root = root_from_partial(manifest().size.value, tree);
  if (!root) return fail(root.error());
  if (!records_.is_empty() || !hashes_.empty()) {
    return altered("It has more records or hashes than its tree has places.");
  }
  if (*root != manifest().root) {
    return doubt("proof-wrong", "Its records and hashes give the root " + hex(*root) +
                                    ", and the checkpoint says " + hex(manifest().root) +
                                    ": a record or a hash is not the log's.");
  }
  if (count_ != manifest().records) {
    return incomplete("It has " + std::to_string(count_) + " records; manifest.json says " +
                      std::to_string(manifest().records) + ".");
  }
  checked("Each of its " + std::to_string(count_) +
          " records stands in that log at its position, byte for byte.");
  return {};
}

Result<void> Verification::check_completeness() {
  const auto from = manifest().from.value;
  const auto to = manifest().to.value;
  if (from > to || to > manifest().size.value) return altered("Its positions are no range.");
  const std::uint64_t end = before_ ? before_->position.value + 1 : from;
  if (!stream_of(manifest().scope).empty()) return check_stream();
  if (count_ != to - from || (count_ > 0 && (contiguous_from_ != from || end != to))) {
    return incomplete("Not every record from position " + std::to_string(from) + " to " +
                      std::to_string(to) + " is there.");
  }
  checked("Every record from position " + std::to_string(from) + " up to, but not including, " +
          std::to_string(to) + " is there: none is left out.");
  return {};
}

Result<void> Verification::check_stream() {
  const auto to = manifest().to.value;
  const bool ends = before_ && before_->position.value + 1 == to;
  if (manifest().from.value != 0 || in_stream_ == 0 || !ends || contiguous_from_ > after_last_) {
    return incomplete("Records after the last event of " + text(manifest().scope) +
                      " are missing, so that there may be more of it.");
  }
  checked("The events of " + text(manifest().scope) + " have the versions 0 to " +
          std::to_string(in_stream_ - 1) +
          " without a gap, and none of the records after the last "
          "of them, up to position " +
          std::to_string(to) + ", is another: none is left out.");
  return {};
}

Result<void> Verification::check_answer() {
  if (answer_.rows() != manifest().answers) {
    return incomplete("Of its records " + std::to_string(answer_.rows()) +
                      " answer what was asked; manifest.json says " +
                      std::to_string(manifest().answers) + ".");
  }
  if (members_["answer.csv"] != answer_.csv()) {
    return altered("answer.csv is not what the records give.");
  }
  if (members_["answer.json"] != answer_.json()) {
    return altered("answer.json is not what the records give.");
  }
  checked("The answer to \"" + text(manifest().scope) + "\", " + std::to_string(answer_.rows()) +
          " events in answer.csv and answer.json, was made again from the records and is the same, "
          "byte for byte.");
  return {};
}

Result<void> Verification::check_timestamp() {
  if (!members_.has_timestamp()) {
    report_.caveats.emplace_back(
        "Nobody else's clock is in it: that the checkpoint existed at some time is not proved.");
    return {};
  }
  const auto answer = members_[timestamp_name];
  const auto note = members_["checkpoint"];
  if (trust_.timestamp_authority.empty()) {
    if (auto imprint = check_timestamp_imprint(answer, note); !imprint) return imprint;
    report_.has_unchecked_timestamp = true;
    report_.caveats.emplace_back(
        "It has a timestamp over this checkpoint, whose signature was not checked: give the "
        "authority's certificate with --tsa-certificate.");
    return {};
  }
  const auto time = timestamp_time(answer, note, trust_.timestamp_authority);
  if (!time) return fail(time.error());
  checked("An RFC 3161 authority that is trusted saw the checkpoint at " + *time + ".");
  return {};
}

// A note's signature lines beside the log's own.
std::size_t cosignatures_in(std::string_view note) {
  const auto lines = note.substr(std::min(note.rfind("\n\n"), note.size()));
  const auto count = std::count(lines.begin(), lines.end(), '\n');
  return count > 3 ? static_cast<std::size_t>(count) - 3 : 0;
}

Result<void> Verification::check_witnesses() {
  const auto note = members_["checkpoint"];
  for (const auto& witness : trust_.witnesses) {
    const auto seconds = ledger::merkle::cosigned_at(note, witness);
    if (!seconds) {
      return doubt("evidence-not-witnessed", "The witness " + witness.name +
                                                 " did not cosign its checkpoint: whoever asks "
                                                 "that witness may have been shown another log.");
    }
    const domain::Time time{static_cast<std::int64_t>(*seconds) * 1'000'000};
    checked("The witness " + witness.name + " vouches that it saw this checkpoint at " +
            rfc3339(time) + ", and that it continues all that it saw of the log before.");
  }
  const std::size_t all = cosignatures_in(note);
  if (all > trust_.witnesses.size()) {
    const std::size_t others = all - trust_.witnesses.size();
    report_.caveats.push_back("Its checkpoint has " + std::to_string(others) +
                              (others == 1 ? " cosignature" : " cosignatures") +
                              " by witnesses whose keys were not given: give those that you know "
                              "with --witness-key.");
  }
  return {};
}

}  // namespace

Result<EvidenceReport> verify_evidence(std::string_view file, const EvidenceTrust& trust) {
  const auto members = open_bundle(file);
  if (!members) return fail(members.error());
  auto report = Verification(*members, trust).run();
  if (!report) return fail(report.error());
  report->checked.insert(report->checked.begin(),
                         "The file is whole: every member is the one that was written.");
  return report;
}

}  // namespace replay
