// Rules as the files that programs read: ModSecurity, AIDE, logcheck and firewalld.
//
//   intrusion_prevention/rules.conf      to Include; phrase lists lie beside it
//   integrity_monitoring/aide.conf       selection lines, and the groups they need
//   log_inspection/ignore.d.server/ssh   egrep patterns, by logcheck's folder and program
//   firewall/services/ssh.xml            what is allowed, and
//   firewall/zones/update-ledger.xml     a zone that allows it
//
// A rule that is not in the language of its module stands in <module>/rules/<id>.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "updates/machine/manager.h"

namespace ledger::updates::agent {

// By name, below the directory of a version. A function of the rules alone.
std::map<std::string, std::string> rule_files(const std::vector<machine::OrderedRule>& rules);

}  // namespace ledger::updates::agent
