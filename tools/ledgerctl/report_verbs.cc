#include "tools/ledgerctl/command_line.h"
#include "tools/ledgerctl/reports.h"

namespace ledgerctl {
namespace {

struct ReportVerb {
  const char* name;
  const char* help;
};
constexpr ReportVerb report_verbs[] = {
    {"coverage", "How many computers ran what they should, over time, and who is behind."},
    {"time-to-protect", "How long each release took until computers had it."},
    {"changes", "Who decided what, when and why."},
    {"exposure", "Which CVEs computers had cover for, from when to when."},
    {"access", "Who had which role when, who was refused, what was carried away."},
};

}  // namespace

void add_report_verbs(CommandLine& line) {
  for (const auto& each : report_verbs) {
    auto asked = std::make_shared<ReportAsked>();
    asked->report = each.name;
    auto* verb = line.verb("report", each.name, each.help);
    verb->add_option("--from", asked->from,
                     "A moment, as --as-of has it; by itself thirty days before the end");
    verb->add_option("--to", asked->to, "The end; by itself now");
    verb->add_option("--out", asked->file, "A file: a page, or .csv or .json by its name");
    verb->add_option("--data", asked->data, "A data directory or backup; no server is asked");
    if (asked->report == "exposure") verb->add_option("--about", asked->about, "One CVE");
    verb->callback([&line, asked] { line.exit = make_report(line.session, *asked); });
  }
}

}  // namespace ledgerctl
