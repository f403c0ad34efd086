// `fields=computer,since.time`: rows with those of their members only.
#pragma once

#include <string>
#include <vector>

#include "api/http.h"
#include "api/refusal.h"
#include "api/render.h"

namespace api {

// Leaves what the request's `fields` names, of each row and of the columns: a column of the CSV
// form, or a member with all that is in it. Problems: "field-unknown" (with what there is).
Answered<void> choose_fields(const Request& request, Listed& page);

}  // namespace api
