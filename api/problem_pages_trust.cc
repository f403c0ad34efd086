#include <array>

#include "api/problem_pages.h"

namespace api {
namespace {

constexpr auto pages_of_trust = std::to_array<ProblemPage>({
    {"bundle-empty", "There is nothing to put into a bundle",
     "Check and download the source first."},
    {"bundle-expired", "The metadata in the bundle is over for too long",
     "Bring a newer bundle: seven days after its end metadata is not taken any more."},
    {"bundle-failed", "The bundle could not be taken",
     "The detail says what went wrong. It can be imported again."},
    {"bundle-foreign", "The bundle is of another repository",
     "Compare the root of its source with the one that is trusted here."},
    {"bundle-gap", "Bundles before this one are missing here",
     "Bring them first, or make a whole bundle, without --since."},
    {"bundle-incomplete", "The bundle lacks a file", "Make it again."},
    {"bundle-malformed", "The file is not a bundle of updates",
     "Make it with ledgerctl bundle create, and carry it over whole."},
    {"bundle-not-authentic", "The bundle is not what was signed",
     "Do not use it. Find out who had it in his hands."},
    {"bundle-older", "The bundle is older than what was seen here",
     "Bring a newer bundle, made without --since."},
    {"file-changed", "A file changed while it was read", "Try again."},
    {"key-unusable", "The key cannot be used",
     "Give a PEM file with an ed25519, RSA or P-256 key; the detail says what is wrong with it."},
    {"keys-missing", "Too few keys to sign with",
     "Bring as many of the role's keys as its threshold asks for."},
    {"passphrase-too-long", "The passphrase is too long", "Use a shorter one."},
    {"passphrase-wrong", "The passphrase does not open the key", "Try another."},
    {"relay-plan-damaged", "The relay's last orders cannot be read",
     "Remove plan.json from its state: it asks the manager for new ones."},
    {"repository-exists", "There is a repository already", "Give a new directory."},
    {"repository-unknown", "There is no repository here", "Make one first."},
    {"role-unknown", "The repository has no such role", "Check its name."},
    {"source-url", "This is no address of a source", "Give one of https, http or file."},
    {"tar-malformed", "The file is not a whole bundle", "Carry it over again, or make it again."},
    {"tar-name", "A file cannot stand in a bundle", "The detail names it."},
    {"target-exists", "The target is there with other bytes",
     "What was released never changes; release it under another path."},
    {"target-path", "A target cannot have this path",
     "Use letters, digits and -._~ between slashes."},
    {"target-unclaimed", "No role may list this target", "There are rules/* and patterns/*/*/*/*."},
    {"target-unknown", "The repository lists no such target",
     "Check its path, or wait until it is published."},
    {"trust-root-missing", "Nothing says whom to trust",
     "Give the SHA-256 of the root metadata of the bundle's source."},
    {"tuf-duplicate-signature", "A key signed twice", "Its publisher must sign it again."},
    {"tuf-expired", "The metadata expired",
     "Its publisher must sign it again. If others see a newer one, somebody holds it back."},
    {"tuf-hash", "The bytes are not those that were signed",
     "Do not use them. Fetch them again, from another place if it stays so."},
    {"tuf-length", "The file is not as long as was signed",
     "Do not use it. Fetch it again, from another place if it stays so."},
    {"tuf-malformed", "The metadata is not as it should be",
     "The detail says where. Its publisher must make it again."},
    {"tuf-no-root", "No root of trust is pinned", "Bring the repository's root.json first."},
    {"tuf-not-canonical", "The metadata cannot be signed", "Only integers and texts can be."},
    {"tuf-not-json", "The metadata is no JSON", "Its publisher must make it again."},
    {"tuf-rollback", "The metadata is older than what was seen before",
     "Somebody may show an old state. Ask another place of the same repository."},
    {"tuf-spec-version", "The metadata follows another specification",
     "Version 1 of the specification is read here."},
    {"tuf-too-large", "The metadata is too large", "Its publisher must make it smaller."},
    {"tuf-unlisted", "The snapshot lists no such role", "Its publisher must make it again."},
    {"tuf-unsigned", "Too few trusted keys signed the metadata",
     "Do not use it. Its publisher must sign it with the keys of its role."},
    {"tuf-version", "The metadata has another version than was announced",
     "Fetch it again; somebody may mix parts of different moments."},
    {"tuf-wrong-type", "The metadata is of another role", "Its publisher must make it again."},
});

}  // namespace

std::span<const ProblemPage> problem_pages_of_trust() { return pages_of_trust; }

}  // namespace api
