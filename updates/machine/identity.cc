#include "updates/machine/identity.h"

#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <utility>

#include "ledger/digest.h"
#include "updates/local_file.h"
#include "updates/openssl_handles.h"

namespace ledger::updates::machine {
namespace {

constexpr std::size_t identity_file_bytes_max = 65'536;

using openssl::certificate_from;
using openssl::private_key_from;

tl::unexpected<Error> damaged(const std::string& what) {
  return fail(ErrorKind::corrupt, "identity-damaged",
              what + " Move the directory away and enrol this machine again.");
}

std::string serial_of(X509* certificate) {
  const Owned<BIGNUM, BN_free> number(
      ASN1_INTEGER_to_BN(X509_get_serialNumber(certificate), nullptr));
  if (number == nullptr) return {};
  char* digits = BN_bn2hex(number.get());
  std::string text = digits == nullptr ? "" : digits;
  OPENSSL_free(digits);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string common_name_of(X509* certificate) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0) return {};
  const ASN1_STRING* text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
  return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                     static_cast<std::size_t>(ASN1_STRING_length(text)));
}

bool is_there(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::exists(path, ignored);
}

Result<std::string> read_identity_file(const std::filesystem::path& path) {
  auto bytes = read_local_file(path, identity_file_bytes_max);
  if (!bytes && bytes.error().kind == ErrorKind::not_found) {
    return damaged(path.string() + " is missing.");
  }
  return bytes;
}

// The key that the certificate is for. Between writing a new certificate and renaming its key, the
// machine may have stopped; before the certificate came, the new key is of no use.
Result<void> settle_renewal(const IdentityFiles& files, const std::string& certificate) {
  const auto key = read_local_file(files.key, identity_file_bytes_max);
  const bool has_key = key && is_for_key(certificate, *key);
  if (has_key) return {};
  const auto next = read_local_file(files.next_key, identity_file_bytes_max);
  if (!next || !is_for_key(certificate, *next)) {
    return damaged(files.certificate.string() + " and " + files.key.string() +
                   " do not belong together.");
  }
  std::error_code error;
  std::filesystem::rename(files.next_key, files.key, error);
  if (error) return fail(file_error("Renaming", files.next_key, error.value()));
  return sync_identity_directory(files);
}

}  // namespace

IdentityFiles::IdentityFiles(std::filesystem::path the_directory)
    : directory(std::move(the_directory)),
      key(directory / "key.pem"),
      next_key(directory / "next-key.pem"),
      certificate(directory / "certificate.pem"),
      authority(directory / "authority.pem") {}

Result<std::optional<Identity>> load_identity(const std::filesystem::path& directory) {
  IdentityFiles files(directory);
  if (!is_there(files.certificate)) return std::optional<Identity>();
  const auto certificate = read_identity_file(files.certificate);
  if (!certificate) return fail(certificate.error());
  const auto seen = look_at_certificate(*certificate);
  if (!seen) return fail(seen.error());
  if (!domain::is_name(seen->common_name)) {
    return damaged(files.certificate.string() + " names no computer.");
  }
  if (!is_there(files.authority)) return damaged(files.authority.string() + " is missing.");
  if (const auto settled = settle_renewal(files, *certificate); !settled) {
    return fail(settled.error());
  }
  return std::optional<Identity>(Identity{domain::ComputerId{seen->common_name}, seen->serial,
                                          seen->not_before, seen->not_after, std::move(files)});
}

domain::Time plausible_time(domain::Time clock, const Identity& identity) {
  return std::max(clock, identity.not_before);
}

domain::Time renewal_due(const Identity& identity) {
  const auto life = identity.not_after - identity.not_before;
  return identity.not_before + domain::Duration{life.micros / 3 * 2};
}

std::string make_key() {
  const openssl::KeyHandle key(EVP_EC_gen("P-256"));
  CHECK(key != nullptr, "a key is made");
  return openssl::text_of(key.get());
}

Result<domain::Digest> public_key_digest(const std::string& key) {
  const auto parsed = private_key_from(key);
  if (parsed == nullptr) return damaged("The key of this machine cannot be read.");
  return openssl::public_digest_of(parsed.get());
}

Result<std::string> make_certificate_request(const std::string& key,
                                             const domain::ComputerId& computer) {
  const auto parsed = private_key_from(key);
  if (parsed == nullptr) return damaged("The key of this machine cannot be read.");
  const openssl::CertificateRequest request(X509_REQ_new());
  X509_REQ_set_version(request.get(), X509_REQ_VERSION_1);
  X509_NAME_add_entry_by_txt(X509_REQ_get_subject_name(request.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(computer.value.c_str()), -1, -1,
                             0);
  X509_REQ_set_pubkey(request.get(), parsed.get());
  CHECK(X509_REQ_sign(request.get(), parsed.get(), EVP_sha256()) > 0, "a request is signed");
  const openssl::Bio text = openssl::memory();
  PEM_write_bio_X509_REQ(text.get(), request.get());
  return openssl::text_in(text.get());
}

Result<SeenIdentity> look_at_certificate(const std::string& certificate) {
  const auto parsed = certificate_from(certificate);
  if (parsed == nullptr) return damaged("The certificate of this machine cannot be read.");
  return SeenIdentity{common_name_of(parsed.get()), serial_of(parsed.get()),
                      openssl::time_of(X509_get0_notBefore(parsed.get())),
                      openssl::time_of(X509_get0_notAfter(parsed.get()))};
}

bool is_for_key(const std::string& certificate, const std::string& key) {
  const auto parsed = certificate_from(certificate);
  const auto parsed_private = private_key_from(key);
  return parsed != nullptr && parsed_private != nullptr &&
         X509_check_private_key(parsed.get(), parsed_private.get()) == 1;
}

namespace {

Result<void> write_all(const std::filesystem::path& path, const std::string& bytes) {
  const Descriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (!file.is_open()) return fail(file_error("Writing", path, errno));
  std::size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t put = ::write(file.get(), bytes.data() + written, bytes.size() - written);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return fail(file_error("Writing", path, errno));
    written += static_cast<std::size_t>(put);
  }
  if (::fsync(file.get()) != 0) return fail(file_error("Syncing", path, errno));
  return {};
}

}  // namespace

Result<void> write_identity_file(const std::filesystem::path& path, const std::string& bytes) {
  const IdentityFiles files(path.parent_path());
  std::error_code error;
  std::filesystem::create_directories(files.directory, error);
  if (error) return fail(file_error("Making", files.directory, error.value()));
  ::chmod(files.directory.c_str(), S_IRWXU);
  const std::filesystem::path unfinished = path.string() + ".new";
  if (const auto written = write_all(unfinished, bytes); !written) return fail(written.error());
  std::filesystem::rename(unfinished, path, error);
  if (error) return fail(file_error("Renaming", unfinished, error.value()));
  return sync_identity_directory(files);
}

Result<void> sync_identity_directory(const IdentityFiles& files) {
  const Descriptor directory(::open(files.directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.is_open() || ::fsync(directory.get()) != 0) {
    return fail(file_error("Syncing", files.directory, errno));
  }
  return {};
}

}  // namespace ledger::updates::machine
