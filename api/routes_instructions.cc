// What computers were told to do.
#include "api/routes.h"
#include "ledger/domain/commands_computers.h"
#include "projections/instructions.h"
#include "projections/tables.h"

namespace api {
namespace {

using projections::InstructionRow;
using projections::ListQuery;
using projections::View;

Answered<Response> show_instruction(const Reading& reading) {
  const auto instruction = path_name<domain::InstructionId>(reading.request, "instruction");
  if (!instruction) return refused(instruction.error());
  const auto key = instruction_key(*instruction);
  if (!key) return refused(unknown_name("instruction"));
  const auto row = reading.snapshot->row<InstructionRow>(View::instructions, *key);
  if (!row) return refused(row.error());
  if (!*row) return refused(unknown_name("instruction"));
  return versioned_object(reading, **row, "instruction/" + instruction->value);
}

struct InstructBody {
  domain::InstructionAction action{};
  domain::Scope scope;

  template <class = void>
  static constexpr auto fields() {
    return field_list(domain::field("action", &InstructBody::action),
                      domain::field("scope", &InstructBody::scope));
  }
};

// A scope names a group, policy or relay group where its kind needs one.
Answered<domain::CommandPayload> instruct_many(Routes::Order& order) {
  order.body.otherwise_in({"scope"}, "name", json_text(""));
  auto body = order.body.read<InstructBody>();
  if (!body) return refused(body.error());
  return domain::CommandPayload(domain::Instruct{body->action, std::move(body->scope)});
}

}  // namespace

void add_instruction_routes(Routes& routes) {
  routes.list("/v1/instructions", Permission::read, {"filter"},
              [](const Reading& reading, const ListQuery& query) {
                return answered_page(projections::list_rows_backward<InstructionRow>(
                    *reading.snapshot, View::instructions, query));
              });
  routes.read("/v1/instructions/{instruction}", Permission::read, {}, show_instruction);
  routes.plan("/v1/instructions:plan", Permission::operate, "instruct", instruct_many);
  routes.command({"POST", "/v1/instructions/{instruction}:cancel", Permission::operate},
                 make_of<domain::CancelInstruction>("instruction"));
}

}  // namespace api
