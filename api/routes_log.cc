// The record itself, for those who trust nobody: its signed head, the tiles of its tree, and proofs
// that stand alone.
#include "api/routes.h"
#include "ledger/digest.h"
#include "ledger/merkle/base64.h"
#include "ledger/merkle/proof.h"
#include "ledger/merkle/tile.h"
#include "ledger/witness_keeper.h"
#include "projections/service.h"
#include "projections/tables.h"

namespace api {

using domain::Position;
using ledger::merkle::TileId;
using ledger::merkle::TilePath;

namespace {

constexpr std::chrono::milliseconds seal_wait{2'000};
constexpr std::string_view forever = "private, max-age=31536000, immutable";
constexpr std::size_t entry_length_max = 65'535;

ledger::merkle::TileReader reader_of(const Services& services) {
  return [&services](const TileId& tile) {
    return services.log.tile(tile.level, tile.index, tile.width);
  };
}

Response text_answer(std::string body, std::string_view cache) {
  Response response;
  response.content_type = "text/plain; charset=utf-8";
  response.body = std::move(body);
  response.headers.emplace_back("Cache-Control", std::string(cache));
  return response;
}

// null: no witnesses are asked.
std::string witnessed_size(const Services& services) {
  if (services.witnesses == nullptr) return "null";
  return std::to_string(services.witnesses->witnessed().head.size.value);
}

Answered<Response> about(const Request& request, const Services& services) {
  if (const auto checked = check_query(request, {}); !checked) return refused(checked.error());
  const auto head = services.log.head();
  const SealedHead sealed = services.sealed(Position{0}, std::chrono::milliseconds(0));
  Response response;
  response.body = "{\"size\":" + std::to_string(head.size.value) + ",\"root\":\"" + hex(head.root) +
                  "\",\"sealed_size\":" + std::to_string(sealed.size.value) +
                  ",\"witnessed_size\":" + witnessed_size(services) +
                  ",\"views_size\":" + std::to_string(services.projector.size().value) +
                  ",\"checkpoint\":" + json_string(sealed.note) +
                  ",\"key\":" + json_string(text(services.key())) + "}";
  response.headers.emplace_back("Cache-Control", "no-cache");
  return response;
}

// The newest head that enough witnesses have cosigned.
Answered<Response> witnessed_checkpoint(const Services& services) {
  if (services.witnesses == nullptr) {
    return refused("witnesses-missing",
                   "This ledger asks no witnesses; start ledgerd with --witnesses.", 409);
  }
  auto witnessed = services.witnesses->wait_witnessed(services.log.head().size, seal_wait);
  if (witnessed.head.size.value == 0) {
    return refused(ledger::Error{ledger::ErrorKind::unavailable, "not-witnessed-yet",
                                 "Too few witnesses have cosigned a head of this log so far; GET "
                                 "/v1/log/witnesses says why."});
  }
  return text_answer(std::move(witnessed.note), "no-cache");
}

// Covers all that is durable now.
Answered<Response> checkpoint(const Request& request, const Services& services) {
  if (const auto checked = check_query(request, {"witnessed"}); !checked) {
    return refused(checked.error());
  }
  const auto only_witnessed = flag_parameter(request, "witnessed");
  if (!only_witnessed) return refused(only_witnessed.error());
  if (*only_witnessed) return witnessed_checkpoint(services);
  const auto size = services.log.head().size;
  SealedHead sealed = services.sealed(size, seal_wait);
  return text_answer(std::move(sealed.note), "no-cache");
}

// The records of a tile, each after its length in two bytes.
Answered<std::string> entries(const Services& services, const TileId& tile) {
  const std::uint64_t first = tile.index * ledger::merkle::tile_width;
  const auto cursor = services.log.read(Position{first}, Position{first + tile.width});
  std::string out;
  for (std::uint32_t i = 0; i < tile.width; ++i) {
    const auto entry = cursor->next();
    if (!entry) return refused(entry.error());
    CHECK(entry->has_value(), "a tile that exists has all its records");
    const auto bytes = (*entry)->bytes;
    CHECK(bytes.size() <= entry_length_max, "records have at most so many bytes");
    out += static_cast<char>(bytes.size() >> 8);
    out += static_cast<char>(bytes.size() & 0xff);
    out += bytes;
  }
  return out;
}

Answered<Response> tile(const Request& request, const Services& services) {
  if (const auto checked = check_query(request, {}); !checked) return refused(checked.error());
  const auto path = ledger::merkle::tile_path_from("tile/" + request.parameters.at("tile"));
  const auto size = services.log.head().size.value;
  if (!path || !exists(path->tile, size)) {
    return refused("tile-unknown", "The log has no such tile, or not yet.", 404);
  }
  const TileId& id = path->tile;
  auto bytes = path->kind == TilePath::Kind::entries ? entries(services, id)
                                                     : [&]() -> Answered<std::string> {
    auto hashes = services.log.tile(id.level, id.index, id.width);
    if (!hashes) return refused(hashes.error());
    return std::move(*hashes);
  }();
  if (!bytes) return refused(bytes.error());
  Response response;
  response.content_type = "application/octet-stream";
  response.body = std::move(*bytes);
  response.headers.emplace_back("Cache-Control", std::string(forever));
  return response;
}

std::string hashes_json(const ledger::merkle::Proof& proof) {
  std::string out = "[";
  for (std::size_t i = 0; i < proof.size(); ++i) {
    out += (i > 0 ? ",\"" : "\"") + hex(proof[i]) + '"';
  }
  return out + ']';
}

// A receipt: that the event is in the log of a signed head.
Answered<Response> proof(const Request& request, const Services& services) {
  if (const auto checked = check_query(request, {}); !checked) return refused(checked.error());
  const auto index = number_from(request.parameters.at("position"));
  if (!index || *index >= services.log.head().size.value) {
    return refused("event-unknown", "There is no event at this position.", 404);
  }
  const SealedHead sealed = services.sealed(Position{*index + 1}, seal_wait);
  if (sealed.size.value <= *index) {
    return refused(ledger::Error{ledger::ErrorKind::unavailable, "not-sealed-yet",
                                 "No signed head covers this event yet; ask again in a moment."});
  }
  const auto path = ledger::merkle::inclusion_proof(*index, sealed.size.value, reader_of(services));
  if (!path) return refused(path.error());
  const auto type = preferred(request.header("accept"), {"application/json", "text/plain"});
  if (type.empty()) {
    return refused("not-acceptable", "A proof is given as application/json or text/plain.", 406);
  }
  if (type == "text/plain") {
    return text_answer(ledger::merkle::proof_text(*index, *path, sealed.note), "no-cache");
  }
  const auto record = services.log.record(Position{*index});
  if (!record) return refused(record.error());
  Response response;
  response.body =
      "{\"index\":" + std::to_string(*index) + ",\"size\":" + std::to_string(sealed.size.value) +
      ",\"root\":\"" + hex(sealed.root) + "\",\"leaf_hash\":\"" + hex(ledger::leaf_hash(*record)) +
      "\",\"hashes\":" + hashes_json(*path) + ",\"checkpoint\":" + json_string(sealed.note) +
      ",\"record\":" + json_string(ledger::merkle::base64(*record)) + "}";
  response.headers.emplace_back("Cache-Control", "no-cache");
  return response;
}

Answered<Response> consistency(const Request& request, const Services& services) {
  if (const auto checked = check_query(request, {"from", "to"}); !checked) {
    return refused(checked.error());
  }
  const auto size = services.log.head().size.value;
  const auto from = number_parameter(request, "from");
  if (!from) return refused(from.error());
  const auto to = number_parameter(request, "to");
  if (!to) return refused(to.error());
  const std::uint64_t old_size = (*from).value_or(0);
  const std::uint64_t new_size = (*to).value_or(size);
  if (!*from || new_size > size || old_size > new_size) {
    return refused("proof-range", "\"from\" and \"to\" are sizes of the log, at most " +
                                      std::to_string(size) + ", the smaller one first.");
  }
  const auto path = ledger::merkle::consistency_proof(old_size, new_size, reader_of(services));
  if (!path) return refused(path.error());
  const auto old_root = services.log.root_at(Position{old_size});
  if (!old_root) return refused(old_root.error());
  const auto new_root = services.log.root_at(Position{new_size});
  if (!new_root) return refused(new_root.error());
  Response response;
  response.body = "{\"from\":" + std::to_string(old_size) + ",\"to\":" + std::to_string(new_size) +
                  ",\"from_root\":\"" + hex(*old_root) + "\",\"to_root\":\"" + hex(*new_root) +
                  "\",\"hashes\":" + hashes_json(*path) + "}";
  response.headers.emplace_back("Cache-Control", std::string(forever));
  return response;
}

Answered<Listed> list_witnesses(const Reading& reading, const projections::ListQuery& query) {
  const auto* keeper = reading.services.witnesses;
  const auto asked = keeper == nullptr ? std::vector<ledger::WitnessStatus>() : keeper->status();
  const auto wanted = projections::matching(asked, query.filter);
  if (!wanted) return refused(wanted.error());
  return sliced(listed(*wanted), query.after, query.max);
}

// By what a retired key signed last, whoever trusts it comes to trust the next one.
Answered<Response> last_head(const Request& request, const Services& services) {
  if (const auto checked = check_query(request, {}); !checked) return refused(checked.error());
  auto note = services.chores.last_head_of(request.parameters.at("key"));
  if (!note) return refused(note.error());
  return text_answer(*std::move(note), forever);
}

}  // namespace

void add_log_routes(Routes& routes) {
  routes.other("GET", "/v1/ledger", Permission::read_log, about);
  routes.other("GET", "/v1/log/checkpoint", Permission::read_log, checkpoint);
  routes.other("GET", "/v1/log/tile/{tile...}", Permission::read_log, tile);
  routes.other("GET", "/v1/log/consistency", Permission::read_log, consistency);
  routes.other("GET", "/v1/events/{position}/proof", Permission::read_log, proof);
  routes.list_of_now("/v1/log/witnesses", Permission::read_log, {"filter"}, list_witnesses);
  routes.other("GET", "/v1/log/keys/{key}/checkpoint", Permission::read_log, last_head);
  routes.list("/v1/log/keys", Permission::read_log, {"filter"},
              [](const Reading& reading, const projections::ListQuery& query) {
                return answered_page(projections::list_rows<projections::SigningKeyRow>(
                    *reading.snapshot, projections::View::signing_keys, query));
              });
}

}  // namespace api
