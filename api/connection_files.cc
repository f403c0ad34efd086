// Files as answers. A piece is read when the socket has taken the one before it: from the memory of
// the operating system at once, from the disk by a handler, so that no other connection waits.
#include <algorithm>
#include <utility>

#include "api/access_log.h"
#include "api/connection.h"
#include "api/file_answer.h"

namespace api {

namespace {

// So much memory a download takes here, however long the file is.
constexpr std::uint64_t piece_bytes = 65'536;

std::size_t next_bytes(const FileBody& rest) {
  return static_cast<std::size_t>(std::min(rest.bytes, piece_bytes));
}

}  // namespace

void Connection::begin_download(Response response) {
  std::string head = head_of(response, BodyFraming::length);
  note_answer(response.status);
  phase_ = Phase::writing;
  download_ = std::make_unique<Download>();
  download_->rest = *std::move(response.file);
  write(std::move(head), {});
}

void Connection::go_on_with_download() {
  const FileBody& rest = download_->rest;
  download_->parked = false;
  if (rest.bytes == 0) {
    download_.reset();
    return after_write();
  }
  auto piece = rest.file->read(rest.offset, next_bytes(rest), OpenFile::Wait::never);
  if (piece && !*piece) return read_from_disk();
  on_file_piece(std::move(piece));
}

void Connection::read_from_disk() {
  const auto read = [self = shared_from_this(), rest = download_->rest, serial = serial_] {
    using Piece = ledger::Result<std::optional<std::string>>;
    auto piece = std::make_shared<Piece>(
        rest.file->read(rest.offset, next_bytes(rest), OpenFile::Wait::for_disk));
    self->host_->thread.post([self, piece, serial] {
      if (serial == self->serial_) self->on_file_piece(std::move(*piece));
    });
  };
  // The next sweep tries again; the deadline of writing ends what never gets a handler.
  download_->parked = !host_->pool.try_run(read);
}

void Connection::on_file_piece(ledger::Result<std::optional<std::string>> piece) {
  if (download_ == nullptr || phase_ == Phase::finished) return;
  if (!piece || !*piece) {
    log_failure(*request_, piece ? "nothing was read" : piece.error().detail);
    return finish();  // Cut off, so that nobody takes what came for the whole.
  }
  download_->rest.offset += (*piece)->size();
  download_->rest.bytes -= (*piece)->size();
  write({}, *std::move(*piece));
}

}  // namespace api
