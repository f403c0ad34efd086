# cmake -DROOT=... -DSOURCES=a|b|... -DOUTPUT=file.cc -P FoldDigest.cmake
# Writes the SHA-256 over names and contents of the sources, as what ledger::codec::fold_digest()
# answers.
string(REPLACE "|" ";" SOURCES "${SOURCES}")
set(all "")
foreach(source IN LISTS SOURCES)
  file(SHA256 ${ROOT}/${source} digest)
  string(APPEND all "${source} ${digest}\n")
endforeach()
string(SHA256 digest "${all}")
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT [[
#include "ledger/codec/fold_digest.h"

namespace ledger::codec {

std::string_view fold_digest() {
  return "@digest@";
}

}  // namespace ledger::codec
]] @ONLY)
