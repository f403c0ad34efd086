"""make-patterns: releases that differ, the same bytes each time, in ClamAV's formats."""

import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools" / "content"))

import patterns  # noqa: E402
import rules  # noqa: E402


class Rkhunter:
    file = "rkhunter_1_all.deb"

    def __init__(self, signatures: int):
        self.signatures = signatures

    def folder(self, prefix: str) -> dict:
        assert prefix == patterns.SIGNATURES
        return {f"RKH_{i}.ldb": f"RKH_{i};Target:0;0;{i:04x}\n\n".encode()
                for i in range(self.signatures)}


class Patterns(unittest.TestCase):
    def releases_of(self, component: str) -> list:
        return [(facts, data.decode().splitlines())
                for facts, data in patterns.releases(Rkhunter(12))
                if facts["component"] == component]

    def test_every_release_has_more_than_the_one_before(self):
        for component in ("rootkit", "virus"):
            made = self.releases_of(component)
            self.assertEqual(len(made), 3)
            for (older, old_lines), (newer, new_lines) in zip(made, made[1:]):
                self.assertLess(set(old_lines), set(new_lines))
                self.assertLess(older["released_at"], newer["released_at"])
                self.assertNotEqual(older["version"], newer["version"])

    def test_facts_are_those_of_the_bytes(self):
        for facts, data in patterns.releases(Rkhunter(12)):
            self.assertEqual(facts["sha256"], rules.sha256_hex(data))
            self.assertEqual(facts["bytes"], len(data))
            self.assertEqual(facts["signatures"], len(data.splitlines()))

    def test_lines_are_what_clamav_reads(self):
        for _, lines in self.releases_of("virus"):
            for line in lines:
                self.assertRegex(line, r"^[0-9a-f]{64}:[0-9]+:[A-Za-z0-9-]+$")
        for _, lines in self.releases_of("rootkit"):
            for line in lines:
                self.assertRegex(line, r"^[A-Za-z0-9_-]+;Target:0;[0-9()&|]+;[0-9a-f]+$")

    def test_a_package_of_another_layout_is_refused(self):
        with self.assertRaisesRegex(rules.ContentError, "does not know its layout"):
            patterns.releases(Rkhunter(3))


if __name__ == "__main__":
    unittest.main()
