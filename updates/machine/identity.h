// Who a machine is: a key that was made on it and never leaves it, and a certificate for that key
// by the authority of the manager. Kept in a directory of the machine's state.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "ledger/domain/ids.h"
#include "ledger/result.h"

namespace ledger::updates::machine {

// Files of the directory. Texts are PEM.
struct IdentityFiles {
  explicit IdentityFiles(std::filesystem::path the_directory);

  std::filesystem::path directory;
  std::filesystem::path key;          // For its owner only.
  std::filesystem::path next_key;     // Of a renewal that is under way.
  std::filesystem::path certificate;  // Written last: where it is, the others are.
  std::filesystem::path authority;    // That the manager's and all machines' certificates are of.
};

struct Identity {
  domain::ComputerId computer;
  std::string serial;  // Lowercase hexadecimal digits.
  domain::Time not_before;
  domain::Time not_after;
  IdentityFiles files;
};

// What the directory has; nothing: this machine never joined. A renewal that was cut short is
// finished or forgotten. Errors: corrupt ("identity-damaged": enrol again), io ("file-failed").
Result<std::optional<Identity>> load_identity(const std::filesystem::path& directory);

// A certificate is renewed when two thirds of its life are over.
domain::Time renewal_due(const Identity& identity);

// The time that the machine goes by when it judges what is out of date. A clock that is behind the
// certificate, which was made before, is wrong, and would take old metadata for fresh.
domain::Time plausible_time(domain::Time clock, const Identity& identity);

// -- For those who enrol and renew ---------------------------------------------------------------

// A new P-256 key, as PKCS #8.
std::string make_key();
// SHA-256 of its public half. Errors: corrupt ("identity-damaged").
Result<domain::Digest> public_key_digest(const std::string& key);
// A PKCS #10 request for the certificate of a computer. Errors: corrupt ("identity-damaged").
Result<std::string> make_certificate_request(const std::string& key,
                                             const domain::ComputerId& computer);

// What a certificate says. Errors: corrupt ("identity-damaged").
struct SeenIdentity {
  std::string common_name;
  std::string serial;
  domain::Time not_before;
  domain::Time not_after;
};
Result<SeenIdentity> look_at_certificate(const std::string& certificate);
// Whether the certificate is for this key.
bool is_for_key(const std::string& certificate, const std::string& key);

// Durable on return, in one rename. Errors: unavailable ("disk-full"), io ("file-failed").
Result<void> write_identity_file(const std::filesystem::path& path, const std::string& bytes);
// Makes what was renamed or removed there durable. Errors: io ("file-failed").
Result<void> sync_identity_directory(const IdentityFiles& files);

}  // namespace ledger::updates::machine
