#include "tests/support/log_model.h"

#include <algorithm>
#include <span>

#include "ledger/digest.h"
#include "ledger/merkle/tile.h"
#include "tests/support/naive_tree.h"

namespace tests {

using ledger::store::Batch;
using ledger::store::EventLog;
using ledger::store::Position;
using ledger::store::Receipt;

namespace {

template <class T>
std::string failure(const std::string& what, const ledger::Result<T>& result) {
  return "refused: " + what + ": " + result.error().reason + ", " + result.error().detail;
}

std::string random_bytes(std::mt19937_64& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random() & 0xff);
  return bytes;
}

}  // namespace

Batch LogModel::next_batch(std::mt19937_64& random, std::size_t records_max) const {
  Batch batch;
  batch.expected = {size()};
  std::map<std::string, std::uint64_t> added;
  const std::size_t records = 1 + random() % records_max;
  for (std::size_t i = 0; i < records; ++i) {
    const std::string stream = "computer/" + std::to_string(random() % 7);
    const auto known = streams_.find(stream);
    const std::uint64_t before = known == streams_.end() ? 0 : known->second.size();
    batch.records.push_back(
        {random_bytes(random, 1 + random() % 300), stream, before + added[stream]++});
  }
  for (std::size_t i = 0; i < random() % 3; ++i) {
    Receipt receipt;
    for (auto& byte : receipt.id.bytes) byte = static_cast<std::uint8_t>(random());
    receipt.body = ledger::sha256(random_bytes(random, 8));
    receipt.first = batch.expected;
    receipt.count = static_cast<std::uint32_t>(records);
    batch.receipts.push_back(receipt);
  }
  return batch;
}

void LogModel::add(const Batch& batch) {
  for (const auto& record : batch.records) {
    streams_[record.stream].push_back({size()});
    leaves_.push_back(ledger::leaf_hash(record.bytes));
    records_.push_back(record.bytes);
  }
  receipts_.insert(receipts_.end(), batch.receipts.begin(), batch.receipts.end());
}

ledger::store::Head LogModel::head() const { return {{size()}, naive_root(leaves_)}; }

std::string LogModel::difference(const EventLog& log) const {
  if (log.head().size.value != size()) {
    return "the log has " + std::to_string(log.head().size.value) + " records, the model " +
           std::to_string(size());
  }
  std::string refused;
  for (const auto part : {&LogModel::difference_of_records, &LogModel::difference_of_streams,
                          &LogModel::difference_of_receipts, &LogModel::difference_of_tree}) {
    const auto found = (this->*part)(log);
    if (found.starts_with("refused: ")) {
      refused = found;
    } else if (!found.empty()) {
      return found;
    }
  }
  return refused;
}

std::string LogModel::difference_of_records(const EventLog& log) const {
  const auto cursor = log.read({0}, {size() + 10});
  for (std::size_t at = 0; at <= size(); ++at) {
    const auto entry = cursor->next();
    if (!entry) return failure("reading on", entry);
    if (!*entry) return at == size() ? "" : "the cursor ends at " + std::to_string(at);
    if (at == size()) return "the cursor goes beyond the end";
    if ((*entry)->position.value != at || (*entry)->bytes != records_[at]) {
      return "the cursor's record at " + std::to_string(at) + " differs";
    }
    const auto record = log.record({at});
    if (!record) return failure("a record", record);
    if (*record != records_[at]) return "the record at " + std::to_string(at) + " differs";
  }
  return {};
}

std::string LogModel::difference_of_streams(const EventLog& log) const {
  for (const auto& [name, positions] : streams_) {
    const auto found = log.stream(name, 0, positions.size() + 10);
    if (!found) return failure("a stream", found);
    if (*found != positions) return "the stream " + name + " differs";
  }
  auto rest = streams_;
  std::string stray;
  const auto visited = log.visit_streams([&](std::string_view stream, std::uint64_t version,
                                             ledger::store::Position at) {
    const auto found = streams_.find(std::string(stream));
    const bool is_known =
        found != streams_.end() && version < found->second.size() && found->second[version] == at;
    if (!is_known) stray = stream;
    if (is_known) rest[found->first].pop_back();
  });
  if (!visited) return failure("all streams", visited);
  if (!stray.empty()) return "a stray entry of stream " + stray;
  for (const auto& [name, left] : rest) {
    if (!left.empty()) return "an entry of stream " + name + " was not visited";
  }
  return {};
}

std::string LogModel::difference_of_receipts(const EventLog& log) const {
  for (const auto& receipt : receipts_) {
    const auto found = log.receipt(receipt.id);
    if (!found) return failure("a receipt", found);
    if (*found != receipt) return "the receipt " + hex(receipt.id) + " differs";
  }
  std::size_t alike = 0;
  std::size_t visits = 0;
  const auto visited = log.visit_receipts([&](const ledger::store::Receipt& receipt) {
    ++visits;
    alike += static_cast<std::size_t>(std::count(receipts_.begin(), receipts_.end(), receipt));
  });
  if (!visited) return failure("all receipts", visited);
  if (visits != receipts_.size() || alike != visits) return "the receipts visited differ";
  return {};
}

std::string LogModel::difference_of_tree(const EventLog& log) const {
  const Leaves leaves = leaves_;
  if (log.head() != head()) return "the root differs";
  for (std::size_t size : {leaves.size() / 3, leaves.size() / 2, leaves.size()}) {
    const auto root = log.root_at({size});
    if (!root) return failure("a root", root);
    if (*root != naive_root(leaves.first(size))) {
      return "the root at " + std::to_string(size) + " differs";
    }
  }
  // Hash by hash, one level on the other.
  std::vector<ledger::Digest> row = leaves_;
  for (std::uint32_t level = 0; !row.empty(); ++level) {
    std::vector<ledger::Digest> above;
    for (std::size_t first = 0; first < row.size(); first += ledger::merkle::tile_width) {
      const std::size_t width =
          std::min<std::size_t>(ledger::merkle::tile_width, row.size() - first);
      const auto tile =
          log.tile(level, first / ledger::merkle::tile_width, static_cast<std::uint32_t>(width));
      if (!tile) return failure("a tile", tile);
      if (tile->size() != width * ledger::merkle::digest_bytes) return "a tile has another size";
      for (std::size_t i = 0; i < width; ++i) {
        if (ledger::merkle::hash_in(*tile, static_cast<std::uint32_t>(i)) != row[first + i]) {
          return "a hash of level " + std::to_string(level) + " differs";
        }
      }
      if (width == ledger::merkle::tile_width) {
        above.push_back(naive_root(Leaves(row).subspan(first, width)));
      }
    }
    row = std::move(above);
  }
  return {};
}

}  // namespace tests
