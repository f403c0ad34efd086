// One run of ledgerctl: what was asked, against which server, and how it is to be shown.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/ledgerctl/client.h"
#include "tools/ledgerctl/output.h"
#include "tools/ledgerctl/verbs.h"

namespace ledgerctl {

struct Session {
  Server server;
  Look look;
  std::string as_of;
  std::string filter;
  std::string reason;
  std::string ticket;
  std::string key;          // The Idempotency-Key; empty: a new one.
  std::string acknowledge;  // How far a change is to get before it is answered; empty: durable.
  std::string confirm;      // What dangerous steps are confirmed by where nobody can be asked.
  std::string plan_digest;
  std::string sort;
  int limit = 0;  // Rows at most; 0: all.
  bool yes = false;
  bool dry_run = false;
  bool no_input = false;
  bool quiet = false;
  bool as_page = false;  // A report as HTML.
  bool explain = false;  // Print the request as a curl command instead.
};

// What stood on the command line for a verb.
struct Given {
  std::map<std::string, std::string> arguments;             // By name in the path.
  std::map<std::string, std::vector<std::string>> options;  // By flag.
};

Exit run_verb(const Session& session, const Verb& verb, const Given& given);

// -- Verbs that are more than one request --------------------------------------------------------
Exit import_updates(const Session& session, const std::vector<std::string>& files);
Exit export_update(const Session& session, const std::string& update, const std::string& file);
Exit apply_plan(const Session& session, const std::string& plan);
Exit watch_operation(const Session& session, const std::string& operation);
// The same of a check that an event has just ordered.
Exit watch_check(const Session& session, const std::string& check);
Exit tail_events(const Session& session, const std::string& type);
Exit verify_log(const Session& session);
Exit rotate_log_key(const Session& session);
Exit create_backup(const Session& session, const std::string& name);

// Starts an operation, follows it to its end and answers its result, a JSON object.
ledger::Result<std::string, Failure> result_of_operation(const Session& session,
                                                         const std::string& path,
                                                         const std::string& body);

// The same of one that was started already.
ledger::Result<std::string, Failure> result_of_started(const Session& session,
                                                       const std::string& operation);
// The headers that a change is sent with: its key, and how far it is to get.
std::vector<std::pair<std::string, std::string>> headers_of_change(const Session& session);
// Says, on standard error, how far a change got that was to get further than durable.
void tell_acknowledged(const Session& session, const Reply& reply);

// Says what went wrong, on standard error.
Exit complain(const Session& session, const Failure& failure);

}  // namespace ledgerctl
