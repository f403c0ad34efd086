// The publisher's private keys: files named after their roles, encrypted but for those of the
// roles that are signed without people.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "ledger/result.h"
#include "updates/tuf/publisher.h"

namespace ledger_publish {

namespace tuf = ledger::updates::tuf;
using ledger::Result;

// Where passphrases come from: the first line of a file, or the terminal, without showing them.
class Passphrases {
 public:
  explicit Passphrases(std::filesystem::path file) : file_(std::move(file)) {}
  bool asks_people() const { return file_.empty(); }
  // Of a key that exists. At a terminal, nothing is an answer: this key is not at hand.
  // Errors: invalid ("passphrase-missing").
  Result<std::string> of(const std::string& key) const;
  // Of a key that is made now; asked twice.
  Result<std::string> fresh(const std::string& key) const;

 private:
  Result<std::string> from_file() const;
  std::filesystem::path file_;
};

// Roles that a machine signs every day; their keys lie in online/, readable by their owner alone.
bool is_online(const std::string& role);

// <folder>/root-1.pem, <folder>/online/timestamp.pem, and beside each the public key (.pub).
// Thread: one at a time.
class KeyFolder {
 public:
  KeyFolder(std::filesystem::path folder, Passphrases passphrases)
      : folder_(std::move(folder)), passphrases_(std::move(passphrases)) {}

  // Opens the keys of a role that are here, as many as somebody has the passphrases of.
  // Errors: refused ("passphrase-wrong"), invalid ("key-unusable", "passphrase-missing").
  Result<void> load(const std::string& role, tuf::KeyRing& ring) const;
  // Makes keys of these names; none may be there. Durable on return.
  // Errors: conflict ("key-exists"), io.
  Result<void> make(const std::vector<std::string>& names, tuf::KeyKind kind,
                    tuf::KeyRing& ring) const;
  // The id of the key that this file holds, without opening it. Errors: not_found ("key-unknown").
  Result<std::string> id_of(const std::string& name) const;
  std::vector<std::string> names_of(const std::string& role) const;
  // The key in `<name>.new` takes the place of the one before, which goes to retired/.
  Result<void> replace(const std::string& name) const;

 private:
  std::filesystem::path path_of(const std::string& name, const std::string& end) const;
  Result<void> write(const std::string& name, const tuf::PrivateKey& key,
                     const std::string& passphrase) const;

  std::filesystem::path folder_;
  Passphrases passphrases_;
};

// "root" of "root-2", "rules" of "rules".
std::string role_of_key(const std::string& name);

}  // namespace ledger_publish
