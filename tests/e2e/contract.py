"""openapi.yaml and a running ledgerd say the same.

    contract.py LEDGERD OPENAPI_YAML [RESULTS_XML]

Every operation of the document is called, in a story that gives each of them something to do, and
every answer must be one that the document describes: its status, its media type, its JSON, where a
field that the document does not have is an error. Then every operation is sent rubbish, and called
by every role.
"""

import re
import sys
from urllib.parse import quote, urlencode

import jsonschema
import yaml

import contract_roles
import contract_rubbish
import contract_story
import independent_fold
from cases import Cases
from running_ledger import RunningLedger


# Answered well where there is what it takes: tools/story/chapters_travel.py publishes a repository.
ELSEWHERE = {"fetchRepositoryFile"}


class Document:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.root = yaml.safe_load(file)
        self.operations = {}  # operationId -> (method, path, operation)
        for path_name, item in self.root["paths"].items():
            for method, operation in item.items():
                if method == "parameters":
                    continue
                operation["path_parameters"] = item.get("parameters", [])
                name = operation["operationId"]
                assert name not in self.operations, f"{name} stands twice"
                self.operations[name] = (method.upper(), path_name, operation)

    def resolved(self, node):
        while isinstance(node, dict) and "$ref" in node:
            target = self.root
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            node = target
        return node

    def validator(self, schema):
        return jsonschema.Draft202012Validator({"components": self.root["components"], **schema})

    def parameter_names(self, operation, place):
        listed = operation["path_parameters"] + operation.get("parameters", [])
        return {each["name"] for each in map(self.resolved, listed) if each["in"] == place}


class Contract:
    """Calls operations by their ids and compares what comes with the document."""

    def __init__(self, document, ledger):
        self.document = document
        self.ledger = ledger
        self.answered = {}  # operationId -> statuses
        self.checked_answers = 0
        self.codes = set()  # Of all problems that were told.

    def call(self, name, path=None, query=None, body=None, headers=None, token="admin",
             expect=None, streams=False, by=None):
        method, pattern, operation = self.document.operations[name]
        given = dict(path or {})
        target = re.sub(r"\{(\w+)\}", lambda m: quote(str(given.pop(m[1])), safe="/"), pattern)
        assert not given, f"{name}: {given} is not in {pattern}"
        if query:
            unknown = set(query) - self.document.parameter_names(operation, "query")
            assert not unknown, f"{name}: the document has no parameters {unknown}"
            target += "?" + urlencode(query)
        if by:  # A machine.
            answer = by.ask(method, target, body, headers)
        elif streams:
            answer = self.ledger.first_piece(target, headers)
        else:
            answer = self.ledger.ask(method, target, body, headers, token)
        self.check(name, operation, answer)
        if expect is not None and answer.status != expect:
            raise AssertionError(f"{name} {target}: {answer.status} instead of {expect}: "
                                 f"{answer.body[:2000].decode(errors='replace')}")
        shows_a_position = "as_of" in self.document.parameter_names(operation, "query")
        if shows_a_position and "etag" in answer.headers and not by:
            self.asked_again(name, target, answer, headers, token)
        return answer

    def asked_again(self, name, target, before, headers, token):
        """By whoever has the answer already, if it is the same still."""
        operation = self.document.operations[name][2]
        assert "If-None-Match" in self.document.parameter_names(operation, "header"), name
        answer = self.ledger.ask("GET", target, None, {
            **(headers or {}), "If-None-Match": before.headers["etag"]}, token)
        self.check(name, operation, answer)
        if answer.headers.get("etag") == before.headers["etag"]:
            assert answer.status == 304, f"{name} {target}: {answer.status} instead of 304"

    def check(self, name, operation, answer):
        described = operation["responses"].get(str(answer.status))
        shown = answer.body[:1500].decode(errors="replace")
        assert described is not None, f"{name}: status {answer.status} is not described: {shown}"
        content = self.document.resolved(described).get("content", {})
        self.answered.setdefault(name, set()).add(answer.status)
        self.checked_answers += 1
        if not content:
            assert not answer.body, f"{name}: a body that is not described: {shown}"
            return
        assert answer.media_type in content, f"{name}: {answer.media_type} is not described"
        if answer.media_type == "application/problem+json":
            self.codes.add(answer.json()["code"])
        schema = content[answer.media_type].get("schema")
        if schema is None:
            return
        errors = sorted(self.document.validator(schema).iter_errors(answer.json()),
                        key=lambda error: list(error.absolute_path))
        if errors:
            best = jsonschema.exceptions.best_match(errors)
            raise AssertionError(f"{name} answers {answer.status} otherwise than described, at "
                                 f"{best.json_path}: {best.message[:600]}\n{shown}")

    def check_all_called(self):
        """Every operation succeeded at least once."""
        missing = [name for name in self.document.operations if name not in ELSEWHERE
                   and not any(status < 300 for status in self.answered.get(name, ()))]
        assert not missing, f"never answered well: {', '.join(missing)}"

    def check_pages(self):
        """Every problem that was told has a page that says what to do."""
        missing = [code for code in sorted(self.codes)
                   if self.ledger.ask("GET", f"/problems/{code}").status != 200]
        assert not missing, f"without a page: {', '.join(missing)}"


def main():
    program, openapi = sys.argv[1:3]
    cases = Cases("contract")
    run = cases.run
    document = Document(openapi)
    with RunningLedger(program, options=("--machines", "127.0.0.1:0")) as ledger:
        contract = Contract(document, ledger)
        for name, chapter in contract_story.chapters(contract):
            run(name, chapter)
        run("every operation is called", contract.check_all_called)
        run("every problem has a page", contract.check_pages)
        run("answers are what another program makes of the records",
            lambda: independent_fold.check(ledger))
        for name, case in contract_rubbish.cases(contract):
            run(name, case)
        for name, case in contract_roles.cases(document, ledger):
            run(name, case)
    print(f"{contract.checked_answers} answers compared with the document")
    return cases.report(sys.argv[3] if len(sys.argv) > 3 else None)


if __name__ == "__main__":
    sys.exit(main())
