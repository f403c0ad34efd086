// The rules that no compiler checks, as tables: who may include whom, which library belongs where,
// which words stand only in which places, how long things may be. STYLE of the project, in short.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace tidy {

inline const std::vector<std::string_view> product_folders = {"ledger", "projections", "updates",
                                                              "replay", "api",         "tools"};

// -- Layers --------------------------------------------------------------------------------------
// A file belongs to the layer with the longest place that its path begins with. A layer may include
// itself and what it names: arrows go right only, so no two include each other.
struct Layer {
  std::string_view name;
  std::vector<std::string_view> places;
  std::vector<std::string_view> may_include;
};
inline const std::vector<Layer> layers = {
    {"base",
     {"ledger/result.h", "ledger/limits.h", "ledger/digest.", "ledger/random.", "ledger/entropy.",
      "ledger/clock.", "ledger/executor.", "ledger/newest_cache.", "ledger/owned.",
      "ledger/sha256_blocks.", "ledger/short_message.", "ledger/tree_hashes.",
      "ledger/domain/ids."},
     {}},
    {"domain", {"ledger/domain/"}, {"base"}},
    {"codec", {"ledger/codec/"}, {"domain", "base"}},
    {"merkle", {"ledger/merkle/"}, {"base"}},
    {"store", {"ledger/store/"}, {"merkle", "codec", "domain", "base"}},
    {"writer", {"ledger/"}, {"store", "merkle", "codec", "domain", "base"}},
    {"projections", {"projections/"}, {"writer", "store", "merkle", "codec", "domain", "base"}},
    {"replay",
     {"replay/"},
     {"projections", "writer", "store", "merkle", "codec", "domain", "base"}},
    // Relays and agents reach a ledger over HTTP like anyone else.
    {"updates", {"updates/"}, {"codec", "domain", "base"}},
    {"api",
     {"api/"},
     {"updates", "replay", "projections", "writer", "store", "merkle", "codec", "domain", "base"}},
    {"tools",
     {"tools/"},
     {"api", "updates", "replay", "projections", "writer", "store", "merkle", "codec", "domain",
      "base"}},
    {"tests",
     {"tests/"},
     {"tools", "api", "updates", "replay", "projections", "writer", "store", "merkle", "codec",
      "domain", "base"}},
};

// -- Libraries -----------------------------------------------------------------------------------
// Debian puts them all in /usr/include, where no linker stops a stray include.
struct Library {
  std::string_view name;
  std::vector<std::string_view> headers;  // What its headers' names begin with.
  std::vector<std::string_view> places;   // Where they may be included.
};
inline const std::vector<Library> libraries = {
    {"RocksDB", {"rocksdb/"}, {"ledger/store/", "projections/view_store", "tests/"}},
    {"xxHash", {"xxhash.h"}, {"ledger/store/table_check.cc"}},
    {"Cap'n Proto", {"capnp/", "kj/", "events.capnp"}, {"ledger/codec/", "tests/"}},
    {"Boost", {"boost/"}, {"api/", "updates/", "tools/", "tests/"}},
    {"cpp-httplib", {"httplib.h"}, {"updates/", "tools/", "tests/"}},
    {"spdlog",
     {"spdlog/"},
     {"ledger/store/", "ledger/head_keeper", "ledger/writer", "projections/", "updates/", "replay/",
      "api/", "tools/", "tests/"}},
    {"nlohmann-json", {"nlohmann/"}, {"api/", "tools/", "tests/"}},
    {"CLI11", {"CLI/"}, {"tools/"}},
    {"ncurses", {"ncurses", "curses.h"}, {"tools/ledgerctl/terminal.cc"}},
    {"date", {"date/"}, {"ledger/time_zones_tzdb.cc"}},
    {"OpenSSL",
     {"openssl/"},
     {"ledger/digest.cc", "ledger/entropy.cc", "ledger/merkle/", "updates/",
      "replay/evidence_timestamp.cc", "api/", "tools/", "tests/"}},
    {"GoogleTest", {"gtest/", "gmock/"}, {"tests/"}},
    {"RapidCheck", {"rapidcheck"}, {"tests/"}},
};

// -- Words ---------------------------------------------------------------------------------------
// What stands as a whole word in the code of C++ (comments and texts are left out, unless the rule
// says otherwise) under `banned`, but for `allowed`, and but for lines that say `excuse`. A word
// that ends with an underscore may go on.
enum class Where { code, everywhere };
struct Word {
  std::string_view name;
  std::vector<std::string_view> found;
  std::vector<std::string_view> banned;
  std::vector<std::string_view> allowed;
  std::string_view instead;
  std::string_view excuse = {};
  Where where = Where::code;
};
inline const std::vector<Word> words = {
    {"clock",
     {"system_clock::now", "steady_clock::now", "high_resolution_clock::now", "std::time",
      "gettimeofday", "clock_gettime", "localtime", "gmtime", "mktime"},
     {"ledger/", "projections/"},
     {"ledger/clock.cc", "ledger/head_keeper"},
     "time comes in with a command, or from the Clock handed in"},
    {"chance",
     {"random_device", "rand(", "srand(", "mt19937", "mt19937_64"},
     {"ledger/", "projections/", "replay/", "updates/"},
     {},
     "take Random or Entropy"},
    {"threads",
     {"std::thread", "std::jthread", "std::async", "std::mutex", "std::shared_mutex",
      "std::condition_variable", "std::future"},
     {"ledger/domain/", "ledger/codec/", "ledger/merkle/", "projections/"},
     {"projections/projector", "projections/view_store", "projections/memory_view_store"},
     "what is pure has no threads"},
    {"files",
     {"std::filesystem", "std::ifstream", "std::ofstream", "std::fstream", "fopen("},
     {"ledger/domain/", "ledger/codec/", "ledger/merkle/"},
     {"ledger/merkle/signing_key"},
     "hand in the bytes"},
    {"order",
     {"std::unordered_"},
     {"ledger/domain/", "projections/", "replay/"},
     {},
     "iterate over an ordered map, or say why order does not matter",
     "// lookup only"},
    {"printing",
     {"std::cout", "std::cerr", "printf(", "fprintf(", "std::puts"},
     {"ledger/", "projections/", "updates/", "api/"},
     {"ledger/result.h"},
     "log with spdlog, or return an Error"},
    {"exceptions",
     {"throw"},
     {"ledger/", "projections/", "updates/", "replay/", "api/", "tools/"},
     {"tools/ledgerctl/main.cc"},  // CLI11's way to refuse an option.
     "return a Result"},
    {"assertions",
     {"assert("},
     {"ledger/", "projections/", "updates/", "replay/", "api/", "tools/"},
     {},
     "CHECK stays on in release"},
    {"sleeping",
     {"sleep_for", "sleep_until", "usleep(", "nanosleep("},
     {"tests/", "ledger/", "projections/", "replay/", "api/"},
     {},
     "wait for what is to happen, or move a ManualClock"},
    {"namespaces", {"using namespace std;"}, {""}, {}, "name what is used"},
    {"leftovers",
     {"TODO", "FIXME", "XXX"},
     {""},
     {},
     "do it, or make an issue of it",
     {},
     Where::everywhere},
};

// -- Lengths -------------------------------------------------------------------------------------
inline constexpr std::size_t line_characters_max = 100;
inline constexpr std::size_t file_lines_max = 450;  // Aim below 300.
inline constexpr std::size_t function_lines_max = 70;

// -- Refusals without a test ---------------------------------------------------------------------
struct Untested {
  std::string_view reason;
  std::string_view why;
};
inline const std::vector<Untested> untested_refusals = {
    {"too-many-computers", "A test would have to enrol four million computers."},
};

}  // namespace tidy
