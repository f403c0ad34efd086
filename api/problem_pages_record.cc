#include <array>

#include "api/problem_pages.h"

namespace api {
namespace {

constexpr std::array<ProblemPage, 72> pages_of_record = {{
    {"as-of-malformed", "as_of is not understood",
     "Give a position (184223), a time (2026-11-03T10:00:00Z), a duration back (-PT2H), "
     "bookmark:NAME, event:POSITION, before:POSITION or last-rollback."},
    {"backup-directory-used", "The directory for the backup is not empty", "Name a new one."},
    {"backup-exists", "There is a backup of this name already", "Choose another name."},
    {"backup-failed", "The backup could not be made",
     "Check the space and the rights of the directory for backups."},
    {"backup-name-invalid", "The backup cannot have this name",
     "Choose 1 to 63 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit."},
    {"checkpoint-malformed", "This is no checkpoint",
     "Fetch it again from /v1/log/checkpoint, byte for byte."},
    {"checkpoint-signature", "The checkpoint is not signed by this ledger",
     "Do not trust it. Compare the key with the one of /v1/log/keys."},
    {"data-format-damaged", "The data directory is damaged",
     "Stop, and restore it from a backup (ledgerctl backup restore); ledgerctl log verify says "
     "what is whole."},
    {"data-format-newer", "The data directory is of a newer version",
     "Start the version that wrote it, or a newer one."},
    {"disk-full", "The disk is full",
     "Nothing was changed, and reading goes on. Free some space; the ledger goes on by itself."},
    {"event-type-unknown", "There is no such type of event", "GET /v1/event-types lists all."},
    {"file-io", "A file cannot be read or written", "The log of the ledger says which and why."},
    {"file-missing", "A file is missing", "The detail names it; restore it from a backup."},
    {"head-damaged", "The signed head of the ledger is damaged",
     "Stop, and restore it from a backup (ledgerctl backup restore); ledgerctl log verify says "
     "what is whole."},
    {"head-missing", "The signed head of the ledger is missing",
     "Stop, and restore it from a backup (ledgerctl backup restore); ledgerctl log verify says "
     "what is whole."},
    {"head-write-failed", "The signed head could not be written",
     "Check the disk, and start the ledger again."},
    {"host-name-invalid", "This is no host name",
     "Give a DNS name or an IP address for the certificate."},
    {"key-generation-failed", "No key could be made", "The system gives no randomness."},
    {"ledger-locked", "Another process has the data directory open",
     "Stop it first; two would damage each other."},
    {"listen-address-invalid", "The ledger cannot listen there",
     "Give an IP address of this machine."},
    {"listen-failed", "The ledger cannot listen there",
     "Another process may have the port; choose another."},
    {"log-damaged", "The record is damaged",
     "Stop, and restore it from a backup (ledgerctl backup restore); ledgerctl log verify says "
     "what is whole."},
    {"log-differs-from-head", "The record is not the one that was signed",
     "Stop, and restore it from a backup (ledgerctl backup restore); ledgerctl log verify says "
     "what is whole."},
    {"log-inconsistent", "The record is put together from different moments",
     "Stop, and restore it from a backup (ledgerctl backup restore); ledgerctl log verify says "
     "what is whole."},
    {"log-inspected", "The record is only being looked at",
     "Start ledgerd on it to change something."},
    {"log-io", "The disk of the record failed",
     "Check the disk, and start the ledger again. What was acknowledged is safe."},
    {"log-moved", "The record moved on in between", "Send it again."},
    {"log-shorter-than-head", "Records are missing at the end",
     "Stop, and restore it from a backup (ledgerctl backup restore); ledgerctl log verify says "
     "what is whole."},
    {"log-write-failed", "The record could not be written",
     "Start the ledger again: it finds out what is on the disk. Send it again with the same "
     "Idempotency-Key."},
    {"not-ready", "The ledger is not ready", "The detail says what it waits for. Ask again soon."},
    {"not-sealed-yet", "The newest records are not under a signed head yet",
     "Ask again in a moment."},
    {"origin-malformed", "The ledger cannot have this name",
     "Use 1 to 255 bytes without spaces, line breaks and '+'."},
    {"page-invalid", "That is no page of this list", "Begin the list again without page_token."},
    {"position-beyond-head", "The position does not exist yet",
     "Name one that does; GET /v1/ledger says how many there are."},
    {"proof-malformed", "This is no proof", "Fetch it again, byte for byte."},
    {"proof-range", "There is no such proof",
     "Ask for positions within the size of the checkpoint."},
    {"proof-wrong", "The proof does not hold",
     "Do not trust what it was to prove, and tell whoever runs the ledger."},
    {"record-damaged", "A record is damaged",
     "Stop, and restore it from a backup (ledgerctl backup restore); ledgerctl log verify says "
     "what is whole."},
    {"record-malformed", "A record cannot be read",
     "Stop, and restore it from a backup (ledgerctl backup restore); ledgerctl log verify says "
     "what is whole."},
    {"record-misplaced", "A record stands where it does not belong",
     "Stop, and restore it from a backup (ledgerctl backup restore); ledgerctl log verify says "
     "what is whole."},
    {"record-missing", "A record is missing",
     "Stop, and restore it from a backup (ledgerctl backup restore); ledgerctl log verify says "
     "what is whole."},
    {"record-not-found", "There is no such record", "Positions run from 0 to Ledger-Head."},
    {"record-size", "A record has an impossible size", "Split the command into several."},
    {"record-too-large", "An event would be too large", "Shorten its texts, or split the command."},
    {"record-version-unknown", "A record is of a newer version",
     "Start the version that wrote it, or a newer one."},
    {"report-unknown", "There is no such report", "Name a list of the API, such as computers."},
    {"row-malformed", "A row of the views cannot be read",
     "Delete the views to have them rebuilt; the record is not concerned."},
    {"row-unknown", "There is no such row", "Check the view and the key."},
    {"secret-seed-damaged", "The seed of the computers' tokens is damaged",
     "Restore it from a backup, or remove it and issue new tokens."},
    {"signing-key-damaged", "The signing key is damaged", "Restore it from a backup."},
    {"signing-key-missing", "The signing key is missing", "Restore it from a backup."},
    {"size-beyond-head", "The ledger is not that large yet",
     "Ask for a size up to that of GET /v1/ledger."},
    {"snapshot-damaged", "A snapshot of the world is damaged",
     "Nothing is lost: the ledger folded the log instead, which takes longer."},
    {"snapshot-format-other", "A snapshot of the world has another format",
     "Nothing is lost: the ledger folded the log instead, which takes longer."},
    {"snapshot-history-other", "A snapshot of the world is not of this log",
     "The ledger folded the log instead. Find out whose files lie in the data directory."},
    {"snapshot-program-other", "Another version wrote the snapshot of the world",
     "The ledger folded the log instead, once after each upgrade."},
    {"stream-name", "A stream cannot have this name", "Use 1 to 512 bytes without a zero byte."},
    {"tile-damaged", "A tile of the tree is damaged",
     "Stop, and restore it from a backup (ledgerctl backup restore); ledgerctl log verify says "
     "what is whole."},
    {"tile-missing", "A tile of the tree is missing",
     "Stop, and restore it from a backup (ledgerctl backup restore); ledgerctl log verify says "
     "what is whole."},
    {"tile-not-found", "There is no such tile", "The ledger is not that large, or not yet."},
    {"tile-unknown", "There is no such tile", "The ledger is not that large, or not yet."},
    {"tls-files-damaged", "The certificates are damaged",
     "Restore them, or move the directory away to have new ones made."},
    {"tls-files-unusable", "The certificates cannot be used",
     "The detail says which file and why."},
    {"tls-required", "TLS is required here",
     "Others can reach this address: give a certificate, or listen on 127.0.0.1."},
    {"verification-ended", "The verification was ended before its end",
     "It says nothing of the log. Start another."},
    {"verifier-key-malformed", "This is no verifier key",
     "Copy it from /v1/log/keys: name+id+key."},
    {"view-too-large", "The list is too long to be shown from its end",
     "Use a filter, or list it from its beginning."},
    {"views-damaged", "The views are damaged",
     "Delete them to have them rebuilt; the record is not concerned."},
    {"views-foreign", "The directory holds something else than views", "Name an empty directory."},
    {"views-inconsistent", "The views contradict themselves",
     "Delete them to have them rebuilt; the record is not concerned."},
    {"views-io", "The views cannot be read or written",
     "Check the disk, or delete them to have them rebuilt."},
    {"world-malformed", "A snapshot of the world cannot be read",
     "Nothing is lost: the ledger folded the log instead, which takes longer."},
}};

}  // namespace

std::span<const ProblemPage> problem_pages_of_record() { return pages_of_record; }

}  // namespace api
