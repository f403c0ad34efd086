// tuf-client: the command line of the public conformance suite of TUF, over updates/tuf.
#include <CLI/CLI.hpp>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "ledger/clock.h"
#include "updates/local_file.h"
#include "updates/tuf/client.h"
#include "updates/tuf/paths.h"
#include "updates/tuf/source_transport.h"

namespace {

namespace tuf = ledger::updates::tuf;
using ledger::Result;

struct Asked {
  std::string metadata_url;
  std::string metadata_dir;
  std::vector<std::string> target_names;
  std::string target_dir;
  std::string target_base_url;
  std::string root;
};

Result<void> pin(const Asked& asked) {
  const auto root = ledger::updates::read_local_file(asked.root, tuf::root_bytes_max);
  if (!root) return ledger::fail(root.error());
  return tuf::Client::pin(tuf::MetadataDirectory(asked.metadata_dir), *root);
}

Result<void> refresh(const Asked& asked) {
  auto transport = tuf::SourceTransport::open(asked.metadata_url, "");
  if (!transport) return ledger::fail(transport.error());
  auto client = tuf::Client::open(tuf::MetadataDirectory(asked.metadata_dir), **transport,
                                  ledger::SystemClock().now());
  if (!client) return ledger::fail(client.error());
  return client->refresh();
}

Result<void> download(const Asked& asked) {
  auto metadata = tuf::SourceTransport::open(asked.metadata_url, "");
  if (!metadata) return ledger::fail(metadata.error());
  auto targets = tuf::SourceTransport::open(asked.target_base_url, "");
  if (!targets) return ledger::fail(targets.error());
  auto client = tuf::Client::open(tuf::MetadataDirectory(asked.metadata_dir), **metadata,
                                  ledger::SystemClock().now());
  if (!client) return ledger::fail(client.error());
  if (auto done = client->refresh(); !done) return done;
  for (const auto& name : asked.target_names) {
    const auto found = client->find(name);
    if (!found) return ledger::fail(found.error());
    const auto file =
        std::filesystem::path(asked.target_dir) / tuf::percent_encoded(name, tuf::Slash::encoded);
    const auto got = tuf::fetch_target_to(**targets, *found, file);
    if (!got) return ledger::fail(got.error());
  }
  return {};
}

int tell(const Result<void>& done) {
  if (done) return EXIT_SUCCESS;
  std::cerr << "tuf-client: " << done.error().reason << ": " << done.error().detail << '\n';
  return EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app{"A client of The Update Framework, as its conformance suite calls it.",
               "tuf-client"};
  Asked asked;
  app.add_option("--metadata-url", asked.metadata_url, "Where the metadata is served");
  app.add_option("--metadata-dir", asked.metadata_dir, "Where trusted metadata is kept")
      ->required();
  app.add_option("--target-name", asked.target_names, "A target to download; may be repeated")
      ->take_all();
  app.add_option("--target-dir", asked.target_dir, "Where targets are put");
  app.add_option("--target-base-url", asked.target_base_url, "Where targets are served");
  auto* init = app.add_subcommand("init", "Pin a root.");
  init->add_option("root", asked.root, "A root.json that is trusted")->required();
  auto* refreshing = app.add_subcommand("refresh", "Bring the metadata up to date.");
  auto* downloading = app.add_subcommand("download", "Refresh, then download the targets named.");
  app.require_subcommand(1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
  }
  if (init->parsed()) return tell(pin(asked));
  if (refreshing->parsed()) return tell(refresh(asked));
  return tell(downloading->parsed() ? download(asked) : Result<void>());
}
