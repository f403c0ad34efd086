#include "tools/ledgerctl/session.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "tools/ledgerctl/plans.h"

namespace ledgerctl {

using nlohmann::json;

namespace {

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = text.find(at);
    parts.emplace_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return parts;
}

// A request as the verb's table entry and the command line make it.
struct Made {
  std::string path;
  std::vector<std::pair<std::string, std::string>> query;
  json body = json::object();
  bool followed = false;  // The check that comes of it.
};

std::string with_query(const Made& made) {
  std::string path = made.path;
  char joint = path.find('?') == std::string::npos ? '?' : '&';
  for (const auto& [name, value] : made.query) {
    path += joint + name + "=" + escaped(value);
    joint = '&';
  }
  return path;
}

json number_from(const std::string& text) {
  const auto number = json::parse(text, nullptr, false);
  return number.is_number_integer() ? number : json(text);
}

void put(Made& made, const Option& option, const std::vector<std::string>& values) {
  const std::string field(option.field);
  switch (option.into) {
    case Into::query:
      made.query.emplace_back(field, values.back());
      return;
    case Into::text:
      made.body[field] = values.back();
      return;
    case Into::number:
      made.body[field] = number_from(values.back());
      return;
    case Into::flag:
      if (field.starts_with('!')) {
        made.body[field.substr(1)] = false;
      } else {
        made.body[field] = true;
      }
      return;
    case Into::list:
      made.body[field] = values;
      return;
    case Into::numbers:
      made.body[field] = json::array();
      for (const auto& each : values) made.body[field].push_back(number_from(each));
      return;
    case Into::json:
      made.body[field] = json::parse(values.back(), nullptr, false);
      return;
    case Into::follow:
      made.followed = true;
      return;
  }
}

Made make(const Session& session, const Verb& verb, const Given& given) {
  Made made;
  std::string_view path = verb.path;
  while (!path.empty()) {
    const auto open = path.find('{');
    made.path += path.substr(0, open);
    if (open == std::string_view::npos) break;
    const auto close = path.find('}', open);
    made.path += escaped(given.arguments.at(std::string(path.substr(open + 1, close - open - 1))));
    path = path.substr(close + 1);
  }
  for (const auto& option : verb.options) {
    const auto found = given.options.find(std::string(option.name));
    if (found != given.options.end() && !found->second.empty()) put(made, option, found->second);
  }
  const bool is_read = verb.way == Way::list || verb.way == Way::object;
  if (is_read) {
    if (!session.as_of.empty()) made.query.emplace_back("as_of", session.as_of);
    if (!session.filter.empty()) made.query.emplace_back("filter", session.filter);
  } else {
    if (!session.reason.empty()) made.body["reason"] = session.reason;
    if (!session.ticket.empty()) made.body["ticket"] = session.ticket;
  }
  return made;
}

// As one word of a shell's command line, whatever stands in it.
std::string shell_word(std::string_view text) {
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? "'\\''" : std::string(1, c);
  return word + "'";
}

int explain(const Session& session, const std::string& method, const std::string& path,
            const json& body) {
  std::cout << "curl";
  if (method != "GET") std::cout << " -X " << method;
  if (!session.server.ca_file.empty()) {
    std::cout << " --cacert " << shell_word(session.server.ca_file);
  }
  if (!session.server.token_file.empty()) {
    std::cout << " -H \"Authorization: Bearer $(cat " << shell_word(session.server.token_file)
              << ")\"";
  }
  if (method == "POST") std::cout << " -H 'Idempotency-Key: " << new_key() << "'";
  if (method != "GET" && !body.empty()) {
    std::cout << " -H 'Content-Type: application/json' -d " << shell_word(body.dump());
  }
  std::cout << ' ' << shell_word(session.server.url + path) << '\n';
  return 0;
}

// Position counts as a change of what people see only if events came of it.
void show_outcome(const Session& session, const json& answer) {
  if (!answer.is_object()) {  // Done, and nothing to say of it.
    if (!session.quiet) std::cerr << "Done.\n";
    return;
  }
  if (session.look.format != Format::table) {
    show_object(std::cout, answer, session.look);
    return;
  }
  for (const char* once : {"secret", "token"}) {
    if (answer.contains(once) && answer[once].is_string()) {
      std::cout << answer[once].get<std::string>() << '\n';
    }
  }
  if (session.quiet) return;
  if (answer.contains("operation")) {
    std::cerr << plain(answer["operation"]) << " is asked to end.\n";
    return;
  }
  const auto events = answer.value("events", json::array());
  if (events.empty()) {
    std::cerr << "Nothing to do: it is so already.\n";
    return;
  }
  const bool is_done = !answer.value("validated", false);
  if (!is_done) std::cerr << "Nothing was changed. This would be recorded:\n";
  for (const auto& event : events) {
    if (is_done) std::cerr << event.value("position", 0) << "  ";
    std::cerr << event.value("type", "") << "  " << event.value("stream", "") << '\n';
  }
}

// What the server is to send for the columns that were asked for; it knows which there are.
std::string fields_for(const Look& look) {
  std::string fields;
  for (const auto& column : look.columns) fields += (fields.empty() ? "" : ",") + column;
  return fields;
}

// The columns of a list, and what is asked for them.
Look look_of_list(const Session& session, const Verb& verb, Made& made) {
  Look look = session.look;
  const bool as_usual = look.columns.empty();
  if (as_usual) look.columns = split(verb.columns, ',');
  if (look.only_names && !look.columns.empty()) look.columns.resize(1);
  if (!as_usual || look.only_names) made.query.emplace_back("fields", fields_for(look));
  if (!session.sort.empty()) made.query.emplace_back("order_by", session.sort);
  return look;
}

// As few pages as there can be, but for the first: most lists end with it.
std::string page_rows(const Session& session, bool is_first) {
  constexpr int most = 1000;
  if (session.limit > 0) return std::to_string(std::min(session.limit, most));
  return is_first && session.sort.empty() ? "" : std::to_string(most);
}

Exit run_list(const Session& session, Made made, const Verb& verb) {
  const Client client(session.server);
  json rows = json::array();
  const Look look = look_of_list(session, verb, made);
  std::string token;
  while (true) {
    Made page = made;
    const auto size = page_rows(session, token.empty());
    if (!size.empty()) page.query.emplace_back("page_size", size);
    if (!token.empty()) page.query.emplace_back("page_token", token);
    const auto reply = client.ask({"GET", with_query(page), "", "", {}});
    if (!reply) return complain(session, reply.error());
    auto answer = json::parse(reply->body, nullptr, false);
    if (!answer.is_object() || !answer.contains("items")) {
      return complain(session, {Exit::failed, "The server's answer is not a list.", ""});
    }
    for (auto& row : answer["items"]) rows.push_back(std::move(row));
    token = answer.value("next_page_token", std::string());
    const bool enough = session.limit > 0 && rows.size() >= static_cast<std::size_t>(session.limit);
    if (token.empty() || enough) break;
    if (look.format == Format::jsonl) {
      show_rows(std::cout, rows, look);
      rows = json::array();
    }
  }
  if (session.limit > 0) {
    while (rows.size() > static_cast<std::size_t>(session.limit)) rows.erase(rows.end() - 1);
  }
  show_rows(std::cout, rows, look);
  return Exit::ok;
}

// Options that would do nothing: whoever gives one expects something of it.
std::optional<Failure> misplaced(const Session& session, const Verb& verb) {
  const bool is_read = verb.way == Way::list || verb.way == Way::object;
  if (!is_read && !session.as_of.empty()) {
    return Failure{Exit::usage, "The past cannot be changed; leave --as-of out.", ""};
  }
  if (!is_read && !session.filter.empty()) {
    return Failure{Exit::usage, "--filter is for what is read; this changes something.", ""};
  }
  if (verb.way == Way::list) return std::nullopt;
  if (!session.sort.empty()) return Failure{Exit::usage, "--sort is for lists.", ""};
  if (session.limit > 0) return Failure{Exit::usage, "--limit is for lists.", ""};
  if (session.look.only_names) return Failure{Exit::usage, "-o name is for lists.", ""};
  return std::nullopt;
}

// Whether a change was refused because it did not say which version it is of.
bool wants_version(const Failure& failure) {
  const json problem = json::parse(failure.body, nullptr, false);
  return problem.is_object() && problem.value("code", std::string()) == "if-match-missing";
}

// A PUT is of the whole: what no option said stays as it is, and what was said to be '' goes.
void keep_what_is_unsaid(const Verb& verb, const std::string& shown, json& body) {
  const json now = json::parse(shown, nullptr, false);
  for (const auto& option : verb.options) {
    const std::string field(option.field.substr(option.field.starts_with('!') ? 1 : 0));
    const auto known = now.find(field);
    if (known != now.end() && !known->is_null() && !body.contains(field)) body[field] = *known;
    if (body.contains(field) && body[field] == "") body.erase(field);
  }
}

// The event that asks for a check names it, and so does the operation that carries it out.
Exit follow_check(const Session& session, const Client& client, const json& answer) {
  const auto events = answer.value("events", json::array());
  if (events.empty()) return complain(session, {Exit::failed, "No check came of it.", ""});
  const auto position = std::to_string(events[0].value("position", std::uint64_t{0}));
  const auto shown =
      client.ask({"GET", "/v1/events/" + position + "?min_position=" + position, "", "", {}});
  if (!shown) return complain(session, shown.error());
  const json event = json::parse(shown->body, nullptr, false);
  return watch_check(session, event.value("data", json::object()).value("check", ""));
}

// What a change is a change of: a policy's settings have its version.
std::string versioned(const std::string& path) {
  return path.starts_with("/v1/policies/") ? path.substr(0, path.find("/settings/")) : path;
}

Exit run_command(const Session& session, Made made, const Verb& verb) {
  if (!session.plan_digest.empty()) {
    return complain(session, {Exit::usage, "There is no plan of this: it is done at once.", ""});
  }
  const Client client(session.server);
  if (session.dry_run) made.query.emplace_back("validate_only", "true");
  Question question{std::string(verb.method), with_query(made), "", "application/json", {}};
  question.headers = headers_of_change(session);
  json body = made.body;
  std::optional<Failure> not_there;
  if (verb.method != "POST") {
    // What is changed must be what was read: take the version that is there now.
    const auto now = client.ask({"GET", versioned(made.path), "", "", {}});
    if (now) {
      const auto tag = now->headers.find("etag");
      if (tag != now->headers.end()) question.headers.emplace_back("If-Match", tag->second);
      if (verb.method == "PUT") keep_what_is_unsaid(verb, now->body, body);
    } else {
      not_there = now.error();
    }
  }
  if (verb.method != "DELETE" || !body.empty()) question.body = body.dump();
  const auto reply = client.ask(question);
  if (!reply) {
    // Nothing of this name is there: that says more than that its version is missing.
    const bool is_missing = not_there && wants_version(reply.error());
    return complain(session, is_missing ? *not_there : reply.error());
  }
  tell_acknowledged(session, *reply);
  const json answer = json::parse(reply->body, nullptr, false);
  if (made.followed) return follow_check(session, client, answer);
  show_outcome(session, answer);
  return Exit::ok;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> headers_of_change(const Session& session) {
  std::vector<std::pair<std::string, std::string>> headers;
  headers.emplace_back("Idempotency-Key", session.key.empty() ? new_key() : session.key);
  if (!session.acknowledge.empty()) headers.emplace_back("Ledger-Acknowledge", session.acknowledge);
  return headers;
}

void tell_acknowledged(const Session& session, const Reply& reply) {
  const auto reached = reply.headers.find("ledger-acknowledged");
  if (reached == reply.headers.end() || session.quiet) return;
  std::cerr << "It is " << reached->second;
  if (reached->second != session.acknowledge) {
    std::cerr << ", and not " << session.acknowledge << " yet: ledgerctl log witnesses says why";
  }
  std::cerr << ".\n";
}

Exit complain(const Session& session, const Failure& failure) {
  if (session.look.format == Format::json && !failure.body.empty()) {
    std::cerr << failure.body << '\n';
  } else {
    std::cerr << "ledgerctl: " << failure.message << '\n';
  }
  return failure.exit;
}

Exit run_verb(const Session& session, const Verb& verb, const Given& given) {
  if (const auto wrong = misplaced(session, verb)) return complain(session, *wrong);
  Made made = make(session, verb, given);
  for (const auto& [name, value] : made.body.items()) {
    if (value.is_discarded()) {
      return complain(session, {Exit::usage, "--" + name + " is not JSON.", ""});
    }
  }
  if (session.explain) {
    if (verb.way == Way::list) look_of_list(session, verb, made);
    explain(session, std::string(verb.method), with_query(made), made.body);
    return Exit::ok;
  }
  switch (verb.way) {
    case Way::list:
      return run_list(session, std::move(made), verb);
    case Way::object: {
      const auto reply = Client(session.server).ask({"GET", with_query(made), "", "", {}});
      if (!reply) return complain(session, reply.error());
      const auto answer = json::parse(reply->body, nullptr, false);
      if (verb.noun == "status" && session.look.format == Format::table) {
        show_overview(std::cout, answer);
      } else {
        show_object(std::cout, answer, session.look);
      }
      return Exit::ok;
    }
    case Way::command:
      // Keeping fewer rule updates deletes some: that is planned.
      if (made.path == "/v1/settings/rule_updates_kept") {
        return plan_and_apply(session, made.path + ":plan", made.body);
      }
      return run_command(session, std::move(made), verb);
    case Way::plan:
      return plan_and_apply(session, with_query(made), made.body);
  }
  return Exit::failed;
}

}  // namespace ledgerctl
