#include "api/tls.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "api/x509.h"
#include "ledger/store/durable_file.h"

namespace api {

namespace domain = ledger::domain;
namespace store = ledger::store;
using ledger::ErrorKind;
using ledger::fail;
using ledger::Result;

namespace {

constexpr domain::Duration authority_life = domain::days(3'650);
constexpr domain::Duration certificate_life = domain::days(365);

struct Paths {
  explicit Paths(const std::filesystem::path& directory)
      : authority(directory / "ca.crt"),
        authority_key(directory / "ca.key"),
        certificate(directory / "server.crt"),
        key(directory / "server.key") {}
  std::filesystem::path authority, authority_key, certificate, key;
};

// "0.0.0.0" and "::" are where one listens, not what one is called.
bool is_any_address(const std::string& name) { return name == "0.0.0.0" || name == "::"; }

Result<std::set<std::string>> all_names(const std::vector<std::string>& given) {
  std::set<std::string> names{"localhost", "127.0.0.1", "::1"};
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) == 0 && is_host_name(host.data())) {
    names.insert(host.data());
  }
  for (const auto& name : given) {
    if (is_any_address(name)) continue;
    if (!is_host_name(name)) {
      return fail(ErrorKind::invalid, "host-name-invalid",
                  "\"" + name + "\" is neither a host name nor an IP address.");
    }
    names.insert(name);
  }
  return names;
}

Result<KeyAndCertificate> make_authority(const Paths& paths, domain::Time now) {
  auto made = make_certificate({"Update Ledger authority", {}, now, authority_life}, nullptr);
  // The key first: a certificate without its key would look like an authority that was lost.
  auto written = store::write_durably(paths.authority_key, made.key, store::Access::owner);
  if (written) {
    written = store::write_durably(paths.authority, made.certificate, store::Access::everybody);
  }
  if (!written) return fail(written.error());
  return made;
}

Result<KeyAndCertificate> read_pair(const std::filesystem::path& certificate,
                                    const std::filesystem::path& key) {
  auto certificate_text = store::read_file(certificate);
  if (!certificate_text) return fail(certificate_text.error());
  auto key_text = store::read_file(key);
  if (!key_text) return fail(key_text.error());
  KeyAndCertificate pair{std::move(*key_text), std::move(*certificate_text)};
  if (!belong_together(pair)) {
    return fail(ErrorKind::corrupt, "tls-files-damaged",
                certificate.string() + " and " + key.string() +
                    " are no certificate and its key. Put them back, or move the directory away "
                    "to have new ones made.");
  }
  return pair;
}

bool is_missing(const ledger::Error& error) { return error.reason == "file-missing"; }

bool is_still_good(const KeyAndCertificate& server, const KeyAndCertificate& authority,
                   const std::set<std::string>& names, domain::Time now) {
  const auto seen = look_at(server.certificate);
  if (!seen || !is_signed_by(server.certificate, authority.certificate)) return false;
  const auto life = seen->not_after - seen->not_before;
  const domain::Time renew_at = seen->not_before + domain::Duration{life.micros / 3 * 2};
  return seen->not_before <= now && now < renew_at &&
         std::includes(seen->names.begin(), seen->names.end(), names.begin(), names.end());
}

}  // namespace

Result<MadeCertificate> load_or_make_certificate(const std::filesystem::path& directory,
                                                 const std::vector<std::string>& names,
                                                 domain::Time now) {
  const auto wanted = all_names(names);
  if (!wanted) return fail(wanted.error());
  const auto directory_made = store::make_directory(directory);
  if (!directory_made) return fail(directory_made.error());
  const Paths paths(directory);
  MadeCertificate answer{{paths.certificate, paths.key}, paths.authority, {}, false, false};

  auto authority = read_pair(paths.authority, paths.authority_key);
  std::error_code ignored;
  if (!authority && is_missing(authority.error()) &&
      !std::filesystem::exists(paths.authority, ignored)) {
    answer.made_authority = true;
    authority = make_authority(paths, now);
  }
  if (!authority) return fail(authority.error());
  answer.authority_fingerprint = fingerprint(authority->certificate);
  answer.authority_pair = *authority;

  const auto server = read_pair(paths.certificate, paths.key);
  if (server && is_still_good(*server, *authority, *wanted, now)) return answer;
  // Whatever the matter with it was, another one costs nothing: nobody pins a server's certificate.
  const auto made =
      make_certificate({"Update Ledger", *wanted, now, certificate_life}, &*authority);
  auto written = store::write_durably(paths.key, made.key, store::Access::owner);
  if (written) {
    written = store::write_durably(paths.certificate, made.certificate + authority->certificate,
                                   store::Access::everybody);
  }
  if (!written) return fail(written.error());
  answer.made_certificate = true;
  return answer;
}

}  // namespace api
