#include "api/connection.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <utility>

#include "api/access_log.h"

namespace api {

using namespace std::chrono_literals;

namespace {

// A quiet connection keeps this much to read into; one that sends a lot gets more for a while.
constexpr std::size_t read_bytes_min = 1'024;
constexpr std::size_t read_bytes_max = 65'536;
// A body that is read only to be thrown away, so that the connection can go on.
constexpr std::size_t ignored_body_bytes_max = 16'384;
// For the peer to take the last answer before the connection is closed under it.
constexpr std::chrono::milliseconds linger_deadline = 1s;
// A larger body may take longer: as much again for each of these.
constexpr std::size_t body_bytes_per_deadline = 16'777'216;

Moment now() { return std::chrono::steady_clock::now(); }

std::string chunk_head(std::size_t bytes) {
  std::array<char, 20> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), bytes, 16).ptr;
  return std::string(text.data(), end) + "\r\n";
}

// A source that throws has ended.
std::optional<std::string> next_piece(Source& source) {
  try {
    return source.next();
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace

Connection::Connection(std::shared_ptr<ConnectionHost> host, std::unique_ptr<Transport> transport,
                       std::string address)
    : host_(std::move(host)),
      transport_(std::move(transport)),
      address_(std::move(address)),
      read_bytes_(read_bytes_min),
      reader_({host_->limits.header_bytes_max, host_->limits.headers_max}) {}

void Connection::start() {
  host_->open.emplace(this, shared_from_this());
  enter(Phase::handshaking, host_->limits.header_deadline);
  transport_->handshake(shared_from_this());
}

void Connection::enter(Phase phase, std::chrono::milliseconds deadline) {
  phase_ = phase;
  deadline_ = now() + deadline;
}

void Connection::finish() {
  if (phase_ == Phase::finished) return;
  const auto self = shared_from_this();
  phase_ = Phase::finished;
  transport_->close();
  forget_stream();
  request_.reset();
  host_->open.erase(this);
  host_->on_closed(address_);
}

void Connection::sweep(Moment at) {
  if (stream_ != nullptr && stream_->parked && !writing_) {
    if (at - stream_->quiet_since < host_->limits.sse_interval) return;
    stream_->quiet_since = at;
    if (!stream_->events) return ask_source();
    return write_piece(": keep-alive\n\n");
  }
  const bool waits_for_handler = phase_ == Phase::handling || (stream_ != nullptr && !writing_);
  if (waits_for_handler || at < deadline_) return;
  if (phase_ != Phase::body) return finish();
  refuse({408, "body-too-slow", "The body did not come in time.", {}, {}});
}

void Connection::drain() {
  const bool has_request = phase_ == Phase::body || phase_ == Phase::handling ||
                           phase_ == Phase::writing || phase_ == Phase::streaming;
  if (!has_request) return finish();
  if (stream_ != nullptr && stream_->parked && !writing_) end_stream();
}

// -- Reading -----------------------------------------------------------------------------------

void Connection::on_ready() {
  if (phase_ == Phase::finished) return;
  enter(Phase::idle, host_->limits.idle_deadline);
  read_more();
}

void Connection::read_more() {
  if (reading_ || phase_ == Phase::finished) return;
  reading_ = true;
  input_.resize(input_used_ + read_bytes_);
  transport_->read({input_.data() + input_used_, read_bytes_}, shared_from_this());
}

void Connection::on_read(std::size_t bytes) {
  reading_ = false;
  if (phase_ == Phase::finished) return;
  if (phase_ == Phase::lingering || phase_ == Phase::streaming) return read_more();  // Not kept.
  input_used_ += bytes;
  if (bytes == read_bytes_) read_bytes_ = std::min(read_bytes_ * 4, read_bytes_max);
  advance();
}

void Connection::on_end() { finish(); }

void Connection::advance() {
  while (phase_ == Phase::idle || phase_ == Phase::head || phase_ == Phase::body) {
    std::size_t used = 0;
    const auto state = reader_.read({input_.data(), input_used_}, used);
    input_.erase(0, used);
    input_used_ -= used;
    switch (state) {
      case RequestReader::State::more:
        if (phase_ == Phase::idle && reader_.begun()) {
          enter(Phase::head, host_->limits.header_deadline);
        }
        return read_more();
      case RequestReader::State::head:
        on_head();
        break;
      case RequestReader::State::request:
        dispatch();
        break;
      case RequestReader::State::refused:
        return refuse(reader_.refusal());
    }
  }
}

const Request& Connection::current() const {
  return request_ != nullptr ? *request_ : reader_.request();
}

void Connection::on_head() {
  Request& request = reader_.request();
  request.address = address_;
  const auto id = request.header("x-request-id");
  request.request_id = id && is_request_id(*id) ? std::string(*id) : new_request_id();
  const bool asks_first = reader_.expects_continue();
  auto admission = host_->front.admit(request);
  route_ = admission.route;
  extra_headers_ = std::move(admission.headers);
  refused_ = std::move(admission.refusal);
  const std::size_t body_bytes_max =
      refused_ ? (asks_first ? 0 : ignored_body_bytes_max) : route_->options.body_bytes_max;
  const auto state = reader_.go_on(body_bytes_max);
  if (state == RequestReader::State::refused) {
    if (!refused_) return refuse(reader_.refusal());
    keep_alive_ = false;
    return begin_answer(*std::exchange(refused_, std::nullopt));
  }
  const auto shares = static_cast<int>(1 + body_bytes_max / body_bytes_per_deadline);
  body_deadline_ = host_->limits.body_deadline * shares;
  enter(Phase::body, body_deadline_);
  if (asks_first && state == RequestReader::State::more) {
    phase_ = Phase::writing;
    continuing_ = true;
    write("HTTP/1.1 100 Continue\r\n\r\n", {});
  }
}

void Connection::refuse(Problem told) {
  Request& request = reader_.request();
  if (request.request_id.empty()) request.request_id = new_request_id();
  keep_alive_ = false;
  begin_answer(problem(current(), std::move(told)));
}

// -- Handling ----------------------------------------------------------------------------------

// Made for each request: the reply that comes first counts, and if every copy of it is gone
// without one, the peer is told so.
class Connection::Exchange {
 public:
  Exchange(std::shared_ptr<Connection> connection, std::uint64_t serial,
           std::shared_ptr<const Request> request)
      : connection_(std::move(connection)), serial_(serial), request_(std::move(request)) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  ~Exchange() {
    if (answered_) return;
    reply(problem(*request_, {500, "internal", "The request was not answered.", {}, {}}));
  }

  void reply(Response response) {
    if (answered_.exchange(true)) return;
    IoThread& thread = connection_->host_->thread;
    if (thread.is_here()) return connection_->answer(serial_, std::move(response));
    auto kept = std::make_shared<Response>(std::move(response));
    thread.post([connection = connection_, serial = serial_, kept] {
      connection->answer(serial, std::move(*kept));
    });
  }

 private:
  std::shared_ptr<Connection> connection_;
  std::uint64_t serial_;
  std::shared_ptr<const Request> request_;
  std::atomic<bool> answered_{false};
};

namespace {

void run_guarded(const Route& route, const std::shared_ptr<const Request>& request,
                 const Reply& reply) {
  try {
    route.handler(request, reply);
  } catch (const std::exception& thrown) {
    log_failure(*request, thrown.what());
    reply(problem(*request, {500, "internal", "Something here is broken; it was logged.", {}, {}}));
  }
}

}  // namespace

void Connection::dispatch() {
  keep_alive_ = reader_.keep_alive();
  chunked_answers_ = reader_.chunked_answers();
  auto request = std::make_shared<const Request>(reader_.take());
  request_ = request;
  phase_ = Phase::handling;
  ++serial_;
  if (refused_) return begin_answer(*std::exchange(refused_, std::nullopt));
  auto exchange = std::make_shared<Exchange>(shared_from_this(), serial_, request);
  const Reply reply = [exchange](Response response) { exchange->reply(std::move(response)); };
  const Route& route = *route_;
  if (route.options.run_on == RunOn::io_thread) return run_guarded(route, request, reply);
  if (host_->pool.try_run([&route, request, reply] { run_guarded(route, request, reply); })) return;
  host_->totals.overloaded.fetch_add(1);
  reply(problem(*request, {503,
                           "overloaded",
                           "Too many requests wait already.",
                           {},
                           {{"Retry-After", "1"}}}));
}

void Connection::answer(std::uint64_t serial, Response response) {
  if (phase_ != Phase::handling || serial != serial_) return;
  begin_answer(std::move(response));
}

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
    response = problem(request, {503,
                                 "too-many-streams",
                                 "Too many streams are open.",
                                 {},
                                 {{"Retry-After", "5"}}});
  }
  keep_alive_ = keep_alive_ && !host_->totals.draining;
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
  deadline_ = now() + host_->limits.write_deadline;
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
    deadline_ = now() + host_->limits.write_deadline;
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
  if (!keep_alive_) return linger();
  request_.reset();
  if (read_bytes_ > read_bytes_min && input_used_ == 0) {
    read_bytes_ = read_bytes_min;
    input_ = {};
  }
  enter(Phase::idle, host_->limits.idle_deadline);
  if (host_->totals.draining) return finish();
  advance();
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
  const auto ask = [self = shared_from_this(), source = stream_->source, wakes] {
    auto piece = std::make_shared<std::optional<std::string>>(next_piece(*source));
    self->host_->thread.post(
        [self, piece, wakes] { self->on_piece(std::move(*piece), wakes); });
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
  stream_->quiet_since = now();
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
