"""Every bench of ledger-bench runs and says figures that a program can read.

    bench.py LEDGER_BENCH [RESULTS_XML]

How large they are is no matter of a test.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from cases import Cases

BENCHES = {  # What each is to say at the least.
    "append_1": ["append_1", "append_1_p50", "append_1_p99"],
    "append_64": ["append_64", "append_64_p50", "append_64_p99"],
    "http_append": ["http_append_1", "http_append_64", "http_append_128", "http_append_128_p99"],
    "http_get": ["http_get_16", "http_get_16_p99", "http_get_16_beside_idle"],
    "fleet_beats": ["fleet_beats_by_token_kept", "fleet_beats_by_token",
                    "fleet_beats_by_certificate", "fleet_beat_processor_by_token_kept",
                    "fleet_beat_processor_by_token", "fleet_beat_processor_by_certificate"],
    "fleet_site": ["fleet_join", "fleet_release", "fleet_release_events",
                   "fleet_release_overview_p99", "fleet_idle_processor", "fleet_memory"],
    "tuf_client": ["tuf_refresh_processor", "target_verification_processor", "target_memory"],
    "verify": ["verify", "verify_folded", "verify_record_only"],
    "rebuild": ["rebuild"],
    "projector": ["projector"],
    "what_if": ["what_if", "step_p50", "step_p99"],
    "bytes_per_event": ["bytes_per_event_as_written", "bytes_per_event"],
    "as_of": ["as_of_point_near_p99", "as_of_point_far_p99", "as_of_list_near_p99",
              "as_of_list_far_p99"],
    "overview": ["overview_p50", "overview_p99"],
    "lists": ["list_all_p99", "list_by_status_many_p99", "list_by_status_few_p99",
              "list_by_group_p99", "list_by_group_and_status_p99", "list_by_name_p99",
              "find_by_name"],
    "bisect": ["bisect_by_status_p50", "bisect_by_status_p99", "bisect_failed_p99"],
    "blame": ["blame_computer_p99", "blame_busy_row_p99"],
    "diff": ["diff"],
    "proof": ["proof_inclusion_p99", "proof_consistency_p99"],
    "evidence": ["evidence_create", "evidence_verify"],
    "reports": ["report"],
    "sealed": ["sealed_p50", "sealed_p99"],
    "patterns": ["release_pattern_p50", "release_pattern_decision_p50", "send_patterns_p50",
                 "send_patterns_decision_p50"],
    "memory": ["memory_world", "memory_contacts"],
    "restart": ["restart_first", "restart_first_processor", "restart_after_stop",
                "restart_after_kill", "memory_ledgerd", "memory_ledgerd_peak"],
}
FIELDS = {"name": str, "parameters": dict, "value": (int, float), "unit": str,
          "raw": (int, float), "raw_of": str, "ratio": (int, float)}


def run(program, *words):
    return subprocess.run([program, *words], capture_output=True, text=True, timeout=300,
                          check=False)


def faults_of(line):
    """Yields what is wrong with a line of output."""
    try:
        figure = json.loads(line)
    except ValueError:
        yield f"no JSON: {line}"
        return
    if not isinstance(figure, dict) or set(figure) != set(FIELDS):
        yield f"other fields than {sorted(FIELDS)}: {line}"
        return
    for name, kind in FIELDS.items():
        if not isinstance(figure[name], kind) or isinstance(figure[name], bool):
            yield f"{name} is of another type: {line}"
            return
    # The heap may have had already what a small target needs.
    for name in ("raw",) if figure["name"] == "target_memory" else ("value", "raw", "ratio"):
        if not figure[name] > 0:
            yield f"{name} is not above 0: {line}"
    for name in ("name", "unit", "raw_of"):
        if not figure[name]:
            yield f"{name} is empty: {line}"


def check_all(program, faults):
    with tempfile.TemporaryDirectory(prefix="bench-e2e-") as directory:
        done = run(program, "all", "--small", "-o", "json", "--directory", directory)
        left = [each.name for each in Path(directory).iterdir()]
    if left:
        faults.append(f"ledger-bench leaves files: {left}")
    if done.returncode != 0:
        faults.append(f"exit status {done.returncode}: {done.stderr[-4000:]}")
    lines = done.stdout.splitlines()
    for line in lines:
        faults.extend(faults_of(line))
    if faults:
        return
    figures = {}
    for line in lines:
        figure = json.loads(line)
        figures.setdefault(figure["name"], []).append(figure)
    for bench, names in BENCHES.items():
        faults.extend(f"{bench} does not say {name}" for name in names if name not in figures)
    if any(figure["parameters"]["found"] == 0
           for figure in figures.get("bisect_by_status_p99", [])):
        faults.append("no bisection found an event")
    if len({figure["parameters"]["kind"] for figure in figures.get("report", [])}) != 5:
        faults.append("not every report was made")
    for name in ("release_pattern_p50", "send_patterns_p50"):
        for figure in figures.get(name, []):
            if figure["parameters"]["events"] != figure["parameters"]["commands"]:
                faults.append(f"not one event for each command: {figure}")
    for figure in figures.get("fleet_release_events", []):
        if figure["value"] > 2:
            faults.append(f"more than two events for each computer: {figure}")


def check_usage(program, faults):
    refused = run(program, "no-such-bench")
    if refused.returncode != 2 or "no-such-bench" not in refused.stderr or refused.stdout:
        faults.append(f"an unknown bench is answered {refused.returncode}: {refused.stderr}")
    told = run(program, "--help").stdout
    faults.extend(f"--help does not name {name}" for name in BENCHES if name not in told)


def main():
    cases = Cases("bench")
    for name, check in (("every bench", check_all), ("what is no bench", check_usage)):
        cases.run(name, lambda check=check: without_faults(check))
    return cases.report(sys.argv[2] if len(sys.argv) > 2 else None)


def without_faults(check):
    faults = []
    check(sys.argv[1], faults)
    assert not faults, "\n".join(faults)


if __name__ == "__main__":
    sys.exit(main())
