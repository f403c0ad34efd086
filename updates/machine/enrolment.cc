#include "updates/machine/enrolment.h"

#include <utility>

#include "ledger/codec/json_out.h"
#include "ledger/digest.h"
#include "updates/local_file.h"
#include "updates/machine/wire.h"
#include "updates/machine/wire_reader.h"

namespace ledger::updates::machine {
namespace {

constexpr std::size_t pem_bytes_max = 65'536;
constexpr std::size_t key_digits = 32;

// The key that was made by an attempt before, or a new one.
Result<std::string> key_of(const IdentityFiles& files) {
  auto known = read_local_file(files.key, pem_bytes_max);
  if (known && public_key_digest(*known)) return known;
  std::string made = make_key();
  if (const auto written = write_identity_file(files.key, made); !written) {
    return fail(written.error());
  }
  return made;
}

// From now on only what this authority signed is the manager.
Result<void> know_manager(const EnrolOptions& options, const ManagerAddress& manager,
                          const IdentityFiles& files) {
  if (options.authority.empty() == options.fingerprint.empty()) {
    return fail(ErrorKind::invalid, "authority-missing",
                "Say how the manager is known: by the file of its authority's certificate, or by "
                "its fingerprint.");
  }
  auto authority = options.fingerprint.empty() ? read_local_file(options.authority, pem_bytes_max)
                                               : fetch_authority(manager, options.fingerprint);
  if (!authority) return fail(authority.error());
  return write_identity_file(files.authority, *authority);
}

// The same machine with the same token asks for the same, however often.
Result<std::string> enrolment_key(const std::string& key, const std::string& token) {
  const auto digest = public_key_digest(key);
  if (!digest) return fail(digest.error());
  return hex(sha256("enrol " + hex(*digest) + " " + token)).substr(0, key_digits);
}

// What was answered, if it is for this key and names this computer.
Result<std::string> checked_certificate(const std::string& answer, const std::string& key,
                                        const domain::ComputerId& computer) {
  auto issued = read_answer<wire::Issued>(answer);
  if (!issued) return fail(issued.error());
  const auto seen = look_at_certificate(issued->certificate);
  if (!seen || seen->common_name != computer.value || !is_for_key(issued->certificate, key)) {
    return fail(ErrorKind::unavailable, "manager-not-understood",
                "The manager's answer has no certificate for the key of this machine.");
  }
  return std::move(issued->certificate);
}

Result<Identity> loaded(const IdentityFiles& files) {
  auto identity = load_identity(files.directory);
  if (!identity) return fail(identity.error());
  CHECK(identity->has_value(), "a certificate that was written is there");
  return *std::move(*identity);
}

}  // namespace

Result<Identity> enrol(const EnrolOptions& options) {
  auto known = load_identity(options.identity);
  if (!known) return fail(known.error());
  if (*known) return *std::move(*known);
  const auto manager = manager_address(options.manager);
  if (!manager) return fail(manager.error());
  const IdentityFiles files(options.identity);
  const auto key = key_of(files);
  if (!key) return fail(key.error());
  const auto trusted = know_manager(options, *manager, files);
  if (!trusted) return fail(trusted.error());
  const auto request = make_certificate_request(*key, options.computer);
  if (!request) return fail(request.error());
  const auto once = enrolment_key(*key, options.token);
  if (!once) return fail(once.error());
  const wire::Enrolment body{
      options.computer,
      options.name,
      options.platform,
      options.agent_version,
      options.modules,
      options.labels,
      *request,
      options.relay_url.empty() ? std::nullopt : std::optional(options.relay_url)};
  ManagerConnection connection({*manager, files.authority, {}, {}});
  const auto answer =
      connection.post("/v1/computers", codec::to_json(body),
                      {{"Authorization", "Bearer " + options.token}, {"Idempotency-Key", *once}});
  if (!answer) return fail(answer.error());
  const auto certificate = checked_certificate(*answer, *key, options.computer);
  if (!certificate) return fail(certificate.error());
  const auto written = write_identity_file(files.certificate, *certificate);
  if (!written) return fail(written.error());
  return loaded(files);
}

Result<Identity> renew_identity(ManagerConnection& connection,
                                const ManagerConnection::Headers& headers,
                                const Identity& identity) {
  const auto& files = identity.files;
  const std::string key = make_key();
  if (const auto written = write_identity_file(files.next_key, key); !written) {
    return fail(written.error());
  }
  auto request = make_certificate_request(key, identity.computer);
  if (!request) return fail(request.error());
  const auto answer =
      connection.post("/v1/computers/" + identity.computer.value + "/certificate:renew",
                      codec::to_json(wire::Renewal{std::move(*request)}), headers);
  if (!answer) return fail(answer.error());
  const auto certificate = checked_certificate(*answer, key, identity.computer);
  if (!certificate) return fail(certificate.error());
  const auto written = write_identity_file(files.certificate, *certificate);
  if (!written) return fail(written.error());
  return loaded(files);  // Which renames the key.
}

}  // namespace ledger::updates::machine
