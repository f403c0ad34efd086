// Verbs about rule updates, policies and the history.
#include <array>

#include "tools/ledgerctl/verbs.h"

namespace ledgerctl {
namespace {

constexpr std::array<Option, 7> event_options = {{
    {"--type", Into::query, "type", "Types that begin so: rule_update."},
    {"--actor", Into::query, "actor", "Who: token/first-admin."},
    {"--stream", Into::query, "stream", "Whose history: policy/web."},
    {"--after", Into::query, "after", "Recorded later than this time."},
    {"--before", Into::query, "before", "Recorded before this time."},
    {"--order-by", Into::query, "order_by", "position or -position."},
    {"--outcome", Into::query, "outcome", "done, refused or failed."},
}};
constexpr std::array<Option, 1> against = {
    {{"--against", Into::query, "against", "The other update; else the one before."}}};
constexpr std::array<Option, 1> of_update = {
    {{"--update", Into::query, "update", "Of this update; else of the one in force."}}};
constexpr std::array<Option, 2> roll_back = {{
    {"--no-hold", Into::flag, "!hold", "Do not hold automatic application."},
    {"--hold-until", Into::text, "hold_until", "When the hold ends by itself."},
}};
constexpr std::array<Option, 3> create_policy = {{
    {"--name", Into::text, "policy", "The policy's name.", true},
    {"--parent", Into::text, "parent", "Whose rules it inherits."},
    {"--description", Into::text, "description", "For people."},
}};
constexpr std::array<Option, 3> rules_of_policy = {{
    {"--rule", Into::numbers, "rules", "By id; several."},
    {"--application-type", Into::list, "application_types", "All of this type; several."},
    {"--module", Into::list, "modules", "All of this module; several."},
}};
constexpr std::array<Option, 2> change_policy = {{
    {"--parent", Into::text, "parent", "Whose rules it inherits."},
    {"--description", Into::text, "description", "For people."},
}};

constexpr std::array<Option, 1> own_setting = {
    {{"--value", Into::text, "value", "The new value, as text.", true}}};

constexpr auto content_verbs = std::to_array<Verb>({
    object("status", "", "The overview.", "/v1/overview"),
    list("events", "list", "The history.", "/v1/events", event_columns, event_options),
    object("events", "show", "One event.", "/v1/events/{position}"),
    list("events", "changes", "The rows that an event changed.", "/v1/events/{position}/changes",
         "view,key,before,after"),
    list("events", "effects", "What an event brought about.", "/v1/events/{position}/effects",
         event_columns),
    list("events", "causes", "What led to an event.", "/v1/events/{position}/causes",
         event_columns),
    list("views", "list", "Every view.", "/v1/views", "view"),
    list("views", "rows", "The rows of a view.", "/v1/views/{view}/rows", "key,row"),
    list("history", "", "What each event made of a row.", "/v1/views/{view}/history?key={key}",
         "position,time,type,by,reason,row"),
    list("blame", "", "Which event set each field.", "/v1/views/{view}/blame?key={key}",
         "field,value,position,time,type,by,reason"),
    list("events", "types", "Every type of event.", "/v1/event-types", "number,type"),
    list("rules", "list", "Rules of an update.", "/v1/rules",
         "id,version,module,severity,application_type,name", of_update),
    object("rules", "show", "The life of a rule.", "/v1/rules/{rule}"),
    list("updates", "list", "Rule updates, newest first.", "/v1/rule-updates",
         "update,status,rules,released_at,imported_at,title"),
    object("updates", "show", "One rule update.", "/v1/rule-updates/{update}"),
    list("updates", "rules", "The rules in it.", "/v1/rule-updates/{update}/rules",
         "id,version,module,severity,application_type,name"),
    list("updates", "changes", "What it changes against another.",
         "/v1/rule-updates/{update}/changes", "rule,kind,module,from_version,to_version,name",
         against),
    plan("updates", "apply", "Put it in force.", "/v1/rule-updates/{update}:planApply"),
    plan("updates", "reapply", "Resolve the one in force again.",
         "/v1/rule-updates/{update}:planReapply"),
    plan("updates", "rollback", "Go back to this one.", "/v1/rule-updates/{update}:planRollback",
         roll_back),
    plan("updates", "delete", "Give up its content.", "/v1/rule-updates/{update}:planDelete"),
    list("policies", "list", "All policies.", "/v1/policies",
         "policy,parent,ruleset_rules,update,description"),
    object("policies", "show", "One policy.", "/v1/policies/{policy}"),
    list("policies", "ruleset", "The rules it amounts to.", "/v1/policies/{policy}/ruleset",
         "id,version,module,severity,application_type,name"),
    command("policies", "create", "A new policy.", "POST", "/v1/policies", create_policy),
    command("policies", "delete", "Delete it.", "DELETE", "/v1/policies/{policy}"),
    plan("policies", "assign", "Assign rules.", "/v1/policies/{policy}:planAssignRules",
         rules_of_policy),
    plan("policies", "unassign", "Take rules away.", "/v1/policies/{policy}:planUnassignRules",
         rules_of_policy),
    list("policies", "settings", "Settings of its own.", "/v1/policies/{policy}/settings",
         "name,value,changed.time,changed.by"),
    command("policies", "set", "Give it a setting of its own.", "PUT",
            "/v1/policies/{policy}/settings/{setting}", own_setting),
    command("policies", "reset", "Let it have the setting that all have.", "DELETE",
            "/v1/policies/{policy}/settings/{setting}"),
    list("policies", "history", "What happened to it.", "/v1/policies/{policy}/history",
         event_columns),
    command("policies", "change", "Its parent, its description.", "PATCH", "/v1/policies/{policy}",
            change_policy),
});

}  // namespace

std::span<const Verb> verbs_of_content() { return content_verbs; }

}  // namespace ledgerctl
