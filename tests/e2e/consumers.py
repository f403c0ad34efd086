"""What agents install, taken by the programs that it is for: ClamAV, ModSecurity, AIDE, firewalld.

    consumers.py LEDGERD LEDGER_AGENT LEDGER_PUBLISH RULE_UPDATE [RESULTS_XML]

RULE_UPDATE: a document of Debian's rules, as tools/content/make-rule-updates makes it; where there
is none, the few rules below stand for them.
"""

import hashlib
import json
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from agent_site import (Publisher, RunningAgent, apply_plan, import_rules, release, subscribe,
                        wanted)
from cases import Cases
from running_ledger import RunningLedger

SKIPPED = 77
MODULES = Path("/usr/lib/apache2/modules")
APACHE = """
ServerRoot {folder}
PidFile {folder}/pid
ErrorLog {folder}/errors
Listen 127.0.0.1:{port}
ServerName localhost
User www-data
Group www-data
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule unique_id_module {modules}/mod_unique_id.so
LoadModule security2_module {modules}/mod_security2.so
DocumentRoot {folder}/www
SecRuleEngine On
SecDataDir {folder}
Include {rules}/intrusion_prevention/rules.conf
"""
FEW_RULES = {
    "format": "update-ledger/rule-update/1", "id": "26-001", "title": "A few rules",
    "released_at": "2026-01-06T09:00:00Z", "rules": [
        {"id": 1000001, "module": "firewall", "name": "SSH", "version": 1, "severity": "medium",
         "application_type": "network/ssh", "cves": [], "auto_assignable": True,
         "body": "service ssh\n# Shells.\nallow port 22/tcp"},
        {"id": 2913013, "module": "intrusion_prevention", "name": "Level 2", "version": 1,
         "severity": "low", "application_type": "web/x", "cves": [], "auto_assignable": True,
         "body": "SecAction \"id:913013,phase:1,pass,nolog,skipAfter:END-913\""},
        {"id": 2914100, "module": "intrusion_prevention", "name": "Scanners", "version": 1,
         "severity": "high", "application_type": "web/x", "cves": [], "auto_assignable": True,
         "body": "SecRule REQUEST_HEADERS:User-Agent \"@pmFromFile agents.data\" \\\n"
                 "    \"id:914100,phase:1,deny,status:403\"\n# agents.data:\n# Known.\nnikto"},
        {"id": 3000001, "module": "integrity_monitoring", "name": "etc", "version": 1,
         "severity": "high", "application_type": "files/etc", "cves": [], "auto_assignable": True,
         "body": "# aide.conf.d/31_etc\n@@if defined NONE\n@@else\n@@define ETC etc\n@@endif\n"
                 "Size = s+b\nFull = Size+p\n/@@{ETC}/hosts$ f Full"},
        {"id": 4000001, "module": "log_inspection", "name": "sshd", "version": 1,
         "severity": "low", "application_type": "log/ssh", "cves": [], "auto_assignable": True,
         "body": "# ignore.d.server/ssh\n^sshd\\[[[:digit:]]+\\]: closed$"}]}


def ran(*words, status=0):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == status, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout + done.stderr


class Site:
    def __init__(self, ledger, agent, publish, document):
        self.ledger = ledger
        self.folder = Path(ledger.directory.name)
        self.agent_program = agent
        self.publisher = Publisher(publish, self.folder)
        subscribe(ledger, self.publisher)
        self.document = document
        self.hooked = self.folder / "hooked"
        self.agent = RunningAgent(agent, self.folder / "pc-1", "pc-1", ledger, "--hook",
                                  f"/bin/sh -c 'echo $LEDGER_CHANGED >> {self.hooked}'")

    def signature(self, version, *texts):
        """A file of ClamAV's signatures by hash that knows these texts."""
        file = self.folder / f"virus-{version}.hdb"
        file.write_text("".join(
            f"{hashlib.md5(text.encode()).hexdigest()}:{len(text)}:Test.{text.split()[0]}\n"
            for text in texts), encoding="utf-8")
        return file

    def finds(self, text):
        """Whether ClamAV finds it with the patterns in effect; nothing else is asked."""
        sample = self.folder / "sample"
        sample.write_text(text, encoding="utf-8")
        done = subprocess.run(["clamscan", "--no-summary", "-d", self.agent.patterns(), sample],
                              capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode in (0, 1), done.stdout + done.stderr
        return done.returncode == 1

    # -- Cases -----------------------------------------------------------------------------------

    def clamav_finds_what_an_update_brought(self):
        release(self.ledger, self.publisher, "virus", "1.0", self.signature("1.0", "evil one"))
        self.agent.round()
        assert self.finds("evil one") and not self.finds("evil two")
        release(self.ledger, self.publisher, "virus", "2.0",
                self.signature("2.0", "evil one", "evil two"))
        assert self.agent.shown()["status"] == "out_of_date"
        self.agent.round()
        assert self.finds("evil one") and self.finds("evil two")
        shown = self.agent.shown()
        assert shown["status"] == "up_to_date", shown
        assert self.hooked.read_text(encoding="utf-8") == "patterns\npatterns\n"

    def a_rollback_takes_it_away_until_the_next_instruction(self):
        scope = {"kind": "computers", "computers": ["pc-1"]}
        apply_plan(self.ledger, "/v1/instructions:plan",
                   {"action": "roll_back_patterns", "scope": scope, "reason": "it hurts"})
        assert self.agent.shown()["status"] == "pending"
        self.agent.round()
        assert self.finds("evil one") and not self.finds("evil two")
        self.agent.round()
        assert not self.finds("evil two"), "the next round does not undo it"
        assert self.agent.shown()["components"] == [{"component": "virus", "version": "1.0"}]
        apply_plan(self.ledger, "/v1/instructions:plan",
                   {"action": "download_update", "scope": {"kind": "all"}, "reason": "mended"})
        self.agent.round()
        assert self.finds("evil two")
        answers = self.ledger.ask("GET", "/v1/events?type=instruction.finished").json()["items"]
        assert [each["outcome"] for each in answers] == ["done", "done"], answers

    def a_pattern_that_is_not_signed_stays_out(self):
        release(self.ledger, self.publisher, "virus", "3.0", self.signature("3.0", "evil three"))
        targets = self.publisher.repository / "targets" / "patterns" / "virus" / "linux" / "3.0"
        forged = next(targets.iterdir())
        good = forged.read_bytes()
        forged.write_bytes(good[:-2] + b"X\n")
        self.agent.round()
        assert self.finds("evil two") and not self.finds("evil three")
        kinds = [each["type"] for each in self.ledger.ask(
            "GET", "/v1/events?stream=computer/pc-1").json()["items"]]
        assert "computer.update_failed" in kinds, kinds
        forged.write_bytes(good)
        self.agent.round()
        assert self.finds("evil three")
        assert self.agent.shown()["status"] == "up_to_date"

    def an_agent_that_is_killed_goes_on(self):
        for version in range(40, 46):
            release(self.ledger, self.publisher, "virus", f"{version}.0",
                    self.signature(version, f"evil {version}", "evil one"))
            with subprocess.Popen([*self.agent.words(), "--log-level", "error"],
                                  stderr=subprocess.DEVNULL) as process:
                time.sleep((version - 39) * 0.01)  # Wherever it is then.
                process.send_signal(signal.SIGKILL)
            assert self.finds("evil one") or self.finds("evil three")
        self.agent.round()
        assert self.finds("evil 45")
        assert self.agent.shown()["status"] == "up_to_date"

    def rules_come_as_files(self):
        import_rules(self.ledger, self.document)
        wanted(self.ledger.ask("POST", "/v1/computers/pc-1:assignPolicy", {"policy": "web"}))
        self.agent.round()
        shown = self.agent.shown()
        assert shown["ruleset"] == shown["expected_ruleset"]["ruleset"], shown
        assert shown["rule_update"] == self.document["id"], shown
        assert shown["status"] == "up_to_date", shown

    def modsecurity_takes_the_rules(self):
        folder = self.folder / "apache"
        (folder / "www").mkdir(parents=True)
        for each in (self.folder, folder):
            each.chmod(0o755)
        (folder / "www" / "index.html").write_text("hello\n", encoding="utf-8")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        settings = folder / "apache.conf"
        settings.write_text(APACHE.format(folder=folder, port=port, modules=MODULES,
                                          rules=self.agent.rules().resolve()), encoding="utf-8")
        ran("apache2", "-t", "-f", settings)
        with subprocess.Popen(["apache2", "-f", settings, "-DFOREGROUND"]) as apache:
            try:
                self.ledger.wait_until("Apache answers",
                                       lambda: self.status_of(port, "Mozilla/5.0") == 200)
                assert self.status_of(port, "nikto") == 403, "a scanner is turned away"
            finally:
                apache.terminate()

    @staticmethod
    def status_of(port, agent):
        request = urllib.request.Request(f"http://127.0.0.1:{port}/index.html", headers={
            "User-Agent": agent, "Accept": "text/html"})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except urllib.error.URLError:
            return None

    def aide_takes_the_rules(self):
        ran("aide", "--config-check", "-c",
            self.agent.rules() / "integrity_monitoring" / "aide.conf")

    def egrep_takes_the_patterns_of_logcheck(self):
        files = [each for each in (self.agent.rules() / "log_inspection").rglob("*")
                 if each.is_file()]
        assert files
        for each in files:
            done = subprocess.run(["grep", "-E", "-q", "-f", each], input="x\n", text=True,
                                  capture_output=True, check=False)
            assert done.returncode in (0, 1), f"{each}: {done.stderr}"

    def firewalld_takes_the_services(self):
        """firewalld itself is asked where it is; installing it would close a machine's ports."""
        folder = self.folder / "firewalld"
        shutil.copytree(self.agent.rules() / "firewall", folder)
        zone = ElementTree.parse(folder / "zones" / "update-ledger.xml").getroot()
        names = [each.get("name") for each in zone.iter("service")]
        assert "ssh" in names, names
        for name in names:
            service = ElementTree.parse(folder / "services" / f"{name}.xml").getroot()
            assert service.tag == "service" and service.findtext("short"), name
        if program("firewall-offline-cmd") is None:
            return
        shutil.copy("/etc/firewalld/firewalld.conf", folder)
        ran("firewall-offline-cmd", "--system-config", folder, "--check-config")
        listed = ran("firewall-offline-cmd", "--system-config", folder, "--zone", "update-ledger",
                     "--list-services")
        assert set(names) == set(listed.split()), listed


def program(name):
    return shutil.which(name, path="/usr/bin:/usr/sbin:/bin:/sbin")


def document_of(path):
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return FEW_RULES


def main():
    missing = [each for each in ("clamscan", "apache2", "aide") if program(each) is None]
    if missing:
        print(f"skipped: tools/ci/packages-of-check has {', '.join(missing)}")
        return SKIPPED
    cases = Cases("consumers")
    ledgerd, agent, publish, rules = sys.argv[1:5]
    with RunningLedger(ledgerd, options=("--machines", "127.0.0.1:0")) as ledger:
        site = Site(ledger, agent, publish, document_of(rules))
        for case in (site.clamav_finds_what_an_update_brought,
                     site.a_rollback_takes_it_away_until_the_next_instruction,
                     site.a_pattern_that_is_not_signed_stays_out,
                     site.an_agent_that_is_killed_goes_on,
                     site.rules_come_as_files,
                     site.modsecurity_takes_the_rules,
                     site.aide_takes_the_rules,
                     site.egrep_takes_the_patterns_of_logcheck,
                     site.firewalld_takes_the_services):
            cases.run(case.__name__.replace("_", " "), case)
    return cases.report(sys.argv[5] if len(sys.argv) > 5 else None)


if __name__ == "__main__":
    sys.exit(main())
