// A debugger of the record: sessions that step through it, forwards and backwards, and stop where
// they are told to.
#include <memory>

#include "api/replay_sessions.h"
#include "api/routes.h"
#include "projections/as_of.h"
#include "projections/mark.h"

namespace api {

using domain::Position;

namespace {

struct SessionState {
  std::string replay;
  Position first;
  Position last;
  replay::StepView step;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("replay", &SessionState::replay), field("first", &SessionState::first),
                      field("last", &SessionState::last), field("step", &SessionState::step));
  }
};

struct BeginBody {
  std::string from;
  std::string to;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("from", &BeginBody::from), field("to", &BeginBody::to));
  }
};

struct StepBody {
  std::uint64_t count = 1;
  bool over = false;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("count", &StepBody::count), field("over", &StepBody::over));
  }
};

struct ContinueBody {
  std::vector<replay::Stop> stops;
  std::optional<Position> until;
  bool back = false;

  template <class = void>
  static constexpr auto fields() {
    using domain::field;
    return field_list(field("stops", &ContinueBody::stops), field("until", &ContinueBody::until),
                      field("back", &ContinueBody::back));
  }
};

class SessionRoutes {
 public:
  explicit SessionRoutes(const Services& services) : sessions_(services.clock) {}

  Answered<Response> begin(const Request& request, const Services& services) {
    auto body = body_of(request);
    if (!body) return refused(body.error());
    body->otherwise("from", json_text("0"));
    body->otherwise("to", json_text(""));
    const auto asked = body->read<BeginBody>();
    if (!asked) return refused(asked.error());
    const auto reading = open_newest(request, services);
    if (!reading) return refused(reading.error());
    replay::StepRange range{{}, reading->at};
    for (const auto& [text, position] :
         {std::pair<const std::string&, Position&>{asked->from, range.first},
          {asked->to, range.last}}) {
      if (text.empty()) continue;
      const auto at =
          projections::resolve_as_of(text, services.clock.now(), services.log, services.views);
      if (!at) return refused(at.error());
      position = *at;
    }
    if (range.last < range.first) {
      return refused("range-backward", "The range ends before it begins.");
    }
    const auto session = sessions_.begin(caller_of(request), range);
    auto answer = tell(session, services, [&](const replay::Stepper& stepper) {
      return stepper.show(session.at, {"beginning", {}, 0, 0}, 0);
    });
    if (!answer) return answer;
    answer->status = 201;
    answer->headers.emplace_back("Location", "/v1/replays/" + session.name);
    return answer;
  }

  Answered<Response> show(const Request& request, const Services& services) {
    if (const auto checked = check_query(request, {}); !checked) return refused(checked.error());
    const auto session = session_of(request);
    if (!session) return refused(session.error());
    return tell(*session, services, [&](const replay::Stepper& stepper) {
      return stepper.show(session->at, {"step", {}, 0, 0}, 0);
    });
  }

  Answered<Response> end(const Request& request, const Services&) {
    if (const auto checked = check_query(request, {}); !checked) return refused(checked.error());
    const auto session = session_of(request);
    if (!session) return refused(session.error());
    sessions_.end(session->name);
    Response response;
    response.body = "{\"replay\":\"" + session->name + "\"}";
    return response;
  }

  Answered<Response> step(const Request& request, const Services& services, replay::Way way) {
    auto body = body_of(request);
    if (!body) return refused(body.error());
    body->otherwise("count", ledger::codec::JsonValue{ledger::codec::JsonNumber{"1"}});
    body->otherwise("over", json_flag(false));
    const auto asked = body->read<StepBody>();
    if (!asked) return refused(asked.error());
    const auto session = session_of(request);
    if (!session) return refused(session.error());
    return tell(*session, services, [&](const replay::Stepper& stepper) {
      return asked->over ? stepper.next(session->at, way)
                         : stepper.step(session->at, asked->count, way);
    });
  }

  Answered<Response> go_on(const Request& request, const Services& services) {
    auto body = body_of(request);
    if (!body) return refused(body.error());
    body->otherwise("back", json_flag(false));
    fill_stops(*body);
    const auto asked = body->read<ContinueBody>();
    if (!asked) return refused(asked.error());
    const auto session = session_of(request);
    if (!session) return refused(session.error());
    return tell(*session, services, [&](const replay::Stepper& stepper) {
      return stepper.go_on(session->at, asked->stops, asked->until,
                           asked->back ? replay::Way::back : replay::Way::forward);
    });
  }

 private:
  static std::string caller_of(const Request& request) {
    return request.caller ? projections::text_of(request.caller->actor) : std::string();
  }

  static Answered<Body> body_of(const Request& request) {
    if (const auto checked = check_query(request, {}); !checked) return refused(checked.error());
    return Body::parse(request);
  }

  // A stop has only the fields that it needs.
  static void fill_stops(Body& body) {
    auto stops = body.take("stops");
    if (auto* array = std::get_if<ledger::codec::JsonArray>(&stops.value)) {
      for (auto& each : *array) {
        auto* object = std::get_if<ledger::codec::JsonObject>(&each.value);
        if (object == nullptr) continue;
        for (const auto name : {"type", "where", "watch"}) {
          if (each.member(name) == nullptr) object->push_back({name, json_text("")});
        }
      }
    }
    if (!stops.is_null()) body.otherwise("stops", std::move(stops));
  }

  Answered<ReplaySession> session_of(const Request& request) {
    return sessions_.find(request.parameters.at("replay"), caller_of(request));
  }

  template <class Ask>
  Answered<Response> tell(const ReplaySession& session, const Services& services, Ask ask) {
    const auto view = ask(replay::Stepper(services.views, services.log, session.range));
    if (!view) return refused(view.error());
    sessions_.move(session.name, view->position);
    Response response;
    response.body = ledger::codec::to_json(
        SessionState{session.name, session.range.first, session.range.last, *view});
    response.headers.emplace_back("Ledger-Position", std::to_string(view->position.value));
    return response;
  }

  ReplaySessions sessions_;
};

}  // namespace

void add_replay_session_routes(Routes& routes) {
  const auto all = std::make_shared<SessionRoutes>(routes.services());
  const auto add = [&](const char* method, const char* pattern, auto answer) {
    routes.other(method, pattern, Permission::read_log,
                 [all, answer](const Request& request, const Services& services) {
                   return answer(*all, request, services);
                 });
  };
  using Each = SessionRoutes;
  add("POST", "/v1/replays", [](Each& each, const Request& request, const Services& services) {
    return each.begin(request, services);
  });
  add("GET", "/v1/replays/{replay}",
      [](Each& each, const Request& request, const Services& services) {
        return each.show(request, services);
      });
  add("DELETE", "/v1/replays/{replay}",
      [](Each& each, const Request& request, const Services& services) {
        return each.end(request, services);
      });
  add("POST", "/v1/replays/{replay}:step",
      [](Each& each, const Request& request, const Services& services) {
        return each.step(request, services, replay::Way::forward);
      });
  add("POST", "/v1/replays/{replay}:back",
      [](Each& each, const Request& request, const Services& services) {
        return each.step(request, services, replay::Way::back);
      });
  add("POST", "/v1/replays/{replay}:continue",
      [](Each& each, const Request& request, const Services& services) {
        return each.go_on(request, services);
      });
}

}  // namespace api
