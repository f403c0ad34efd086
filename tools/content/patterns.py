"""rkhunter's signatures -> releases of anti-malware patterns in ClamAV's formats.

Two components, three releases of each. "rootkit" is one file of logical signatures (.ldb) made of
those that Debian's rkhunter has; "virus" is one of file hashes (.hsb) of harmless test files, so
that a scanner can be seen to find a file after an update and not before.
"""

from rules import ContentError, sha256_hex

SIGNATURES = "var/lib/rkhunter/db/signatures"

# The test file that every scanner knows; by its digest, so that no scanner finds it here.
EICAR = ("275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f:68:"
         "EICAR-Test-File")
MARKER = b"Update Ledger: a harmless line that the newest rootkit pattern finds."

TEST_FILES = {  # Name of the signature: the bytes that it finds.
    "Ledger-Test-1": b"Update Ledger, test file 1\n",
    "Ledger-Test-2": b"Update Ledger, test file 2\n",
}


def releases(rkhunter) -> list:
    """Each release as (facts, bytes of its one file), oldest first."""
    made = []
    for number, (rootkits, viruses) in enumerate(zip(_rootkits(rkhunter), _viruses())):
        month = number + 1
        for component, product, version, name, lines in (
                ("rootkit", "Rootkit Pattern", f"1.{406 + number}.00", "rootkit.ldb", rootkits),
                ("virus", "Virus Pattern", f"26.{101 + number}.00", "virus.hsb", viruses)):
            data = "".join(line + "\n" for line in lines).encode()
            made.append(({"component": component, "product": product, "platform": "linux",
                          "version": version, "released_at": f"2026-{month:02}-03T06:00:00Z",
                          "file": f"{component}/{version}/{name}", "signatures": len(lines),
                          "bytes": len(data), "sha256": sha256_hex(data)}, data))
    return made


def _rootkits(rkhunter) -> list:
    lines = []
    for data in rkhunter.folder(SIGNATURES).values():
        lines += [line for line in data.decode("ascii").splitlines() if line]
    if len(lines) < 10:
        raise ContentError(f"{rkhunter.file} has {len(lines)} signatures in {SIGNATURES}; this "
                           "tool does not know its layout.")
    own = f"Ledger-Test-Marker;Target:0;0;{MARKER.hex()}"
    return [lines[:len(lines) // 2], lines, [*lines, own]]


def _viruses() -> list:
    known = [f"{sha256_hex(data)}:{len(data)}:{name}" for name, data in TEST_FILES.items()]
    return [known[:1], [known[0], EICAR], [*known, EICAR]]
