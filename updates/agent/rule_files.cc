#include "updates/agent/rule_files.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

namespace ledger::updates::agent {
namespace {

using machine::OrderedRule;
using TextFiles = std::map<std::string, std::string>;

// Rule bodies come from a source; nothing of them may lead out of its directory.
bool is_file_name(std::string_view text) {
  constexpr std::string_view allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-";
  return !text.empty() && text.size() <= 100 && text.front() != '.' && text.front() != '-' &&
         text.find_first_not_of(allowed) == std::string_view::npos;
}

std::vector<std::string_view> body_lines(std::string_view body) {
  std::vector<std::string_view> lines;
  while (true) {
    const auto end = body.find('\n');
    lines.push_back(body.substr(0, end));
    if (end == std::string_view::npos) return lines;
    body.remove_prefix(end + 1);
  }
}

void add_line(std::string& text, std::string_view line) {
  text += line;
  text += '\n';
}

void add_as_it_is(TextFiles& files, const OrderedRule& rule) {
  const std::string name =
      std::string(name_of(rule.module)) + "/rules/" + std::to_string(rule.rule.value);
  add_line(files[name], rule.body);
}

std::string title_of(const OrderedRule& rule) {
  std::string title =
      "# " + std::to_string(rule.rule.value) + " version " + rule.version + ": " + rule.name;
  std::replace_if(
      title.begin(), title.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return title;
}

// -- ModSecurity
// -----------------------------------------------------------------------------------

// The digit after `word`; 0: it does not stand there.
int digit_after(std::string_view body, std::string_view word) {
  const auto at = body.find(word);
  if (at == std::string_view::npos || at + word.size() >= body.size()) return 0;
  const char c = body[at + word.size()];
  return c >= '1' && c <= '9' ? c - '0' : 0;
}

// From which paranoia level on a rule works. Those that leave the rest of a file out below a level
// stand before that level's.
int level_of(const OrderedRule& rule) {
  if (const int level = digit_after(rule.body, "paranoia-level/")) return level;
  if (const int level = digit_after(rule.body, "PARANOIA_LEVEL \"@lt ")) return level;
  return 1;
}

// Rules have no place but their number, to which ours begin with a 2. The Core Rule Set has a file
// for each thousand of them, in each the levels one after the other; its exclusions (9001000 and so
// on) come after its settings (901000).
using FilePlace = std::tuple<std::uint32_t, int, std::uint32_t>;
FilePlace place_of(const OrderedRule& rule) {
  const std::uint32_t id = rule.rule.value;
  const std::uint32_t file = id / 1'000;
  const std::uint32_t place = id < 2'100'000 ? 2'903'000 + file - 2'000 : file * 1'000;
  return {place, level_of(rule), id};
}

// The labels that a rule skips to.
std::vector<std::string> labels_in(std::string_view body) {
  constexpr std::string_view action = "skipAfter:";
  std::vector<std::string> labels;
  for (auto at = body.find(action); at != std::string_view::npos; at = body.find(action, at)) {
    at += action.size();
    if (at < body.size() && body[at] == '\'') ++at;
    const auto end = body.find_first_of("',\" \n\\", at);
    const auto label = body.substr(at, end == std::string_view::npos ? end : end - at);
    if (is_file_name(label)) labels.emplace_back(label);
  }
  return labels;
}

// The directives of a body, whose phrase lists become files of their own:
// "# scanners.data:" and the list, after the directives that read it.
std::string without_lists(const OrderedRule& rule, TextFiles& files) {
  std::string directives;
  std::string* to = &directives;
  for (const auto line : body_lines(rule.body)) {
    if (line.starts_with("# ") && line.ends_with(":")) {
      const std::string name(line.substr(2, line.size() - 3));
      if (is_file_name(name) && rule.body.find("FromFile") != std::string::npos &&
          rule.body.find(name) < static_cast<std::size_t>(line.data() - rule.body.data())) {
        to = &files["intrusion_prevention/" + name];
        to->clear();
        continue;
      }
    }
    add_line(*to, line);
  }
  return directives;
}

// Where the rules of one file of the Core Rule Set end, labels stand that its rules skip to: so no
// more is skipped than the rest of that file.
void add_modsecurity(TextFiles& files, std::vector<const OrderedRule*> rules) {
  if (rules.empty()) return;
  std::stable_sort(rules.begin(), rules.end(),
                   [](const auto* a, const auto* b) { return place_of(*a) < place_of(*b); });
  std::string text;
  std::set<std::string> labels;
  std::set<std::string> placed;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const OrderedRule& rule = *rules[i];
    for (auto& label : labels_in(rule.body)) labels.insert(std::move(label));
    add_line(text, title_of(rule));
    text += without_lists(rule, files);
    const bool last =
        i + 1 == rules.size() || rules[i + 1]->rule.value / 1000 != rule.rule.value / 1000;
    if (!last) continue;
    for (const auto& label : labels) {
      if (placed.insert(label).second) add_line(text, "SecMarker \"" + label + "\"");
    }
    labels.clear();
  }
  files["intrusion_prevention/rules.conf"] = std::move(text);
}

// -- AIDE
// ------------------------------------------------------------------------------------------

bool is_group(std::string_view line) {
  const auto equals = line.find(" = ");
  return equals != std::string_view::npos && line.front() >= 'A' && line.front() <= 'Z' &&
         line.substr(0, equals).find(' ') == std::string_view::npos;
}

// AIDE takes no "@@else" right after its "@@if": the condition is turned around instead.
void turn_around(std::string& text) {
  const auto begin = text.size() < 2 ? 0 : text.rfind('\n', text.size() - 2) + 1;
  const std::string last = text.substr(begin);
  constexpr std::string_view not_defined = "@@if not defined ";
  constexpr std::string_view defined = "@@if defined ";
  if (last.starts_with(not_defined)) {
    text.replace(begin, not_defined.size(), defined);
  } else if (last.starts_with(defined)) {
    text.replace(begin, defined.size(), not_defined);
  } else {
    add_line(text, "@@else");
  }
}

// Names of macros that the body uses and does not define: the host's own files do, or do not.
std::set<std::string> undefined_in(std::string_view body) {
  constexpr std::string_view use = "@@{";
  std::set<std::string> names;
  for (auto at = body.find(use); at != std::string_view::npos; at = body.find(use, at)) {
    at += use.size();
    const auto end = body.find('}', at);
    if (end == std::string_view::npos) break;
    const std::string name(body.substr(at, end - at));
    const bool is_defined = body.find("@@define " + name + " ") != std::string_view::npos;
    if (!is_defined && is_file_name(name)) names.insert(name);
  }
  return names;
}

// Every body brings the groups that it needs; a group is defined once.
void add_aide(TextFiles& files, const std::vector<const OrderedRule*>& rules) {
  if (rules.empty()) return;
  std::string groups;
  std::string selections;
  std::set<std::string, std::less<>> defined;
  for (const auto* rule : rules) {
    add_line(selections, title_of(*rule));
    const auto undefined = undefined_in(rule->body);
    for (const auto& name : undefined) add_line(selections, "@@if defined " + name);
    for (const auto line : body_lines(rule->body)) {
      if (line == "@@else") {
        turn_around(selections);
      } else if (!is_group(line)) {
        if (!line.starts_with("# ")) add_line(selections, line);
      } else if (defined.emplace(line.substr(0, line.find(" = "))).second) {
        add_line(groups, line);
      }
    }
    for (std::size_t i = 0; i < undefined.size(); ++i) add_line(selections, "@@endif");
  }
  files["integrity_monitoring/aide.conf"] = groups + selections;
}

// -- logcheck
// --------------------------------------------------------------------------------------

// "# ignore.d.server/ssh" for each place of the pattern, and the pattern.
void add_logcheck(TextFiles& files, const OrderedRule& rule) {
  std::vector<std::string> places;
  std::vector<std::string_view> patterns;
  for (const auto line : body_lines(rule.body)) {
    if (!line.starts_with("# ")) {
      if (!line.empty()) patterns.push_back(line);
      continue;
    }
    const std::string place(line.substr(2));
    const auto slash = place.find('/');
    if (slash == std::string::npos || !is_file_name(place.substr(0, slash)) ||
        !is_file_name(place.substr(slash + 1))) {
      return add_as_it_is(files, rule);
    }
    places.push_back(place);
  }
  if (places.empty() || patterns.empty()) return add_as_it_is(files, rule);
  for (const auto& place : places) {
    for (const auto pattern : patterns) add_line(files["log_inspection/" + place], pattern);
  }
}

// -- firewalld
// -------------------------------------------------------------------------------------

std::string xml_text(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

// One line of what a service allows as an element; empty: it is none that firewalld knows.
std::string allowed_element(std::string_view line) {
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return {};
  const auto kind = line.substr(0, space);
  const std::string what = xml_text(line.substr(space + 1));
  const auto slash = what.find('/');
  if ((kind == "port" || kind == "source-port") && slash != std::string::npos) {
    return "  <" + std::string(kind) + " port=\"" + what.substr(0, slash) + "\" protocol=\"" +
           what.substr(slash + 1) + "\"/>\n";
  }
  if (kind == "protocol") return "  <protocol value=\"" + what + "\"/>\n";
  if (kind == "helper") return "  <helper name=\"" + what + "\"/>\n";
  return {};
}

// firewalld takes one destination element, with an address of each family.
void add_destination(std::string_view line, std::string& destination) {
  constexpr std::string_view word = "destination ";
  const auto space = line.find(' ', word.size());
  if (space == std::string_view::npos) return;
  const std::string family(line.substr(word.size(), space - word.size()));
  if (destination.find(family + "=") != std::string::npos) return;
  destination += " " + family + "=\"" + xml_text(line.substr(space + 1)) + "\"";
}

// "service ssh", "# what it is", "allow port 22/tcp" ...: answers the service's name.
std::string add_service(TextFiles& files, const OrderedRule& rule) {
  constexpr std::string_view service = "service ";
  constexpr std::string_view allow = "allow ";
  const auto lines = body_lines(rule.body);
  const std::string name(lines.front().starts_with(service) ? lines.front().substr(service.size())
                                                            : "");
  if (!is_file_name(name)) {
    add_as_it_is(files, rule);
    return {};
  }
  std::string description;
  std::string destination;
  std::string elements;
  for (const auto line : lines) {
    if (line.starts_with("# ")) description += xml_text(line.substr(2));
    if (!line.starts_with(allow)) continue;
    const auto what = line.substr(allow.size());
    if (what.starts_with("destination ")) {
      add_destination(what, destination);
    } else if (auto element = allowed_element(what); elements.find(element) == std::string::npos) {
      elements += element;
    }
  }
  std::string& text = files["firewall/services/" + name + ".xml"];
  text = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<service>\n  <short>" + xml_text(rule.name) +
         "</short>\n  <description>" + description + "</description>\n" + elements;
  if (!destination.empty()) text += "  <destination" + destination + "/>\n";
  text += "</service>\n";
  return name;
}

void add_firewalld(TextFiles& files, const std::vector<const OrderedRule*>& rules) {
  if (rules.empty()) return;
  std::string zone =
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<zone>\n"
      "  <short>Update Ledger</short>\n"
      "  <description>What the policy of this computer allows.</description>\n";
  for (const auto* rule : rules) {
    const std::string name = add_service(files, *rule);
    if (!name.empty()) zone += "  <service name=\"" + name + "\"/>\n";
  }
  files["firewall/zones/update-ledger.xml"] = zone + "</zone>\n";
}

}  // namespace

TextFiles rule_files(const std::vector<OrderedRule>& rules) {
  TextFiles files;
  std::map<domain::Module, std::vector<const OrderedRule*>> by_module;
  for (const auto& rule : rules) by_module[rule.module].push_back(&rule);
  add_modsecurity(files, by_module[domain::Module::intrusion_prevention]);
  add_aide(files, by_module[domain::Module::integrity_monitoring]);
  for (const auto* rule : by_module[domain::Module::log_inspection]) add_logcheck(files, *rule);
  add_firewalld(files, by_module[domain::Module::firewall]);
  for (const auto* rule : by_module[domain::Module::anti_malware]) add_as_it_is(files, *rule);
  return files;
}

}  // namespace ledger::updates::agent
