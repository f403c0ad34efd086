"""The validator: each way to break the format, with the JSON pointer that it must name."""

import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from samples import ROOT, TOOL

import validate


def document(**changes) -> dict:
    rule = {"id": 1000123, "module": "firewall", "name": "n", "version": 1, "severity": "low",
            "application_type": "network/x", "cves": ["CVE-2021-44228"], "auto_assignable": True,
            "body": "b"}
    made = {"format": "update-ledger/rule-update/1", "id": "25-031",
            "released_at": "2025-08-05T09:00:00Z", "title": "t", "rules": [rule]}
    for name, value in changes.items():
        (rule if name in rule and name != "id" else made)[name] = value
    return made


def pointers(value) -> list:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return [pointer for pointer, _ in validate.errors_in(data)]


class Validate(unittest.TestCase):
    def test_a_whole_document_has_no_errors(self):
        self.assertEqual(pointers(document()), [])

    def test_each_value_out_of_bounds_is_named_by_its_pointer(self):
        for name, bad in [("module", "mail"), ("module", []), ("name", ""), ("name", "ü" * 101),
                          ("name", "a\nb"), ("version", 0), ("version", 2**31 + 1),
                          ("version", True), ("version", 1.5), ("severity", "none"),
                          ("application_type", "Web"), ("application_type", "x" * 65),
                          ("cves", "CVE-2021-44228"), ("cves", ["CVE-2021-44228"] * 65),
                          ("auto_assignable", 1), ("body", ""), ("body", "x" * 32769)]:
            self.assertEqual(pointers(document(**{name: bad})), [f"/rules/0/{name}"], (name, bad))
        for name, bad in [("format", "update-ledger/rule-update/2"), ("id", "25-000"),
                          ("id", "2025-031"), ("id", "25-031\n"), ("title", None),
                          ("released_at", "2025-02-30T09:00:00Z"), ("rules", []), ("rules", {}),
                          ("released_at", "2025-08-05 09:00")]:
            self.assertEqual(pointers(document(**{name: bad})), [f"/{name}"], (name, bad))

    def test_the_largest_allowed_values_pass(self):
        self.assertEqual(pointers(document(
            name="x" * 200, version=2**31, application_type="x" * 64, body="x" * 32768,
            cves=[f"CVE-2021-{1000 + number}" for number in range(64)])), [])

    def test_a_bad_or_repeated_cve_is_named_by_its_index(self):
        self.assertEqual(pointers(document(cves=["CVE-2021-1", "CVE-2021-0001", "CVE-2021-0001"])),
                         ["/rules/0/cves/0", "/rules/0/cves/2"])

    def test_unknown_missing_and_repeated_properties_are_errors(self):
        unknown = document()
        unknown["rules"][0]["a/b~c"] = 1
        self.assertEqual(pointers(unknown), ["/rules/0/a~1b~0c"])
        missing = document()
        del missing["rules"][0]["body"], missing["title"]
        self.assertEqual(pointers(missing), ["/title", "/rules/0/body"])
        twice = json.dumps(document()).replace('"title": "t"', '"title": "t", "title": "t"')
        self.assertEqual(pointers(twice.encode()), ["/title"])

    def test_ids_are_unique_ascending_and_seven_digits(self):
        for ids, expected in [([1000001, 1000001], ["/rules/1/id"]),
                              ([1000002, 1000001], ["/rules/1/id"]),
                              ([999999, 1000001], ["/rules/0/id"]),
                              ([1000001, 10000000], ["/rules/1/id"])]:
            made = document()
            made["rules"] = [dict(made["rules"][0], id=number) for number in ids]
            self.assertEqual(pointers(made), expected, ids)

    def test_what_is_no_json_object_is_told_at_the_root(self):
        for data in (b"", b"{", b"[]", b"null", b"\xff", b'{"a": NaN}', b"[" * 100_000):
            self.assertEqual(pointers(data), [""], data[:10])

    def test_no_more_than_a_hundred_errors_are_told(self):
        made = document()
        made["rules"] = [{}] * 1000
        self.assertEqual(len(pointers(made)), validate.ERRORS_MAX)

    def test_the_tool_prints_pointers_and_answers_with_its_exit_status(self):
        with tempfile.TemporaryDirectory() as folder:
            good, bad = Path(folder) / "good.json", Path(folder) / "bad.json"
            good.write_text(json.dumps(document()), encoding="utf-8")
            bad.write_text(json.dumps(document(severity="none")), encoding="utf-8")
            done = subprocess.run([sys.executable, TOOL, "--validate", good, bad, folder],
                                  capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{good}: valid", done.stdout)
        self.assertIn(f"{bad}: /rules/0/severity must be one of low", done.stdout)
        self.assertIn(f"{folder}: (document) Is a directory", done.stdout)


class SharedDocuments(unittest.TestCase):
    """The same documents are given to the ledger's own reader, with the same expectations."""

    def test_each_document_gets_the_pointers_that_the_ledger_tells(self):
        folder = ROOT / "tests" / "golden" / "rule-updates"
        expected = {}
        for line in (folder / "expected.txt").read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                name, _, told = line.partition(":")
                expected[name] = told.split()
        self.assertEqual(sorted(expected), sorted(path.name for path in folder.glob("*.json")))
        for name, told in expected.items():
            found = [pointer or "(document)" for pointer in pointers((folder / name).read_bytes())]
            self.assertEqual(sorted(found), sorted(told), name)


class Schema(unittest.TestCase):
    """The published schema and our own checks name the same properties and bounds."""

    def setUp(self):
        path = TOOL.parent / "rule-update.schema.json"
        self.schema = json.loads(path.read_text(encoding="utf-8"))
        self.rule = self.schema["$defs"]["rule"]

    def test_properties_are_those_of_a_valid_document(self):
        made = document()
        for schema, value in [(self.schema, made), (self.rule, made["rules"][0])]:
            self.assertEqual(sorted(schema["required"]), sorted(value))
            self.assertEqual(sorted(schema["properties"]), sorted(value))
            self.assertIs(schema["additionalProperties"], False)

    def test_bounds_and_words_are_the_same(self):
        of = self.rule["properties"]
        self.assertEqual(tuple(of["module"]["enum"]), validate.MODULES)
        self.assertEqual(tuple(of["severity"]["enum"]), validate.SEVERITIES)
        self.assertEqual((of["name"]["maxLength"], of["body"]["maxLength"],
                          of["cves"]["maxItems"], of["version"]["maximum"]),
                         (validate.NAME_BYTES_MAX, validate.BODY_BYTES_MAX, validate.CVES_MAX,
                          2**31))
        self.assertEqual((of["id"]["minimum"], of["id"]["maximum"]), (1000000, 9999999))
        self.assertEqual(self.schema["properties"]["rules"]["maxItems"], validate.RULES_MAX)

    def test_patterns_accept_and_refuse_the_same_texts(self):
        patterns = {"id": self.schema["properties"]["id"]["pattern"],
                    "released_at": self.schema["properties"]["released_at"]["pattern"],
                    "title": self.schema["properties"]["title"]["pattern"],
                    "name": self.rule["properties"]["name"]["pattern"],
                    "application_type": self.rule["properties"]["application_type"]["pattern"]}
        for name, texts in [("id", ["25-031", "25-000", "5-31", "25-0311"]),
                            ("released_at", ["2025-08-05T09:00:00Z", "2025-08-05T09:00Z"]),
                            ("title", ["a b", "a\nb", "a\x7fb"]), ("name", ["ü", "\tb", ""]),
                            ("application_type", ["a/b._-9", "A", "", "x" * 64, "x" * 65])]:
            for text in texts:
                matches = re.search(patterns[name], text) is not None
                self.assertEqual(matches, pointers(document(**{name: text})) == [], (name, text))


if __name__ == "__main__":
    unittest.main()
