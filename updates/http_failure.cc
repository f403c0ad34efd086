#include "updates/http_failure.h"

#include <httplib.h>

#include <map>

namespace ledger::updates {

std::string http_failure(int error) {
  using httplib::Error;
  static const std::map<Error, const char*> words = {
      {Error::Connection, "it cannot be connected to"},
      {Error::ConnectionTimeout, "it cannot be connected to in time"},
      {Error::Read, "it did not answer in time, or closed the connection"},
      {Error::Write, "it does not take what it is sent"},
      {Error::SSLConnection, "it does not speak TLS as it should, or not at all"},
      {Error::SSLLoadingCerts, "the file of its authority holds no certificates"},
      {Error::SSLServerVerification, "its certificate is not of an authority that is trusted"},
  };
  const auto said = static_cast<Error>(error);
  const auto found = words.find(said);
  return found == words.end() ? httplib::to_string(said) : found->second;
}

}  // namespace ledger::updates
