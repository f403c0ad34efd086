// Scheduled tasks and their runs.
#include "api/routes.h"
#include "ledger/domain/commands_schedules.h"
#include "projections/schedules.h"
#include "projections/tables.h"

namespace api {
namespace {

using projections::ListQuery;
using projections::TaskRow;
using projections::TaskRunRow;
using projections::View;

// What a definition need not say: it concerns all computers and is on.
void fill_in(Body& body) {
  const QueryNames definition = {"definition"};
  body.otherwise_in(definition, "description", json_text(""));
  body.otherwise_in(definition, "parameter", json_text(""));
  body.otherwise_in(definition, "enabled", json_flag(true));
  body.otherwise_in(definition, "scope", ledger::codec::JsonValue{ledger::codec::JsonObject{}});
  body.otherwise_in({"definition", "scope"}, "kind", json_text("all"));
  body.otherwise_in({"definition", "scope"}, "name", json_text(""));
  body.otherwise_in({"definition", "recurrence"}, "time_zone", json_text("UTC"));
}

Answered<domain::CommandPayload> create(Routes::Order& order) {
  fill_in(order.body);
  return make_new<domain::CreateTask>()(order);
}

Answered<domain::CommandPayload> change_task(Routes::Order& order) {
  fill_in(order.body);
  return make_of<domain::ChangeTask>("task")(order);
}

// The runs of one task, newest first.
Answered<Listed> runs(const Reading& reading, const ListQuery& query) {
  const auto task = path_name<domain::TaskId>(reading.request, "task");
  if (!task) return refused(task.error());
  const auto page = projections::list_rows_backward<TaskRunRow>(*reading.snapshot, View::task_runs,
                                                                query, task->value + "/");
  // Runs stay when their task is deleted; one that never was has none.
  if (page && page->items.empty() && query.after.empty()) {
    const auto row = reading.snapshot->row<TaskRow>(View::tasks, task->value);
    if (!row) return refused(row.error());
    if (!*row) return refused(unknown_name("task"));
  }
  return answered_page(page);
}

}  // namespace

void add_task_routes(Routes& routes) {
  routes.list("/v1/scheduled-tasks", Permission::read, {"filter"},
              [](const Reading& reading, const ListQuery& query) {
                return answered_page(
                    projections::list_rows<TaskRow>(*reading.snapshot, View::tasks, query));
              });
  routes.read("/v1/scheduled-tasks/{task}", Permission::read, {}, [](const Reading& reading) {
    return row_answer<TaskRow>(reading, View::tasks, "task", "task");
  });
  routes.list("/v1/scheduled-tasks/{task}/runs", Permission::read, {"filter"}, runs);
  routes.command({"POST", "/v1/scheduled-tasks", Permission::configure, IfMatch::none, 201},
                 create);
  routes.command({"PUT", "/v1/scheduled-tasks/{task}", Permission::configure, IfMatch::required},
                 change_task);
  routes.command({"DELETE", "/v1/scheduled-tasks/{task}", Permission::configure, IfMatch::required},
                 make_of<domain::DeleteTask>("task"));
  routes.command({"POST", "/v1/scheduled-tasks/{task}:run", Permission::operate},
                 make_of<domain::RunTask>("task"));
}

}  // namespace api
