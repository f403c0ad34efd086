// Verbs about plans, tasks, settings and access.
#include <array>

#include "tools/ledgerctl/verbs.h"

namespace ledgerctl {
namespace {

constexpr std::array<Option, 3> hold = {{
    {"--name", Into::text, "hold", "The hold's name; else one is given."},
    {"--update", Into::text, "update", "Only this update; else all."},
    {"--until", Into::text, "until", "When it ends by itself."},
}};
constexpr std::array<Option, 1> value = {{{"--value", Into::text, "value", "The value.", true}}};
constexpr std::array<Option, 2> task = {{
    {"--name", Into::text, "task", "The task's name.", true},
    {"--definition", Into::json, "definition", "What and when, as JSON.", true},
}};
constexpr std::array<Option, 6> source = {{
    {"--url", Into::text, "url", "Where updates come from."},
    {"--alternative-url", Into::text, "alternative_url", "Asked when that fails."},
    {"--trust-root", Into::text, "trust_root", "SHA-256 of the root to trust, of a repository."},
    {"--proxy", Into::text, "proxy", "http://host:port to ask through."},
    {"--enabled", Into::flag, "enabled", "Ask it again."},
    {"--disabled", Into::flag, "!enabled", "Do not ask it."},
}};
constexpr std::array<Option, 1> check = {
    {{"--wait", Into::follow, "", "Show how far it is, until it has ended."}}};
constexpr std::array<Option, 6> token = {{
    {"--name", Into::text, "token", "The token's name."},
    {"--role", Into::text, "role",
     "viewer, auditor, operator, approver or admin; agent or relay, for a computer.", true},
    {"--user", Into::text, "user", "Whose it is; the role is the user's."},
    {"--computer", Into::text, "computer", "Which computer may speak by it."},
    {"--expires-in", Into::text, "expires_in", "A duration: P30D.", true},
    {"--description", Into::text, "description", "For whom, for what."},
}};
constexpr std::array<Option, 3> user = {{
    {"--name", Into::text, "user", "The user's short name.", true},
    {"--full-name", Into::text, "name", "The person's name.", true},
    {"--role", Into::text, "role", "viewer, auditor, operator, approver or admin.", true},
}};
constexpr std::array<Option, 1> position = {
    {{"--position", Into::number, "position", "The position to name.", true}}};
constexpr std::array<Option, 1> change_task = {
    {{"--definition", Into::json, "definition", "What and when, as JSON.", true}}};
constexpr std::array<Option, 2> change_user = {{
    {"--full-name", Into::text, "name", "The person's name.", true},
    {"--role", Into::text, "role", "viewer, auditor, operator, approver or admin.", true},
}};
constexpr std::array<Option, 1> impact = {{{"--kind", Into::query, "kind",
                                            "rules, policies, modules, cves_reopened or "
                                            "cves_covered."}}};

constexpr auto service_verbs = std::to_array<Verb>({
    list("plan", "list", "Plans that can be applied.", "/v1/plans", "plan,action,base,expires_at"),
    object("plan", "show", "One plan.", "/v1/plans/{plan}"),
    list("plan", "impact", "All of what it changes.", "/v1/plans/{plan}/impact", "", impact),
    command("plan", "cancel", "Give it up.", "POST", "/v1/plans/{plan}:cancel"),
    list("op", "list", "Operations.", "/v1/operations",
         "operation,kind,subject,state,started_at,detail"),
    object("op", "show", "One operation.", "/v1/operations/{operation}"),
    command("op", "cancel", "Ask it to end.", "POST", "/v1/operations/{operation}:cancel"),
    list("task", "list", "Scheduled tasks.", "/v1/scheduled-tasks",
         "task,definition.kind,definition.enabled,next_run,last_run,last_succeeded"),
    object("task", "show", "One task.", "/v1/scheduled-tasks/{task}"),
    list("task", "runs", "Its runs.", "/v1/scheduled-tasks/{task}/runs",
         "run,due_at,started_at,finished_at,succeeded,manual,detail"),
    command("task", "create", "A new task.", "POST", "/v1/scheduled-tasks", task),
    command("task", "delete", "Delete it.", "DELETE", "/v1/scheduled-tasks/{task}"),
    command("task", "run", "Run it now.", "POST", "/v1/scheduled-tasks/{task}:run"),
    command("task", "change", "What and when.", "PUT", "/v1/scheduled-tasks/{task}", change_task),
    list("hold", "list", "Open holds.", "/v1/holds",
         "hold,update,until,placed.by,placed.time,reason"),
    command("hold", "place", "Hold automatic application.", "POST", "/v1/holds", hold),
    plan("hold", "release", "Let it go on; what it kept back is applied.",
         "/v1/holds/{hold}:planRelease"),
    object("hold", "show", "One hold.", "/v1/holds/{hold}"),
    list("settings", "list", "All settings.", "/v1/settings", "name,value,default,meaning"),
    command("settings", "set", "Change one.", "PUT", "/v1/settings/{setting}", value),
    object("settings", "show", "One setting.", "/v1/settings/{setting}"),
    list("source", "list", "Update sources.", "/v1/sources",
         "source,url,enabled,last_success,unreachable_since"),
    command("source", "set", "Add or change one.", "PUT", "/v1/sources/{source}", source),
    object("source", "show", "One source.", "/v1/sources/{source}"),
    command("source", "check", "Ask it what is new.", "POST", "/v1/sources/{source}:check", check),
    command("source", "download", "Ask it, and take what is new.", "POST",
            "/v1/sources/{source}:download", check),
    command("source", "remove", "Ask it no more.", "DELETE", "/v1/sources/{source}"),
    list("token", "list", "Tokens.", "/v1/tokens",
         "token,role,user,computer,expires_at,revoked,description"),
    command("token", "create", "A new token; its secret is shown once.", "POST", "/v1/tokens",
            token),
    command("token", "revoke", "It opens nothing any more.", "POST", "/v1/tokens/{token}:revoke"),
    object("token", "show", "One token.", "/v1/tokens/{token}"),
    command("user", "create", "A new user.", "POST", "/v1/users", user),
    list("user", "list", "All users.", "/v1/users", "user,name,role,disabled"),
    object("user", "show", "One user.", "/v1/users/{user}"),
    command("user", "change", "The name, the role.", "PUT", "/v1/users/{user}", change_user),
    command("user", "disable", "The user's tokens open nothing any more.", "POST",
            "/v1/users/{user}:disable"),
    command("user", "enable", "The user may have tokens again; those of before stay shut.", "POST",
            "/v1/users/{user}:enable"),
    command("bookmark", "set", "Name a position.", "PUT", "/v1/bookmarks/{bookmark}", position),
    list("bookmark", "list", "All bookmarks.", "/v1/bookmarks",
         "bookmark,position,changed.time,changed.by"),
    command("bookmark", "remove", "The position stays.", "DELETE", "/v1/bookmarks/{bookmark}"),
    list("log", "keys", "Keys that sign heads.", "/v1/log/keys",
         "key_id,name,public_key,retired_at"),
    list("log", "witnesses", "Who cosigns the log's heads.", "/v1/log/witnesses",
         "witness,state,cosigned_size,cosigned_at,lag,url,detail"),
});

}  // namespace

std::span<const Verb> verbs_of_service() { return service_verbs; }

}  // namespace ledgerctl
