#include <array>
#include <charconv>
#include <exception>
#include <utility>

#include "api/access_log.h"
#include "api/connection.h"

namespace api {

using namespace std::chrono_literals;

namespace {

// For the peer to take the last answer before the connection is closed under it.
constexpr std::chrono::milliseconds linger_deadline = 1s;

std::string chunk_head(std::size_t bytes) {
  std::array<char, 20> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), bytes, 16).ptr;
  return std::string(text.data(), end) + "\r\n";
}

}  // namespace

// -- Writing -----------------------------------------------------------------------------------

void Connection::begin_answer(Response response) {
  const Request& request = current();
  const bool head_only =
      request.method == "HEAD" || response.status == 204 || response.status == 304;
  if (response.source != nullptr && !head_only) {
    if (host_->totals.streams.fetch_add(1) < host_->limits.streams_max) {
      return begin_stream(std::move(response));
    }
    host_->totals.streams.fetch_sub(1);
    response = problem(
        request,
        {503, "too-many-streams", "Too many streams are open.", {}, {{"Retry-After", "5"}}});
  }
  keep_alive_ = keep_alive_ && !host_->totals.draining;
  if (response.file && response.file->bytes > 0 && !head_only) {
    return begin_download(std::move(response));
  }
  const auto framing = response.source == nullptr ? BodyFraming::length : BodyFraming::chunked;
  std::string head = head_of(response, framing);
  note_answer(response.status);
  phase_ = Phase::writing;
  write(std::move(head), head_only ? std::string() : std::move(response.body));
}

std::string Connection::head_of(Response& response, BodyFraming framing) {
  const Request& request = current();
  for (auto& header : extra_headers_) response.headers.push_back(std::move(header));
  extra_headers_.clear();
  AnswerHead head;
  head.framing = framing;
  head.keep_alive = keep_alive_;
  head.tls = host_->tls;
  head.request_id = request.request_id;
  head.traceparent = request.header("traceparent").value_or(std::string_view());
  return answer_head(response, head);
}

void Connection::note_answer(int status) {
  host_->totals.requests.fetch_add(1, std::memory_order_relaxed);
  host_->front.count(route_, status);
  log_answer(current(), status);
  route_ = nullptr;
}

void Connection::write(std::string first, std::string second) {
  output_ = {std::move(first), std::move(second)};
  written_ = {};
  writing_ = true;
  deadline_ = std::chrono::steady_clock::now() + host_->limits.write_deadline;
  transport_->write({output_[0], output_[1]}, shared_from_this());
}

void Connection::on_written(std::size_t bytes) {
  if (phase_ == Phase::finished) return;
  for (std::size_t i = 0; i < output_.size(); ++i) {
    const std::size_t part = std::min(bytes, output_[i].size() - written_[i]);
    written_[i] += part;
    bytes -= part;
  }
  const auto rest = [this](std::size_t i) {
    return std::string_view(output_[i]).substr(written_[i]);
  };
  if (!rest(0).empty() || !rest(1).empty()) {
    deadline_ = std::chrono::steady_clock::now() + host_->limits.write_deadline;
    return transport_->write({rest(0), rest(1)}, shared_from_this());
  }
  writing_ = false;
  output_ = {};
  after_write();
}

void Connection::after_write() {
  if (continuing_) {
    continuing_ = false;
    enter(Phase::body, body_deadline_);
    return advance();
  }
  if (stream_ != nullptr) return stream_->ended ? linger() : ask_source();
  if (download_ != nullptr) return go_on_with_download();
  keep_alive_ ? await_request() : linger();
}

void Connection::linger() {
  forget_stream();
  request_.reset();
  input_used_ = 0;
  transport_->end_writing();
  enter(Phase::lingering, linger_deadline);
  read_more();
}

// -- Answers in pieces -------------------------------------------------------------------------

void Connection::begin_stream(Response response) {
  stream_ = std::make_unique<Stream>();
  host_->streaming.insert(this);
  stream_->source = std::move(response.source);
  stream_->chunked = chunked_answers_;
  stream_->events = response.content_type.starts_with("text/event-stream");
  keep_alive_ = false;  // What the peer sends meanwhile is not kept.
  std::string head =
      head_of(response, stream_->chunked ? BodyFraming::chunked : BodyFraming::until_end);
  note_answer(response.status);
  phase_ = Phase::streaming;
  input_used_ = 0;
  read_more();  // To learn that the peer is gone.
  write(std::move(head), {});
}

void Connection::forget_stream() {
  if (stream_ == nullptr) return;
  host_->streaming.erase(this);
  host_->totals.streams.fetch_sub(1);
  stream_.reset();
}

void Connection::ask_source() {
  stream_->parked = false;
  const std::uint64_t wakes = host_->totals.wakes;
  const auto ask = [self = shared_from_this(), source = stream_->source, request = request_,
                    wakes] {
    auto piece = std::make_shared<std::optional<std::string>>();
    try {
      *piece = source->next();
    } catch (const std::exception& thrown) {
      log_failure(*request, thrown.what());
      // Cut off, so that nobody takes what came for the whole.
      return self->host_->thread.post([self] { self->finish(); });
    }
    self->host_->thread.post([self, piece, wakes] { self->on_piece(std::move(*piece), wakes); });
  };
  if (!host_->pool.try_run(ask)) park();
}

void Connection::on_piece(std::optional<std::string> piece, std::uint64_t wakes_seen) {
  if (phase_ != Phase::streaming) return;
  if (!piece) return end_stream();
  if (!piece->empty()) return write_piece(std::move(*piece));
  if (host_->totals.draining) return end_stream();
  if (host_->totals.wakes != wakes_seen) return ask_source();
  park();
}

void Connection::park() {
  stream_->parked = true;
  stream_->quiet_since = std::chrono::steady_clock::now();
}

void Connection::wake() {
  if (stream_ != nullptr && stream_->parked && !writing_) ask_source();
}

void Connection::write_piece(std::string piece) {
  stream_->parked = false;
  if (!stream_->chunked) return write(std::move(piece), {});
  std::string head = chunk_head(piece.size());
  piece += "\r\n";
  write(std::move(head), std::move(piece));
}

void Connection::end_stream() {
  std::string last;
  if (stream_->events && host_->totals.draining) {
    const std::string bye = "event: bye\nretry: 1000\ndata: {}\n\n";
    last = stream_->chunked ? chunk_head(bye.size()) + bye + "\r\n" : bye;
  }
  if (stream_->chunked) last += "0\r\n\r\n";
  stream_->ended = true;
  stream_->parked = false;
  if (last.empty()) return linger();
  write(std::move(last), {});
}

}  // namespace api
