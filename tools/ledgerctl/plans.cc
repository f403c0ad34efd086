#include "tools/ledgerctl/plans.h"

#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

namespace ledgerctl {

using nlohmann::json;

namespace {

std::string number(const json& object, const char* name) {
  return plain(object.value(name, json(0)));
}

void show_changes(std::ostream& out, const json& rows, const char* what, const char* name) {
  for (const auto& row : rows) {
    out << "  " << what << ' ' << plain(row.value(name, json())) << ": +" << number(row, "added")
        << " -" << number(row, "removed") << " ~" << number(row, "changed");
    if (row.contains("computers")) out << ", " << number(row, "computers") << " computers";
    out << '\n';
  }
}

void show_cves(std::ostream& out, const json& cves, const char* what) {
  if (cves.empty()) return;
  out << "  " << cves.size() << " CVEs " << what << ":";
  std::size_t shown = 0;
  for (const auto& cve : cves) {
    if (shown++ == 8) {
      out << " and " << cves.size() - 8 << " more";
      break;
    }
    out << ' ' << plain(cve.value("cve", json())) << " (" << number(cve, "computers") << ')';
  }
  out << '\n';
}

// Nothing, if somebody says that this plan is to be applied; else why it is not.
std::optional<Failure> why_not_confirmed(const Session& session, const json& plan) {
  const std::string digest = plan.value("digest", std::string());
  if (!session.plan_digest.empty() && session.plan_digest != digest) {
    return Failure{Exit::conflict,
                   "The plan's digest is " + digest +
                       ", not the one given: its effect is another. Nothing was changed.",
                   ""};
  }
  if (session.yes || !session.plan_digest.empty()) return std::nullopt;
  const std::string name = plan.value("confirm", plan.value("plan", std::string()));
  if (!session.confirm.empty()) {
    if (session.confirm == name) return std::nullopt;
    return Failure{Exit::usage, "This is confirmed by --confirm=" + name + ". Nothing was changed.",
                   ""};
  }
  if (session.no_input || isatty(STDIN_FILENO) == 0) {
    return Failure{Exit::usage,
                   "Nobody is here to confirm it: give --plan-digest=" + digest +
                       " or --yes. Nothing was changed.",
                   ""};
  }
  std::cerr << "Apply this? Type \"" << name << "\" to confirm: " << std::flush;
  std::string typed;
  std::getline(std::cin, typed);
  if (typed == name) return std::nullopt;
  return Failure{Exit::failed, "Not confirmed; nothing was changed.", ""};
}

Exit apply(const Session& session, const json& plan) {
  json body = json::object();
  body["digest"] = plan.value("digest", std::string());
  if (!session.reason.empty()) body["reason"] = session.reason;
  if (!session.ticket.empty()) body["ticket"] = session.ticket;
  const Client client(session.server);
  const auto reply =
      client.ask({"POST", "/v1/plans/" + escaped(plan.value("plan", std::string())) + ":apply",
                  body.dump(), "application/json", headers_of_change(session)});
  if (!reply) {
    const auto problem = json::parse(reply.error().body, nullptr, false);
    if (problem.is_object() && problem.contains("plan")) {
      std::cerr << "The effect would be another by now. This is the new plan:\n";
      show_plan(std::cerr, problem["plan"]);
    }
    return complain(session, reply.error());
  }
  tell_acknowledged(session, *reply);
  const auto answer = json::parse(reply->body, nullptr, false);
  if (session.look.format == Format::table) {
    const auto events = answer.value("events", json::array());
    std::cout << "Applied: " << events.size() << " events; the log has "
              << number(answer, "position") << ".\n";
  } else {
    show_object(std::cout, answer, session.look);
  }
  return Exit::ok;
}

}  // namespace

void show_plan(std::ostream& out, const json& plan) {
  const json impact = plan.value("impact", json::object());
  const json reach = plan.value("reach", json::object());
  out << "Plan " << plan.value("plan", std::string()) << ": "
      << plan.value("action", std::string());
  const auto from = plain(impact.value("from", json()));
  const auto to = plain(impact.value("to", json()));
  if (!from.empty() || !to.empty()) {
    out << ", rule update ";
    if (from != to) out << (from.empty() ? "none" : from) << " -> ";
    out << (to.empty() ? "none" : to);
  }
  out << '\n';
  show_changes(out, impact.value("modules", json::array()), "rules of", "module");
  show_changes(out, impact.value("policies", json::array()), "policy", "policy");
  show_cves(out, impact.value("cves_reopened", json::array()), "lose cover");
  show_cves(out, impact.value("cves_covered", json::array()), "get cover");
  const json vanishing = impact.value("vanishing", json::array());
  if (!vanishing.empty()) out << "  " << vanishing.size() << " rules in use vanish\n";
  for (const auto& update : impact.value("deleted", json::array())) {
    out << "  the content of " << plain(update) << " is given up\n";
  }
  for (const auto& hold : impact.value("holds", json::array())) {
    out << "  " << plain(hold) << " holds automatic application\n";
  }
  out << "  computers: " << number(reach, "total") << " (" << number(reach, "online") << " online, "
      << number(reach, "offline") << " offline, " << number(reach, "unknown") << " unknown)\n";
  for (const auto& warning : plan.value("warnings", json::array())) {
    out << "  ! " << plain(warning) << '\n';
  }
  out << "  digest " << plan.value("digest", std::string()) << '\n';
}

Exit plan_and_apply(const Session& session, const std::string& path, const json& body) {
  const auto reply =
      Client(session.server)
          .ask({"POST", path, body.dump(), "application/json", {{"Idempotency-Key", new_key()}}});
  if (!reply) return complain(session, reply.error());
  const auto plan = json::parse(reply->body, nullptr, false);
  const bool for_people = session.look.format == Format::table;
  if (for_people) {
    show_plan(session.dry_run ? std::cout : std::cerr, plan);
  } else if (session.dry_run) {
    show_object(std::cout, plan, session.look);
  }
  if (session.dry_run) return Exit::ok;
  if (const auto why = why_not_confirmed(session, plan)) return complain(session, *why);
  return apply(session, plan);
}

Exit apply_plan(const Session& session, const std::string& name) {
  const auto reply = Client(session.server).ask({"GET", "/v1/plans/" + escaped(name), "", "", {}});
  if (!reply) return complain(session, reply.error());
  const auto plan = json::parse(reply->body, nullptr, false);
  show_plan(session.dry_run ? std::cout : std::cerr, plan);
  if (session.dry_run) return Exit::ok;
  if (const auto why = why_not_confirmed(session, plan)) return complain(session, *why);
  return apply(session, plan);
}

void show_overview(std::ostream& out, const json& overview) {
  const json computers = overview.value("computers", json::object());
  const json relays = overview.value("relays", json::object());
  const json rules = overview.value("rule_updates", json::object());
  const json manager = overview.value("manager", json::object());
  out << "Position      " << number(overview, "position") << '\n';
  for (const auto& source : overview.value("sources", json::array())) {
    out << "Source        " << plain(source.value("source", json())) << "  "
        << (source.value("reachable", false) ? "reachable" : "unreachable") << '\n';
  }
  const auto told = [](const json& object, const char* name, const char* otherwise) {
    const auto text = plain(object.value(name, json()));
    return text.empty() ? std::string(otherwise) : text;
  };
  out << "Manager       last check " << told(manager, "last_check", "never") << ", next "
      << told(manager, "next_check", "not scheduled") << '\n';
  out << "Rule update   in force " << told(rules, "in_force", "none") << ", newest "
      << told(rules, "newest", "none") << '\n';
  out << "Relays        " << number(relays, "in_sync") << " of " << number(relays, "total")
      << " in sync\n";
  out << "Computers     " << number(computers, "total") << '\n';
  const json by_status = computers.value("by_status", json::object());
  for (const auto& [status, count] : by_status.items()) {
    if (count != 0) out << "              " << plain(count) << ' ' << status << '\n';
  }
  const json alerts = overview.value("alerts", json::object());
  out << "Alerts        " << number(alerts, "critical") << " critical, "
      << number(alerts, "warning") << " warnings, " << number(alerts, "info") << " notices\n";
}

}  // namespace ledgerctl
