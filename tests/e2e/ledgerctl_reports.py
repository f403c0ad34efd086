"""What tasks export, and reports over a period in every format."""

import csv
import io
import json

import yaml


class Reports:
    def lists_are_exported_by_tasks(self):
        for parameter, ending in (("policies", ".csv"), ("policies.jsonl", ".jsonl")):
            name = f"report{ending.replace('.', '-')}"
            self.run("task", "create", "--name", name, "--definition", json.dumps({
                "kind": "export_report", "parameter": parameter,
                "recurrence": {"kind": "hourly", "minute": 5}}))
            self.run("task", "run", name)
            self.ledger.wait_until("the run ends", lambda: self.rows(
                "task", "show", name)["last_succeeded"])
            (path,) = (self.ledger.data / "exports").glob(f"{name}-*{ending}")
            text = path.read_text()
            rows = ([json.loads(line) for line in text.splitlines()] if ending == ".jsonl"
                    else list(csv.DictReader(io.StringIO(text))))
            assert [each["policy"] for each in rows] == [
                each["policy"] for each in self.rows("policies", "list")], text
        self.run("task", "create", "--name", "odd", "--definition", json.dumps({
            "kind": "export_report", "parameter": "nonsense",
            "recurrence": {"kind": "hourly", "minute": 5}}))
        self.run("task", "run", "odd")
        run = self.ledger.wait_until("the run ends", lambda: [
            each for each in self.rows("task", "runs", "odd") if each["finished_at"]])[0]
        assert run["succeeded"] is False and "nonsense" in run["detail"], run

    def reports_are_exported_by_tasks_and_recorded(self):
        self.run("task", "create", "--name", "weekly", "--definition", json.dumps({
            "kind": "export_report", "parameter": "reports/coverage?from=-P7D&to=before:9",
            "recurrence": {"kind": "hourly", "minute": 5}}), expect=0)
        self.run("task", "run", "weekly")
        run = self.ledger.wait_until("the run ends", lambda: [
            each for each in self.rows("task", "runs", "weekly") if each["finished_at"]])[0]
        assert not run["succeeded"] and "Nothing was recorded" in run["detail"], run
        self.run("task", "change", "weekly", "--definition", json.dumps({
            "kind": "export_report", "parameter": "reports/coverage?from=1",
            "recurrence": {"kind": "hourly", "minute": 5}}))
        self.run("task", "run", "weekly")
        run = self.ledger.wait_until("the run ends", lambda: [
            each for each in self.rows("task", "runs", "weekly") if each["succeeded"]])[0]
        (made,) = self.rows("events", "list", "--type", "report.made")
        assert made["actor"]["kind"] == "system" and made["causation"] is not None, made
        assert made["data"]["digest"] in run["detail"], run
        for ending in ("html", "csv"):
            kept = self.ledger.data / "exports" / f"weekly-2.{ending}"
            again = self.scratch / f"again.{ending}"
            self.run("report", "coverage", "--from", made["data"]["from"], "--to",
                     made["data"]["to"], "--out", again)
            assert kept.read_bytes() == again.read_bytes(), ending
            assert made["data"]["digest"] in kept.read_text(), ending

    def reports_are_shown_in_every_format(self):
        for report in ("coverage", "time-to-protect", "changes", "exposure", "access"):
            words = ("report", report, "--from", "0")
            told = json.loads(self.run(*words, "-o", "json").stdout)
            pinned = (*words, "--to", told["report"]["to"]["position"])
            assert f"digest {told['digest']}" in self.run(*pinned).stdout, report
            assert told["digest"] in self.run(*pinned, "-o", "csv").stdout, report
            assert told["digest"] in self.run(*pinned, "-o", "html").stdout, report
            assert yaml.safe_load(self.run(*pinned, "-o", "yaml").stdout) == told, report
        assert "html" in self.run("__complete", "report", "changes", "--output", "").stdout
        self.run("report", "coverage", "--from", "5", "--to", "4", expect=2)
        self.run("report", "exposure", "--about", "log4j", expect=2)
        self.run("policies", "list", "-o", "html", expect=2)
