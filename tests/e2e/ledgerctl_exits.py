"""How ledgerctl ends: what a shell can tell apart."""

import http.server
import json
import socket
import subprocess
import threading

# Of a server that says no: with which status and code, and what ledgerctl ends with.
REFUSALS = [
    (400, "filter-invalid", 2), (400, "order-invalid", 2), (400, "as-of-malformed", 2),
    (400, "body-invalid", 2), (401, "credential-expired", 4), (403, "permission-missing", 4),
    (404, "policy-unknown", 3), (404, "route-not-found", 1), (405, "method-not-allowed", 1),
    (408, "body-too-slow", 7), (409, "plan-stale", 5), (410, "plan-expired", 5),
    (412, "version-stale", 5), (413, "body-too-large", 2), (422, "idempotency-key-reused", 5),
    (428, "if-match-missing", 5), (429, "rate-limited", 8), (431, "headers-too-large", 2),
    (500, "internal", 1), (500, "content-damaged", 6), (502, "", 8), (503, "views-behind", 8),
    (504, "", 7), (507, "disk-full", 8)]


class Refusing(http.server.BaseHTTPRequestHandler):
    """Says no to "/v1/policies/412.version-stale" as its name asks."""

    def do_GET(self):
        status, code = self.path.split("?")[0].rsplit("/", 1)[-1].split(".")
        problem = {"status": int(status), "detail": "No.", "request_id": "r"}
        body = json.dumps({**problem, "code": code} if code else problem).encode()
        self.send_response(int(status))
        self.send_header("Content-Type", "application/problem+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Exits:
    """What Ledgerctl of ledgerctl_verbs.py can do besides."""

    def exit_codes(self):
        run = self.run
        assert "did you mean \"policies\"" in run("polices", "list", expect=2).stderr
        assert "did you mean \"list\"" in run("policies", "lst", expect=2).stderr
        run("policies", "list", "-o", "xml", expect=2)
        run("policies", "create", expect=2)
        run("policies", "list", "--filter", "colour = red", expect=2)
        run("policies", "show", "none", expect=3)
        run("status", LEDGER_TOKEN_FILE="/nonexistent", expect=4)
        nobody = self.scratch / "nobody"
        nobody.write_text("ulg_local_x_" + "0" * 64)
        told = run("status", "--token-file", nobody, expect=4)
        assert "credential-unknown" in told.stderr and "request " in told.stderr, told.stderr
        viewer = self.scratch / "viewer"
        viewer.write_text(next(word for word in run(
            "token", "create", "--role", "viewer", "--expires-in", "P1D", "-q").stdout.split()
            if word.startswith("ulg_")))
        run("status", "--token-file", viewer)
        told = run("policies", "create", "--name", "x", "--token-file", viewer, expect=4)
        assert "configure" in told.stderr, told.stderr
        run("policies", "create", "--name", "web", expect=5)
        run("groups", "create", "--name", "k1", "--idempotency-key", "k")
        run("groups", "create", "--name", "k2", "--idempotency-key", "k", expect=5)
        told = run("status", "--server", "http://127.0.0.1:9", expect=8)
        assert "Is ledgerd running there?" in told.stderr, told.stderr
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}"
            run("status", "--server", url, "--timeout", 1, expect=7)
        told = subprocess.run([self.program, "policies", "show", "none", "-o", "json"],
                              capture_output=True, text=True, env=self.environment)
        assert json.loads(told.stderr)["code"] == "policy-unknown" and not told.stdout

    def a_refusal_ends_with_what_it_means(self):
        server = http.server.HTTPServer(("127.0.0.1", 0), Refusing)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for status, code, expected in REFUSALS:
            told = self.run("policies", "show", f"{status}.{code}", expect=expected, stderr="No.",
                            LEDGER_SERVER=f"http://127.0.0.1:{server.server_port}")
            assert code in told.stderr, told.stderr
        server.shutdown()
        server.server_close()
