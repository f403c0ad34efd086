#include "tools/ledger-witness/witness.h"

#include <algorithm>
#include <iostream>

#include "ledger/digest.h"
#include "ledger/store/durable_file.h"

namespace ledger_witness {

using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;
using ledger::merkle::AddCheckpoint;
using ledger::merkle::Checkpoint;
using ledger::merkle::SigningKey;
namespace store = ledger::store;

namespace {

constexpr const char* key_name = "witness-key.pem";
constexpr const char* heads_name = "heads";
constexpr const char* refused_name = "refused";

Answer refused(int status, std::string why) { return {status, Answer().content_type, why + "\n"}; }

// What tells the log where the proof has to begin.
Answer conflict(std::uint64_t size) {
  return {409, "text/x.tlog.size", std::to_string(size) + "\n"};
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

}  // namespace

Result<Witness> Witness::open(Options options) {
  if (!ledger::merkle::is_origin(options.name)) {
    return fail(ErrorKind::invalid, "origin-malformed",
                "The name of a witness is 1 to 255 bytes without spaces, line breaks and '+'.");
  }
  for (const char* name : {heads_name, refused_name}) {
    const auto made = store::make_directory(options.directory / name);
    if (!made) return fail(made.error());
  }
  const auto path = options.directory / key_name;
  const auto pem = store::read_file(path);
  if (!pem && pem.error().kind != ErrorKind::not_found) return fail(pem.error());
  auto key = pem ? SigningKey::from_pem(*pem) : SigningKey::generate();
  if (!key) return fail(key.error());
  if (!pem) {
    const auto written = store::write_durably(path, key->pem(), store::Access::owner);
    if (!written) return fail(written.error());
  }
  return Witness(std::move(options), *std::move(key));
}

std::filesystem::path Witness::file_of(const std::string& origin, const char* kind) const {
  return options_.directory / kind / hex(ledger::sha256(origin));
}

Result<Checkpoint> Witness::opened(std::string_view note) const {
  auto answer =
      Result<Checkpoint>(fail(ErrorKind::not_found, "log-unknown", "It is no log of ours."));
  for (const auto& log : options_.logs) {
    if (log.name != first_line(note)) continue;
    answer = open_checkpoint(note, log);
    if (answer) return answer;
  }
  return answer;
}

Result<Checkpoint> Witness::last_of(const std::string& origin) const {
  const auto note = store::read_file(file_of(origin, heads_name));
  if (note) return opened(*note);
  if (note.error().kind != ErrorKind::not_found) return fail(note.error());
  return Checkpoint{origin, 0, ledger::sha256({})};
}

Answer Witness::unproved(int status, const AddCheckpoint& request, const Checkpoint& head,
                         std::string why) const {
  const auto path = file_of(head.origin, refused_name);
  const auto kept = store::write_durably(path, request.note, store::Access::everybody);
  if (!kept) std::cerr << "not kept: " << kept.error().detail << '\n';
  std::cerr << "REFUSED a head of " << head.origin << " of size " << head.size << ": " << why
            << " Its signed note is in " << path.string() << ".\n";
  return refused(status, std::move(why));
}

Answer Witness::decide(const AddCheckpoint& request, const Checkpoint& head) {
  const auto last = last_of(head.origin);
  if (!last) return refused(500, last.error().detail);
  if (request.old_size > head.size) return refused(400, "The old size is beyond the new one.");
  if (request.old_size != last->size) return conflict(last->size);
  if (head.size == last->size && head.root != last->root) {
    auto answer = unproved(409, request, head, "Of this size it has another root.");
    return {answer.status, conflict(0).content_type, conflict(last->size).body};
  }
  const auto continues = ledger::merkle::verify_consistency(last->size, last->root, head.size,
                                                            head.root, request.proof);
  if (!continues) return unproved(422, request, head, continues.error().detail);
  const auto line = cosignature(request.note, options_.name, key_, options_.now());
  if (!line) return refused(400, line.error().detail);
  const auto written = store::write_durably(file_of(head.origin, heads_name), request.note,
                                            store::Access::everybody);
  if (!written) return refused(500, written.error().detail);
  return {200, Answer().content_type, *line};
}

Answer Witness::add_checkpoint(std::string_view text) {
  const auto request = ledger::merkle::add_checkpoint_from(text);
  if (!request) return refused(400, request.error().detail);
  const auto head = opened(request->note);
  if (!head && head.error().kind == ErrorKind::not_found) return refused(404, head.error().detail);
  if (!head && head.error().kind == ErrorKind::corrupt) return refused(403, head.error().detail);
  if (!head) return refused(400, head.error().detail);
  const std::lock_guard working(*working_);
  return decide(*request, *head);
}

}  // namespace ledger_witness
