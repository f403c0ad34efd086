// Bodies that go to files. A piece is written by a handler, so that no other connection waits for
// the disk, and the next is read when it was.
#include <utility>

#include "api/connection.h"

namespace api {

void Connection::begin_upload() {
  auto begun = host_->uploads.begin();
  if (begun) {
    upload_ = *std::move(begun);
  } else {
    refused_ = problem(current(), begun.error());
  }
}

// `state` is the reader's, after the piece.
void Connection::store_piece(RequestReader::State state) {
  phase_ = Phase::storing;
  auto piece = std::make_shared<const std::string>(reader_.take_body_piece());
  const auto store = [self = shared_from_this(), upload = upload_, piece, state] {
    auto stored = std::make_shared<const ledger::Result<void>>(upload->write(*piece));
    self->host_->thread.post([self, stored, state] { self->on_stored(*stored, state); });
  };
  if (host_->pool.try_run(store)) return;
  host_->totals.overloaded.fetch_add(1);
  refuse({503, "overloaded", "Too many requests wait already.", {}, {{"Retry-After", "1"}}});
}

void Connection::on_stored(const ledger::Result<void>& stored, RequestReader::State state) {
  if (phase_ != Phase::storing) return;
  if (!stored) {
    return refuse(
        {status_of(stored.error()), stored.error().reason, stored.error().detail, {}, {}});
  }
  phase_ = Phase::body;  // Until the deadline that it had.
  if (state == RequestReader::State::request) dispatch();
  advance();
}

}  // namespace api
