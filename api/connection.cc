#include "api/connection.h"

#include <algorithm>
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
// A larger body may take longer: as much again for each of these.
constexpr std::size_t body_bytes_per_deadline = 16'777'216;

Moment now() { return std::chrono::steady_clock::now(); }

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
  download_.reset();
  request_.reset();
  upload_.reset();
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
  if (download_ != nullptr && download_->parked) go_on_with_download();
  const bool waits_for_handler = phase_ == Phase::handling || phase_ == Phase::storing ||
                                 (stream_ != nullptr && !writing_);
  if (waits_for_handler || at < deadline_) return;
  if (phase_ != Phase::body) return finish();
  refuse({408, "body-too-slow", "The body did not come in time.", {}, {}});
}

void Connection::drain() {
  const bool has_request = phase_ == Phase::body || phase_ == Phase::storing ||
                           phase_ == Phase::handling || phase_ == Phase::writing ||
                           phase_ == Phase::streaming;
  if (!has_request) return finish();
  if (stream_ != nullptr && stream_->parked && !writing_) end_stream();
}

// -- Reading -----------------------------------------------------------------------------------

void Connection::on_ready() {
  if (phase_ == Phase::finished) return;
  certificate_ = transport_->peer();
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

void Connection::await_request() {
  request_.reset();
  if (read_bytes_ > read_bytes_min && input_used_ == 0) {
    read_bytes_ = read_bytes_min;
    input_ = {};
  }
  enter(Phase::idle, host_->limits.idle_deadline);
  if (host_->totals.draining) return finish();
  advance();
}

void Connection::advance() {
  while (phase_ == Phase::idle || phase_ == Phase::head || phase_ == Phase::body) {
    std::size_t used = 0;
    const auto state = reader_.read({input_.data(), input_used_}, used);
    input_.erase(0, used);
    input_used_ -= used;
    if (upload_ != nullptr && reader_.has_body_piece()) return store_piece(state);
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
  request.certificate = certificate_;
  const auto id = request.header("x-request-id");
  request.request_id = id && is_request_id(*id) ? std::string(*id) : new_request_id();
  const bool asks_first = reader_.expects_continue();
  auto admission = host_->front.admit(request);
  route_ = admission.route;
  extra_headers_ = std::move(admission.headers);
  refused_ = std::move(admission.refusal);
  if (!refused_ && route_->options.body == RouteOptions::Body::in_file) begin_upload();
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
  upload_.reset();
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
  auto taken = reader_.take();
  taken.upload = std::move(upload_);
  const auto request = std::make_shared<const Request>(std::move(taken));
  request_ = request;
  phase_ = Phase::handling;
  ++serial_;
  if (refused_) return begin_answer(*std::exchange(refused_, std::nullopt));
  auto exchange = std::make_shared<Exchange>(shared_from_this(), serial_, request);
  const Reply reply = [exchange](Response response) { exchange->reply(std::move(response)); };
  const Route& route = *route_;
  if (route.options.at_once && route.options.at_once(*request)) {
    return run_guarded(route, request, reply);
  }
  if (host_->pool.try_run([&route, request, reply] { run_guarded(route, request, reply); })) return;
  host_->totals.overloaded.fetch_add(1);
  reply(
      problem(*request,
              {503, "overloaded", "Too many requests wait already.", {}, {{"Retry-After", "1"}}}));
}

void Connection::answer(std::uint64_t serial, Response response) {
  if (phase_ != Phase::handling || serial != serial_) return;
  begin_answer(std::move(response));
}

}  // namespace api
