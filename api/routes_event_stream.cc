// The tail of the history: events as they are recorded, for as long as the caller listens.
#include <algorithm>

#include "api/routes.h"
#include "projections/activity.h"

namespace api {

using domain::Position;

namespace {

constexpr std::size_t events_per_piece = 100;

enum class Shape { event_stream, lines };

struct Tail {
  std::vector<std::string> types;
  std::string stream;
  Position next;                // Events from here on are still to be told.
  std::optional<Position> end;  // Told up to here, exclusive; absent: for ever.
  Shape shape = Shape::event_stream;
};

void write_piece(std::string& out, const projections::EventItem& event, Shape shape) {
  if (shape == Shape::event_stream) {
    out += "id: " + std::to_string(event.position.value) + "\ndata: ";
  }
  ledger::codec::write_json(out, event);
  out += shape == Shape::event_stream ? "\n\n" : "\n";
}

// Reads the log as far as it is; what is not there yet, it is asked for again.
class TailSource final : public Source {
 public:
  TailSource(const Services& services, Tail tail) : services_(services), tail_(std::move(tail)) {}

  std::optional<std::string> next() override {
    if (has_failed_) return std::nullopt;
    const auto size = services_.log.head().size;
    const Position end = tail_.end ? std::min(*tail_.end, size) : size;
    std::string piece = take_greeting();
    while (tail_.next < end) {
      const auto page = read(end);
      if (!page) return piece + failure(page.error());
      for (const auto& event : page->items) write_piece(piece, event, tail_.shape);
      page_ = page->next;
      if (page_.empty()) tail_.next = Position{to_.value + 1};
      if (!piece.empty()) return piece;
    }
    if (piece.empty() && tail_.end) return std::nullopt;
    return piece;
  }

 private:
  // How long to wait before asking again when the connection breaks.
  std::string take_greeting() {
    if (tail_.shape != Shape::event_stream || greeted_) return {};
    greeted_ = true;
    return "retry: 2000\n\n";
  }

  // The record cannot be read any further. An answer that just ended would look complete.
  std::string failure(const ledger::Error& error) {
    has_failed_ = true;
    const std::string problem =
        "{\"code\":" + json_string(error.reason) + ",\"detail\":" + json_string(error.detail) + "}";
    return tail_.shape == Shape::event_stream ? "event: problem\ndata: " + problem + "\n\n"
                                              : "{\"problem\":" + problem + "}\n";
  }

  ledger::Result<projections::Page<projections::EventItem>> read(Position end) {
    projections::ActivityQuery query;
    query.types = tail_.types;
    query.stream = tail_.stream;
    query.from = tail_.next;
    if (page_.empty()) to_ = Position{end.value - 1};
    query.to = to_;
    query.direction = projections::Direction::oldest_first;
    query.page = page_;
    query.max = events_per_piece;
    return projections::list_events(services_.log, query);
  }

  const Services& services_;
  Tail tail_;
  std::string page_;  // Where the page after the last one begins; empty: with tail_.next.
  Position to_;       // Where the pages of one round end, however far the log grows meanwhile.
  bool greeted_ = false;
  bool has_failed_ = false;
};

// Where a tail begins: after the event that the caller had last; else with what comes next.
Answered<Position> beginning(const Request& request, Position size) {
  const auto last = request.header("last-event-id");
  const auto after = last ? last : request.query_value("after");
  if (!after) return size;
  const auto number = number_from(*after);
  if (!number || *number > size.value) {
    return refused("parameter-invalid",
                   "\"after\" and Last-Event-ID are the position of an event.");
  }
  return Position{*number + 1};
}

Answered<Response> stream(const Request& request, const Services& services) {
  const auto checked = check_query(request, {"type", "stream", "after"});
  if (!checked) return refused(checked.error());
  const auto type =
      preferred(request.header("accept"), {"text/event-stream", "application/x-ndjson"});
  if (type.empty()) {
    return refused("not-acceptable",
                   "A tail is given as text/event-stream or application/x-ndjson.", 406);
  }
  const auto size = services.log.head().size;
  const auto begin = beginning(request, size);
  if (!begin) return refused(begin.error());
  Tail tail{list_parameter(request, "type"),
            std::string(request.query_value("stream").value_or("")), *begin, std::nullopt,
            type == "text/event-stream" ? Shape::event_stream : Shape::lines};
  if (tail.shape == Shape::lines) tail.end = size;
  // Says now, rather than in the middle of an answer, that there is no such type.
  projections::ActivityQuery probe;
  probe.types = tail.types;
  probe.max = 1;
  if (const auto probed = projections::list_events(services.log, probe); !probed) {
    return refused(probed.error());
  }
  Response response;
  response.content_type = type;
  response.headers.emplace_back("Cache-Control", "no-store");
  response.headers.emplace_back("X-Accel-Buffering", "no");
  response.source = std::make_unique<TailSource>(services, std::move(tail));
  return response;
}

}  // namespace

void add_event_stream_routes(Routes& routes) {
  routes.other("GET", "/v1/events:stream", Permission::read_log, stream);
}

}  // namespace api
