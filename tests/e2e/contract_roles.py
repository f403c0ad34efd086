"""Every operation, called by every role: let in exactly if the role's permissions say so."""

import re

# As the security page has it, told again: who may do what.
KNOWN = {"public", "signed_in"}
VIEWER = KNOWN | {"read", "read_log"}
AUDITOR = VIEWER | {"read_access", "export", "content", "verify"}
OPERATOR = VIEWER | {"export", "content", "operate"}
APPROVER = OPERATOR | {"apply"}
ADMIN = APPROVER | {"read_access", "verify", "configure", "administer", "enrol"}
ROLES = {
    "viewer": VIEWER,
    "auditor": AUDITOR,
    "operator": OPERATOR,
    "approver": APPROVER,
    "admin": ADMIN,
    "agent": KNOWN | {"agent", "content"},
    "relay": KNOWN | {"agent", "relay", "content"},
    "witness": KNOWN | {"read_log"},
}


def secrets(ledger):
    """A token for each role."""
    made = {}
    for role in ROLES:
        body = {"role": role, "expires_in": "P1D"}
        if role in ("agent", "relay"):
            body["computer"] = "pc-1"
        answer = ledger.ask("POST", "/v1/tokens", body)
        assert answer.status == 201, answer.body
        made[role] = answer.json()["secret"]
    return made


def target_of(pattern):
    """A path that names nothing, so that whoever is let in does no harm."""
    names = {"setting": "rule_updates_kept", "type": "disk_low", "update": "99-999",
             "rule": "9999999", "position": "999999999", "digest": "0" * 64, "tile": "9/000"}
    return re.sub(r"\{(\w+)\}", lambda m: names.get(m[1], "no-such-name"), pattern)


def is_denied(answer):
    return answer.status == 403 and answer.json()["code"] == "permission-missing"


def check_role(document, ledger, role, secret):
    wrong = []
    for name, (method, pattern, operation) in document.operations.items():
        if name == "streamEvents" and operation["x-permission"] in ROLES[role]:
            continue  # Its answer does not end; the story listens to it.
        answer = ledger.ask(method, target_of(pattern), None if method == "GET" else {},
                            token=secret)
        allowed = operation["x-permission"] in ROLES[role]
        if is_denied(answer) == allowed or answer.status == 401:
            wrong.append(f"{name}: {answer.status}, though it is "
                         f"{'allowed' if allowed else 'not allowed'}")
    assert not wrong, "\n".join(wrong)


def check_stranger(document, ledger):
    wrong = []
    for name, (method, pattern, operation) in document.operations.items():
        answer = ledger.ask(method, target_of(pattern), None if method == "GET" else {}, token=None)
        is_public = operation["x-permission"] == "public"
        if (answer.status == 401) == is_public:
            wrong.append(f"{name}: {answer.status}")
    assert not wrong, "\n".join(wrong)


def cases(document, ledger):
    made = {}

    def prepare():
        made.update(secrets(ledger))

    yield "every role gets a token", prepare
    for role in ROLES:
        yield (f"{role} is let in where its role says",
               lambda role=role: check_role(document, ledger, role, made[role]))
    yield "a stranger is let in where everybody is", lambda: check_stranger(document, ledger)
