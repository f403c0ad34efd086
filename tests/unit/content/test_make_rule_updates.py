"""The content tool: its parsers, ids, versions and documents, on samples of our own."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import samples
from samples import TOOL, sample_packages, service

import aide
import crs
import documents
import firewalld
import logcheck
import packages
import rule_ids
import rules
import updates
import validate


def crs_rules(text: str = samples.SQL_RULES) -> dict:
    found = crs.rules_of({"REQUEST-942-APPLICATION-ATTACK-SQLI.conf": text.encode()},
                         {"words.data": b"one\ntwo\n"})
    return {rule.key: rule for rule in found}


class CoreRuleSet(unittest.TestCase):
    def test_a_rule_is_a_chain_with_its_continuation_lines_and_phrase_lists(self):
        rule = crs_rules()["crs/942100"]
        self.assertTrue(rule.body.startswith('SecRule ARGS|!ARGS:x "@rx'))
        self.assertTrue(rule.body.endswith("setvar:'tx.score=1'\"\n# words.data:\none\ntwo"))
        self.assertEqual(rule.body.count("SecRule"), 3)

    def test_only_live_directives_with_an_id_are_rules(self):
        self.assertEqual(sorted(crs_rules()), ["crs/942011", "crs/942100", "crs/942200"])

    def test_name_severity_and_application_type_come_from_actions_and_file(self):
        rule = crs_rules()["crs/942100"]
        self.assertEqual((rule.name, rule.severity, rule.application_type),
                         ("SQL, with a comma", "critical", "web/sql-injection"))

    def test_cves_of_text_tags_and_comments_count_but_not_those_of_a_disabled_rule(self):
        self.assertEqual(crs_rules()["crs/942100"].cves, ("CVE-2014-1234", "CVE-2020-0001"))
        self.assertEqual(crs_rules()["crs/942200"].cves, ())

    def test_a_rule_without_a_message_is_named_by_what_it_does(self):
        self.assertEqual(crs_rules()["crs/942011"].name,
                         "CRS 942011: TX:LEVEL @lt 1 -> skip to END-SQL")

    def test_rules_beyond_paranoia_level_1_are_not_auto_assignable(self):
        second = crs_rules()["crs/942200"]
        self.assertEqual((crs.paranoia_level(second), second.auto_assignable), (2, False))
        self.assertTrue(crs_rules()["crs/942100"].auto_assignable)

    def test_escaped_quotes_and_quoted_commas_stay_in_their_words(self):
        self.assertEqual(crs.words_of(r'SecRule A "@rx \"x, y\"" "id:1"'),
                         ["SecRule", "A", '@rx "x, y"', "id:1"])
        self.assertEqual(crs.actions_of(r"id:1,msg:'it\'s, so',chain"),
                         [("id", "1"), ("msg", "it's, so"), ("chain", "")])

    def test_a_phrase_list_too_long_for_a_body_stands_as_its_digest(self):
        words = b"w\n" * rules.BODY_BYTES_MAX
        text = 'SecRule ARGS "@pmFromFile long.data" "id:942300"'
        [rule] = crs.rules_of({"a.conf": text.encode()}, {"long.data": words})
        self.assertEqual(rule.body, f"{text}\n# long.data: sha256 {rules.sha256_hex(words)}")


class Logcheck(unittest.TestCase):
    def test_each_line_that_is_no_comment_is_a_rule(self):
        text = "# note\n\n^shop: a\n \n^shop: b \n"
        self.assertEqual(logcheck.patterns_in(text), ["^shop: a", "^shop: b "])

    def test_one_pattern_in_two_levels_is_one_rule_that_names_both(self):
        found = logcheck.rules_of({"ignore.d.server": {"shop": b"x"},
                                   "ignore.d.paranoid": {"shop": b"x"}})
        self.assertEqual([rule.body for rule in found],
                         ["# ignore.d.paranoid/shop\n# ignore.d.server/shop\nx"])

    def test_the_folder_says_how_severe_a_match_is(self):
        found = logcheck.rules_of({"cracking.d": {"a": b"x"}, "violations.d": {"a": b"x"},
                                   "ignore.d.workstation": {"a": b"x"}})
        self.assertEqual([(rule.severity, rule.auto_assignable) for rule in found],
                         [("critical", True), ("low", False), ("high", True)])

    def test_a_name_quotes_the_line_without_time_and_host(self):
        pattern = (r"^(\w{3} [ :[:digit:]]{11}|[0-9T:.+-]{32}) [._[:alnum:]-]+ shopd"
                   r"\[[[:digit:]]+\]: Sold [^[:space:]]+ for [0-9]{1,3}\.$")
        self.assertEqual(logcheck.readable(pattern), "shopd: Sold … for …")


class Aide(unittest.TestCase):
    def setUp(self):
        self.files = {"10_aide_run": b"@@define RUN run\n",
                      "31_aide_shop": samples.SHOP_AIDE.encode()}
        self.groups = aide.groups_in(samples.AIDE_CONF)
        self.rules = {rule.key.split("/", 2)[2]: rule
                      for rule in aide.rules_of(self.files, self.groups)}

    def test_groups_are_told_from_options(self):
        self.assertEqual(sorted(self.groups), ["Checksums", "Full", "Log", "Owner"])

    def test_each_selection_line_is_a_rule_of_its_file(self):
        self.assertEqual(sorted(self.rules), [
            r"!/@@{SHOP}/cache$ d", r"/@@{SHOP}/a\ b$ f", "/srv/extra$ d", "/srv/plain$ d",
            r"/var/log/shop\\.log$ f"])
        self.assertEqual({rule.application_type for rule in self.rules.values()}, {"files/shop"})

    def test_a_body_stands_alone_with_definitions_and_groups_before_their_use(self):
        self.assertEqual(self.rules[r"/@@{SHOP}/a\ b$ f"].body.splitlines(), [
            "# aide.conf.d/31_aide_shop", "@@define RUN run", "@@define SHOP @@{RUN}/shop",
            "Owner = p+u+g", "Checksums = H", "Full = Owner+Checksums",
            r"/@@{SHOP}/a\ b$ f Full"])

    def test_a_line_keeps_the_conditions_around_it_and_waits_for_a_person(self):
        rule = self.rules["/srv/plain$ d"]
        self.assertTrue(rule.body.endswith(
            "@@if defined EXTRA\n@@else\n/srv/plain$ d Owner\n@@endif"))
        self.assertFalse(rule.auto_assignable)

    def test_severity_follows_what_is_watched(self):
        self.assertEqual(self.rules[r"/@@{SHOP}/a\ b$ f"].severity, "high")
        self.assertEqual(self.rules["/srv/extra$ d"].severity, "medium")
        self.assertEqual(self.rules[r"/var/log/shop\\.log$ f"].severity, "low")
        self.assertEqual(self.rules[r"!/@@{SHOP}/cache$ d"].severity, "low")

    def test_the_same_line_twice_is_two_rules(self):
        found = aide.rules_of({"a": b"/x$ f Full\n/x$ f Log\n"}, self.groups)
        self.assertEqual([rule.key for rule in found], ["aide/a//x$ f", "aide/a//x$ f#2"])

    def test_an_endif_without_its_if_is_told_with_its_line(self):
        with self.assertRaisesRegex(rules.ContentError, "31_x, line 2"):
            aide.rules_of({"31_x": b"/x$ f Full\n@@endif\n"}, self.groups)


class Firewalld(unittest.TestCase):
    def test_a_service_opens_ports_protocols_helpers_and_what_it_includes(self):
        found = firewalld.services_in({
            "base.xml": service("Base", '<port protocol="udp" port="53"/>'),
            "shop-web.xml": service("Shop", '<port port="80-81" protocol="tcp"/><port port="" '
                                    'protocol="vrrp"/><helper name="ftp"/>'
                                    '<destination ipv6="ff02::1"/><include service="base"/>'
                                    '<include service="gone"/>')})
        rule = firewalld.rules_of(found, frozenset({"base"}))[1]
        self.assertEqual(rule.body.splitlines(), [
            "service shop-web", "# A service.", "allow port 80-81/tcp", "allow protocol vrrp",
            "allow helper ftp", "allow destination ipv6 ff02::1", "include base",
            "allow port 53/udp", "include gone # not in this update"])
        self.assertEqual((rule.name, rule.application_type, rule.auto_assignable),
                         ("Shop (80-81/tcp, vrrp, as base, as gone)", "network/shop", False))

    def test_services_that_include_each_other_end(self):
        found = firewalld.services_in({"a.xml": service("A", '<include service="b"/>'),
                                       "b.xml": service("B", '<include service="a"/>')})
        self.assertEqual(firewalld.rules_of(found, frozenset())[0].body,
                         "service a\n# A service.\ninclude b")

    def test_broken_xml_names_its_service(self):
        with self.assertRaisesRegex(rules.ContentError, "service bad"):
            firewalld.services_in({"bad.xml": b"<service>"})


def rule(key: str, module: str = rules.LOG_INSPECTION, **more) -> rules.Rule:
    return rules.Rule(module=module, key=key, name="n", severity="low", application_type="log/x",
                      body=more.pop("body", "b"), **more)


def colliding_keys() -> tuple:
    """Two keys whose digests come to one id; found by search, so that it is a real case."""
    seen = {}
    for number in range(100_000):
        found = rule_ids.id_from_digest(rules.LOG_INSPECTION,
                                        rule_ids.key_digest(rule(f"k{number}")))
        if found in seen:
            return seen[found], f"k{number}"
        seen[found] = f"k{number}"
    raise AssertionError("no collision among 100,000 keys in 1,000,000 ids")


class RuleIds(unittest.TestCase):
    def test_crs_numbers_are_kept_in_the_range_of_their_module(self):
        self.assertEqual(crs.rule_id_of(942100), 2942100)
        self.assertEqual(crs.rule_id_of(9001000), 2001000)
        self.assertIsNone(crs.rule_id_of(1234))

    def test_an_id_depends_on_module_and_key_only(self):
        alone, _ = rule_ids.assign([rule("a")], {})
        among, _ = rule_ids.assign([rule("b"), rule("a", body="other"), rule("c")], {})
        place = (rules.LOG_INSPECTION, "a")
        self.assertEqual(alone[place], among[place])
        self.assertEqual(alone[place] // 1_000_000, 4)

    def test_the_scheme_never_changes(self):
        ids, _ = rule_ids.assign([rule("a"), rule("a", rules.FIREWALL),
                                  rule("a", rules.INTRUSION_PREVENTION)], {})
        self.assertEqual(sorted(ids.values()), [1_550_152, 2_204_829, 4_518_423])

    def test_a_collision_moves_one_rule_and_the_record_keeps_it_there_without_the_other(self):
        first, second = colliding_keys()
        ids, new = rule_ids.assign([rule(first), rule(second)], {})
        self.assertEqual(len(set(ids.values())), 2)
        [(digest, moved_to)] = new.items()
        moved = next(key for key in (first, second) if rule_ids.key_digest(rule(key)) == digest)
        again, more = rule_ids.assign([rule(moved)], new)
        self.assertEqual((again, more), ({(rules.LOG_INSPECTION, moved): moved_to}, {}))

    def test_two_rules_that_claim_one_number_are_refused(self):
        with self.assertRaisesRegex(rules.ContentError, "both claim id 2942100"):
            rule_ids.assign([rule("a", wanted_id=2942100), rule("b", wanted_id=2942100)], {})

    def test_the_record_is_read_back_as_written(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rule-ids.json"
            self.assertEqual(rule_ids.read_record(path), {})
            rule_ids.write_record({"ff": 4000001}, path)
            self.assertEqual(rule_ids.read_record(path), {"ff": 4000001})
            path.write_text("[]", encoding="utf-8")
            with self.assertRaises(rules.ContentError):
                rule_ids.read_record(path)


class Updates(unittest.TestCase):
    def test_a_version_rises_by_one_with_the_content_and_survives_an_absence(self):
        steps = [[rule("a")], [rule("a")], [rule("a", body="2")], [], [rule("a", body="2")],
                 [rule("a", body="3")]]
        memory, seen = {}, []
        for step in steps:
            versions, memory = updates.versioned(step, memory)
            seen.append(versions.get((rules.LOG_INSPECTION, "a")))
        self.assertEqual(seen, [1, 1, 2, None, 2, 3])

    def test_the_difference_names_added_changed_and_removed_rules(self):
        added, changed, removed = updates.difference([rule("a", body="2"), rule("c"), rule("s")],
                                                     [rule("a"), rule("b"), rule("s")])
        self.assertEqual([[key for _, key in part] for part in (added, changed, removed)],
                         [["c"], ["a"], ["b"]])

    def test_choices_are_in_order_of_id_and_time(self):
        ids = [choice.id for choice in updates.CHOICES]
        times = [choice.released_at for choice in updates.CHOICES]
        self.assertEqual((ids, times), (sorted(set(ids)), sorted(set(times))))
        self.assertGreaterEqual(len(ids), 4)

    def test_a_source_can_be_made_as_it_was_before_its_last_updates(self):
        earlier = updates.until("26-042")
        self.assertEqual([choice.id for choice in earlier], ["26-040", "26-041", "26-042"])
        self.assertEqual(updates.until(None), updates.CHOICES)
        for wrong in ("26-039", "26-0421", "x", ""):
            with self.assertRaisesRegex(rules.ContentError, "there are 26-040, "):
                updates.until(wrong)


class Documents(unittest.TestCase):
    def setUp(self):
        self.files, self.manifest = documents.build(sample_packages())
        self.entries = {entry["id"]: entry for entry in self.manifest["updates"]}

    def rules_in(self, update: str) -> dict:
        return {row["body"].splitlines()[-1]: row
                for row in json.loads(self.files[f"{update}.json"])["rules"]}

    def test_the_same_packages_give_the_same_bytes(self):
        again, _ = documents.build(sample_packages())
        self.assertEqual(self.files, again)

    def test_every_document_keeps_the_format(self):
        for name in sorted(self.files.keys() - {"manifest.json"}):
            self.assertEqual(validate.errors_in(self.files[name]), [], name)

    def test_a_rule_has_one_id_in_all_updates_and_a_higher_version_when_its_text_changed(self):
        older, newer = ({row["id"]: row for row in self.rules_in(update).values()}[2942200]
                        for update in ("26-042", "26-043"))
        self.assertEqual((older["version"], newer["version"]), (1, 2))
        self.assertIn("two|three", newer["body"])

    def test_the_manifest_counts_what_changed(self):
        self.assertEqual([(entry["added"], entry["changed"], entry["removed"])
                          for entry in self.manifest["updates"]],
                         [(13, 0, 0), (2, 2, 0), (2, 2, 0), (1, 1, 1), (0, 0, 1), (1, 1, 2)])

    def test_an_earlier_source_has_the_same_documents_and_an_earlier_version(self):
        files, manifest = documents.build(sample_packages(), updates.until("26-042"))
        self.assertEqual((manifest["version"], self.manifest["version"]), (3, 6))
        for name in files.keys() - {"manifest.json"}:
            self.assertEqual(files[name], self.files[name])

    def test_the_last_update_covers_cves_that_the_one_before_does_not(self):
        self.assertEqual(self.entries["26-045"]["cves_added"], ["CVE-2019-7777"])

    def test_the_manifest_gives_the_digest_of_each_file(self):
        for entry in self.manifest["updates"]:
            self.assertEqual(entry["sha256"], rules.sha256_hex(self.files[entry["file"]]))

    def test_an_aide_line_changes_when_its_definitions_come_in(self):
        line = r"/@@{SHOP}/a\ b$ f Full"
        before, after = self.rules_in("26-041")[line], self.rules_in("26-042")[line]
        self.assertEqual((before["version"], after["version"]), (1, 2))
        self.assertNotIn("@@define RUN run", before["body"])
        self.assertIn("@@define RUN run", after["body"])


class Packages(unittest.TestCase):
    """With a `.deb` of our own, and programs in PATH that stand for apt."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "bin").mkdir()
        self.addCleanup(os.environ.__setitem__, "PATH", os.environ["PATH"])
        os.environ["PATH"] = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        self.program("apt-cache", 'echo "$2 | 1.10 | http://x bookworm/main amd64 Packages"\n'
                                  'echo "$2 | 1.9 | http://x security/main amd64 Packages"\n')

    def program(self, name: str, script: str) -> None:
        path = self.folder / "bin" / name
        path.write_text(f"#!/bin/sh\n{script}", encoding="utf-8")
        path.chmod(0o755)

    def deb(self) -> Path:
        tree = self.folder / "tree"
        (tree / "DEBIAN").mkdir(parents=True)
        (tree / "DEBIAN" / "control").write_text(
            "Package: sample\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b>\n"
            "Description: a sample\n", encoding="utf-8")
        (tree / "etc").mkdir()
        (tree / "etc" / "plain").write_text("text", encoding="utf-8")
        (tree / "etc" / "program").write_text("#!/bin/sh\n", encoding="utf-8")
        (tree / "etc" / "program").chmod(0o755)
        (tree / "etc" / "link").symlink_to("/etc/passwd")
        path = self.folder / "sample.deb"
        subprocess.run(["dpkg-deb", "--root-owner-group", "-b", tree, path], check=True,
                       capture_output=True)
        return path

    def test_a_package_gives_its_regular_files_and_knows_its_programs(self):
        package = packages.Package("sample", "1", self.deb())
        self.assertEqual(package.folder("etc"), {"plain": b"text", "program": b"#!/bin/sh\n"})
        self.assertEqual(package.programs, frozenset({"etc/program"}))

    def test_versions_are_in_debian_order_and_of_that_package_only(self):
        printed = ("a | 1.10 | http://x s/main amd64 Packages\na | 1.9 | http://x t/main Packages\n"
                   "a-b | 3 | http://x s/main amd64 Packages\na | 2 | http://x s/main Sources\n")
        self.assertEqual(packages.versions_in(printed, "a"), ["1.9", "1.10"])

    def test_the_oldest_and_newest_are_fetched_once_and_then_kept(self):
        self.program("apt-get", 'for last; do :; done; name="${last%=*}"; version="${last#*=}"\n'
                                f'cp "{self.deb()}" "${{name}}_${{version}}_all.deb"\n')
        said, cache = [], self.folder / "cache"
        first = packages.fetch(cache, False, said.append)
        self.program("apt-get", "exit 1\n")
        self.program("apt-cache", "exit 1\n")
        again = packages.fetch(cache, False, said.append)
        for got in (first, again):
            self.assertEqual([package.version for package in got["firewalld"]], ["1.9", "1.10"])
        self.assertEqual(sum("downloading" in line for line in said), 8)

    def test_a_failed_download_says_what_and_why_and_leaves_nothing(self):
        self.program("apt-get", "echo 'E: no route to host' >&2; exit 100\n")
        with self.assertRaisesRegex(rules.ContentError,
                                    "downloading aide-common 1.9 failed: no route to host"):
            packages.fetch(self.folder / "cache", False, lambda line: None)
        self.assertEqual(list((self.folder / "cache").iterdir()), [])

    def test_a_package_that_apt_does_not_know_is_told_with_the_way_out(self):
        self.program("apt-cache", "exit 0\n")
        with self.assertRaisesRegex(rules.ContentError, "apt-get update"):
            packages.fetch(self.folder / "cache", False, lambda line: None)


if __name__ == "__main__":
    suite = unittest.defaultTestLoader.discover(str(Path(__file__).parent), "test_*.py")
    sys.exit(not unittest.TextTestRunner(verbosity=1).run(suite).wasSuccessful())
