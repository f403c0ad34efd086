// Verbs about computers, relays and what they tell.
#include <array>

#include "tools/ledgerctl/verbs.h"

namespace ledgerctl {
namespace {

constexpr std::array<Option, 1> covered = {
    {{"--covered", Into::query, "covered", "true: only those with cover; false: without."}}};
constexpr std::array<Option, 1> policy = {
    {{"--policy", Into::text, "policy", "The policy; none: no policy."}}};
constexpr std::array<Option, 1> group = {
    {{"--group", Into::text, "group", "The group; none: no group."}}};
constexpr std::array<Option, 1> relay_group = {
    {{"--relay-group", Into::text, "relay_group", "The relay group.", true}}};
constexpr std::array<Option, 5> enrolment = {{
    {"--uses", Into::number, "uses", "How many computers may join by it.", true},
    {"--expires-in", Into::text, "expires_in", "A duration: PT1H.", true},
    {"--policy", Into::text, "policy", "The policy they get."},
    {"--group", Into::text, "group", "The group they stand in."},
    {"--relay-group", Into::text, "relay_group", "Their relay group; relays may join it."},
}};
constexpr std::array<Option, 1> one_certificate = {
    {{"--serial", Into::text, "serial", "Only this one of its certificates."}}};
constexpr std::array<Option, 2> instruct = {{
    {"--action", Into::text, "action", "download_update, roll_back_patterns or send_policy.", true},
    {"--scope", Into::json, "scope", R"(Whom: '{"kind":"policy","name":"web"}'.)", true},
}};
constexpr std::array<Option, 2> new_group = {{
    {"--name", Into::text, "group", "The group's name.", true},
    {"--parent", Into::text, "parent", "The group it stands in."},
}};
constexpr std::array<Option, 1> parent = {
    {{"--parent", Into::text, "parent", "The group it stands in; '': it is at the top."}}};
constexpr std::array<Option, 1> search = {
    {{"--where", Into::text, "filter", "The filter: 'status = \"failed\"'.", true}}};
constexpr std::array<Option, 1> pattern_version = {
    {{"--version", Into::text, "version", "Which version.", true}}};
constexpr std::array<Option, 3> alert_type = {{
    {"--on", Into::flag, "enabled", "It is raised."},
    {"--off", Into::flag, "!enabled", "It is not."},
    {"--severity", Into::text, "severity", "info, warning or critical.", true},
}};
constexpr std::array<Option, 4> new_relay_group = {{
    {"--name", Into::text, "relay_group", "The group's name.", true},
    {"--parent", Into::text, "parent", "The group it pulls from."},
    {"--air-gapped", Into::flag, "air_gapped", "It pulls from nowhere; bundles feed it."},
    {"--description", Into::text, "description", "For people."},
}};
constexpr std::array<Option, 4> change_relay_group = {{
    {"--parent", Into::text, "parent", "The group it pulls from; '': it is a top group."},
    {"--air-gapped", Into::flag, "air_gapped", "It pulls from nowhere; bundles feed it."},
    {"--connected", Into::flag, "!air_gapped", "It pulls from its parent, or from the source."},
    {"--description", Into::text, "description", "For people."},
}};
constexpr std::array<Option, 1> note = {{{"--note", Into::text, "note", "A word about it."}}};
constexpr std::array<Option, 3> new_relay = {{
    {"--name", Into::text, "relay", "The computer's name.", true},
    {"--relay-group", Into::text, "relay_group", "The group it serves; else the default group."},
    {"--url", Into::text, "url", "Where computers reach it.", true},
}};

constexpr auto fleet_verbs = std::to_array<Verb>({
    list("computers", "list", "All computers.", "/v1/computers",
         "computer,status,policy,rule_update,platform,group,relay_group,reason"),
    object("computers", "facets", "How many of each kind.", "/v1/computers:facets"),
    object("computers", "show", "One computer.", "/v1/computers/{computer}"),
    list("computers", "history", "What happened to it.", "/v1/computers/{computer}/history",
         event_columns),
    command("computers", "remove", "Out of the fleet.", "DELETE", "/v1/computers/{computer}"),
    command("computers", "assign-policy", "Which policy it uses.", "POST",
            "/v1/computers/{computer}:assignPolicy", policy),
    command("computers", "move", "Into a group.", "POST", "/v1/computers/{computer}:move", group),
    command("computers", "assign-relay-group", "Which relays serve it.", "POST",
            "/v1/computers/{computer}:assignRelayGroup", relay_group),
    command("computers", "revoke-certificate", "What it was given opens nothing any more.", "POST",
            "/v1/computers/{computer}:revokeCertificate", one_certificate),
    plan("computers", "instruct", "Tell computers to do something.", "/v1/instructions:plan",
         instruct),
    list("computers", "instructions", "What they were told.", "/v1/instructions",
         "instruction,action,computers,succeeded,failed,cancelled,given.time,reason"),
    command("computers", "enrolment-token", "Lets computers join.", "POST", "/v1/enrolment-tokens",
            enrolment),
    list("computers", "blame", "Which event set each of its fields.",
         "/v1/computers/{computer}/blame", "field,value,position,time,type,by,reason"),
    list("computers", "exposure", "When it had cover for a CVE, and when not.",
         "/v1/computers/{computer}/exposure/{cve}",
         "covered,since,until,rule_update,policy,reason"),
    list("exposure", "list", "CVEs, and how many computers have cover.", "/v1/exposure",
         "cve,covered,exposed,rules"),
    object("exposure", "show", "One CVE, policy by policy.", "/v1/exposure/{cve}"),
    list("exposure", "computers", "Which computers have cover for a CVE, and which have not.",
         "/v1/exposure/{cve}/computers", "computer,name,policy,rule_update,covered", covered),
    command("computers", "cancel-instruction", "Nobody follows it any more.", "POST",
            "/v1/instructions/{instruction}:cancel"),
    list("computers", "enrolment-tokens", "Tokens by which computers join.", "/v1/enrolment-tokens",
         "token,uses,used,expires_at,policy,revoked"),
    object("computers", "show-enrolment-token", "One of them.", "/v1/enrolment-tokens/{token}"),
    command("computers", "revoke-enrolment-token", "No computer joins by it any more.", "POST",
            "/v1/enrolment-tokens/{token}:revoke"),
    list("groups", "list", "All groups.", "/v1/groups", "group,parent"),
    command("groups", "create", "A new group.", "POST", "/v1/groups", new_group),
    command("groups", "change", "The group it stands in.", "PUT", "/v1/groups/{group}", parent),
    command("groups", "delete", "Delete it.", "DELETE", "/v1/groups/{group}"),
    object("groups", "show", "One group.", "/v1/groups/{group}"),
    list("searches", "list", "Filters that have a name.", "/v1/searches", "search,filter"),
    object("searches", "show", "One search.", "/v1/searches/{search}"),
    command("searches", "save", "Give a filter over computers a name.", "PUT",
            "/v1/searches/{search}", search),
    command("searches", "delete", "Forget it.", "DELETE", "/v1/searches/{search}"),
    list("relays", "list", "All relays.", "/v1/relays",
         "relay,relay_group,in_sync,why,metadata_version,rule_update,url"),
    object("relays", "show", "One relay.", "/v1/relays/{relay}"),
    list("relays", "groups", "Relay groups.", "/v1/relay-groups",
         "relay_group,parent,air_gapped,description"),
    command("relays", "create-group", "A new relay group.", "POST", "/v1/relay-groups",
            new_relay_group),
    object("relays", "show-group", "One relay group.", "/v1/relay-groups/{relay_group}"),
    command("relays", "change-group", "Its parent, its air gap, its description.",
            "PUT", "/v1/relay-groups/{relay_group}", change_relay_group),
    command("relays", "delete-group", "Delete it; it must be empty.", "DELETE",
            "/v1/relay-groups/{relay_group}"),
    command("relays", "register", "A computer becomes a relay.", "POST", "/v1/relays", new_relay),
    command("relays", "remove", "It is a relay no longer.", "DELETE", "/v1/relays/{relay}"),
    list("patterns", "list", "Components and who runs them.", "/v1/patterns",
         "component,platform,version,product,current,behind,unknown"),
    object("patterns", "show", "One component.", "/v1/patterns/{component}/{platform}"),
    command("patterns", "retire", "Nobody is to run this version any more.", "POST",
            "/v1/patterns/{component}/{platform}:retire", pattern_version),
    list("alerts", "list", "Alerts.", "/v1/alerts",
         "alert,open,severity,type,count,first_true_at,summary"),
    object("alerts", "show", "One alert.", "/v1/alerts/{alert}"),
    command("alerts", "acknowledge", "Say that it was seen.", "POST",
            "/v1/alerts/{alert}:acknowledge", note),
    command("alerts", "dismiss", "End it.", "POST", "/v1/alerts/{alert}:dismiss"),
    list("alerts", "why", "The events for which it was raised.", "/v1/alerts/{alert}/why",
         "part,event.position,event.recorded_at,event.type,event.stream,event.actor.id,event."
         "reason"),
    list("alerts", "types", "Which alerts there are.", "/v1/alert-types",
         "type,severity,enabled,dismissible,meaning"),
    object("alerts", "show-type", "One type of alert.", "/v1/alert-types/{type}"),
    command("alerts", "configure", "Whether it is raised, and how severe it is.", "PUT",
            "/v1/alert-types/{type}", alert_type),
});

}  // namespace

std::span<const Verb> verbs_of_fleet() { return fleet_verbs; }

}  // namespace ledgerctl
