// One connection: reads a request, has it answered, writes the answer, and begins again. Knows the
// protocol and its deadlines; bytes move in Transport.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "api/answer_head.h"
#include "api/front.h"
#include "api/handler_pool.h"
#include "api/http_limits.h"
#include "api/io_thread.h"
#include "api/request_reader.h"
#include "api/transport.h"
#include "api/uploads.h"

namespace api {

using Moment = std::chrono::steady_clock::time_point;

// What all connections of a server count together. Thread: any.
struct ServerTotals {
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> streams{0};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> overloaded{0};
  std::atomic<std::uint64_t> wakes{0};  // Of sources.
  std::atomic<bool> draining{false};
};

class Connection;

// What the connections of one thread share. It outlives what refers to it, since a late reply may
// come after the server is gone; then nothing but `thread` is touched.
struct ConnectionHost {
  ConnectionHost(Front& the_front, HandlerPool& the_pool, ServerTotals& the_totals,
                 Uploads& the_uploads, const HttpLimits& the_limits, bool is_tls)
      : front(the_front),
        pool(the_pool),
        totals(the_totals),
        uploads(the_uploads),
        limits(the_limits),
        tls(is_tls) {}

  Front& front;
  HandlerPool& pool;
  ServerTotals& totals;
  Uploads& uploads;
  HttpLimits limits;
  bool tls;
  std::function<void(const std::string& address)> on_closed;
  std::unordered_map<const Connection*, std::shared_ptr<Connection>> open;
  std::unordered_set<Connection*> streaming;  // Of those.
  std::atomic<bool> waking{false};            // wake() is on its way to the thread.
  IoThread thread;                            // Last: what still waits in it refers to the rest.
};

// Thread: its host's.
class Connection final : public Transport::Events, public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<ConnectionHost> host, std::unique_ptr<Transport> transport,
             std::string address);

  void start();
  // Closes what is over its deadline, and keeps quiet streams alive.
  void sweep(Moment now);
  // A source that had nothing may have something.
  void wake();
  // Ends as soon as what was begun is answered.
  void drain();
  void finish();

  void on_ready() override;
  void on_read(std::size_t bytes) override;
  void on_written(std::size_t bytes) override;
  void on_end() override;

 private:
  enum class Phase {
    handshaking,
    idle,  // Between two requests.
    head,  // Reading one.
    body,
    storing,  // A piece of it.
    handling,   // A handler has it.
    writing,    // The answer.
    streaming,  // An answer in pieces.
    lingering,  // Answered for the last time; the peer may still be sending.
    finished,
  };
  struct Stream {
    std::shared_ptr<Source> source;
    bool chunked = true;
    bool events = false;  // text/event-stream
    bool parked = false;  // It had nothing.
    bool ended = false;   // Its last bytes are being written.
    Moment quiet_since{};
  };
  struct Download {
    FileBody rest;
    bool parked = false;  // No handler could wait for the disk.
  };

  void enter(Phase phase, std::chrono::milliseconds deadline);
  void await_request();
  void read_more();
  void advance();
  void on_head();
  void refuse(Problem told);
  void dispatch();
  void answer(std::uint64_t serial, Response response);
  const Request& current() const;

  // connection_answers.cc
  void begin_answer(Response response);
  std::string head_of(Response& response, BodyFraming framing);
  void note_answer(int status);
  void write(std::string first, std::string second);
  void after_write();
  void linger();

  // connection_uploads.cc
  void begin_upload();
  void store_piece(RequestReader::State state);
  void on_stored(const ledger::Result<void>& stored, RequestReader::State state);

  // connection_files.cc
  void begin_download(Response response);
  void go_on_with_download();
  void read_from_disk();
  void on_file_piece(ledger::Result<std::optional<std::string>> piece);

  void begin_stream(Response response);
  void ask_source();
  void on_piece(std::optional<std::string> piece, std::uint64_t wakes_seen);
  void write_piece(std::string piece);
  void park();
  void end_stream();
  void forget_stream();

  class Exchange;

  std::shared_ptr<ConnectionHost> host_;
  std::unique_ptr<Transport> transport_;
  std::string address_;
  std::shared_ptr<const ShownCertificate> certificate_;
  Phase phase_ = Phase::handshaking;
  Moment deadline_{};
  std::chrono::milliseconds body_deadline_{};  // Of the body that is read.

  std::string input_;
  std::size_t input_used_ = 0;  // Bytes that were read.
  std::size_t read_bytes_;      // How many the next read asks for.
  bool reading_ = false;
  RequestReader reader_;

  std::uint64_t serial_ = 0;  // Of the request that is being answered.
  std::shared_ptr<const Request> request_;
  const Route* route_ = nullptr;
  std::vector<std::pair<std::string, std::string>> extra_headers_;
  std::optional<Response> refused_;  // To be given once the body, which nobody wants, was read.
  bool keep_alive_ = false;
  bool chunked_answers_ = false;
  bool continuing_ = false;  // Writing "100 Continue".
  std::shared_ptr<Upload> upload_;  // Where the body that is read goes; null: it is kept.

  std::array<std::string, 2> output_;
  std::array<std::size_t, 2> written_{};
  bool writing_ = false;
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<Download> download_;
};

}  // namespace api
