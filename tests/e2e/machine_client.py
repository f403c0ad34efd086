"""A machine as a manager sees it: a key and a request made by openssl, and connections over TLS."""

import http.client
import json
import ssl
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from running_ledger import Answer


def openssl(*words):
    return subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True,
                          text=True).stdout


def fingerprint(certificate):
    told = openssl("x509", "-in", certificate, "-noout", "-fingerprint", "-sha256")
    return told.strip().split("=")[1]


class Machine:
    """`directory` gets its files; `authority` is the certificate of the manager's authority."""

    def __init__(self, directory, computer, url, authority):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.computer = computer
        self.url = url
        self.authority = authority
        self.key = self.directory / "key.pem"
        self.certificate = self.directory / "certificate.pem"
        self.session = f"{computer}-session"

    def request(self, key=None):
        """A certificate request, for a new key."""
        key = key or self.key
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key)
        return openssl("req", "-new", "-key", key, "-subj", f"/CN={self.computer}")

    def connect(self, with_certificate=True):
        context = ssl.create_default_context(cafile=self.authority)
        if with_certificate:
            context.load_cert_chain(self.certificate, self.key)
        parts = urlsplit(self.url)
        return http.client.HTTPSConnection(parts.hostname, parts.port, timeout=30, context=context)

    def ask(self, method, target, body=None, headers=None, token=None):
        """By its certificate, or by an enrolment token without one."""
        connection = self.connect(token is None)
        sent = {"Content-Type": "application/json", **(headers or {})}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        elif token is None:
            sent["Machine-Session"] = self.session
        try:
            connection.request(method, target, body=None if body is None else json.dumps(body),
                               headers=sent)
            response = connection.getresponse()
            return Answer(response, response.read())
        finally:
            connection.close()

    def enrol(self, token, **more):
        answer = self.ask("POST", "/v1/computers", {
            "computer": self.computer, "platform": "linux", "modules": ["anti_malware"],
            "certificate_request": self.request(), **more}, token=token)
        if answer.status == 201:
            self.certificate.write_text(answer.json()["certificate"], encoding="utf-8")
        return answer

    def own(self, rest):
        return f"/v1/computers/{self.computer}{rest}"

    def report(self, sequence, version, **more):
        return self.ask("POST", self.own("/report"), {
            "sequence": sequence, "components": [{"component": "virus-pattern",
                                                  "version": version}], **more})
