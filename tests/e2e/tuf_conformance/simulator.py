"""A repository of TUF that can misbehave in every way, the server that serves it, and the client
that is asked by the command line of the public conformance suite."""

import datetime
import hashlib
import http.server
import json
import subprocess
import threading
from urllib.parse import quote

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

TOP = ("root", "timestamp", "snapshot", "targets")


def canonical(value):
    """Bytes that are signed: sorted, without white space, only quotes and backslashes escaped."""
    if isinstance(value, dict):
        members = (canonical(name) + b":" + canonical(value[name]) for name in sorted(value))
        return b"{" + b",".join(members) + b"}"
    if isinstance(value, (list, tuple)):
        return b"[" + b",".join(map(canonical, value)) + b"]"
    if isinstance(value, str):
        return b'"' + value.replace("\\", "\\\\").replace('"', '\\"').encode() + b'"'
    return json.dumps(value).encode()


def in_days(days):
    then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
    return then.strftime("%Y-%m-%dT%H:%M:%SZ")


def digest(data):
    return hashlib.sha256(data).hexdigest()


class Key:
    """A private key of one of the three kinds; `more`: fields that TUF does not know."""

    SCHEMES = {"ed25519": "ed25519", "ecdsa": "ecdsa-sha2-nistp256", "rsa": "rsassa-pss-sha256"}

    def __init__(self, kind="ed25519", **more):
        self.kind = kind
        if kind == "ed25519":
            self.private = ed25519.Ed25519PrivateKey.generate()
            text = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
        else:
            self.private = (ec.generate_private_key(ec.SECP256R1()) if kind == "ecdsa"
                            else rsa.generate_private_key(65_537, 2_048))
            text = self.private.public_key().public_bytes(
                Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
        self.public = {"keytype": kind, "scheme": self.SCHEMES[kind], "keyval": {"public": text},
                       **more}
        self.id = digest(canonical(self.public))

    def sign(self, data):
        if self.kind == "ed25519":
            return self.private.sign(data).hex()
        if self.kind == "ecdsa":
            return self.private.sign(data, ec.ECDSA(hashes.SHA256())).hex()
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
        return self.private.sign(data, pss, hashes.SHA256()).hex()


class Repository:
    """What it is about to publish lies in `parts`, what it serves in `served`."""

    def __init__(self):
        self.lists_hashes = False
        self.signers = {role: [Key()] for role in TOP}
        self.served = {}  # By role, then by the version in the URL, or None.
        self.files = {}  # Of targets, by path.
        self.requests = []  # (role as in the URL, version or None)
        roles = {role: {"keyids": [], "threshold": 1} for role in TOP}
        self.parts = {
            "root": self.part("root", keys={}, roles=roles, consistent_snapshot=True),
            "timestamp": self.part("timestamp", meta={"snapshot.json": {"version": 1}}),
            "snapshot": self.part("snapshot", meta={}),
            "targets": self.part("targets", targets={})}
        for role in TOP:
            self.delegate_to(role, self.signers[role][0])
        self.publish("root", "targets", "snapshot", "timestamp")

    @staticmethod
    def part(kind, **more):
        return {"_type": kind, "spec_version": "1.0.34", "version": 1, "expires": in_days(30),
                **more}

    def __getattr__(self, role):
        try:
            return self.__dict__["parts"][role]
        except KeyError:
            raise AttributeError(role) from None

    # -- Keys and roles --------------------------------------------------------------------------

    def delegate_to(self, role, key):
        """Root lists this key for a role of the top."""
        self.root["keys"][key.id] = key.public
        self.root["roles"][role]["keyids"].append(key.id)

    def add_key(self, role, key=None):
        key = key or Key()
        self.delegate_to(role, key)
        self.signers[role].append(key)
        return key

    def rotate(self, role):
        self.set_keys(role, [Key()])

    def set_keys(self, role, keys, threshold=1, signers=None):
        self.root["roles"][role] = {"keyids": [], "threshold": threshold}
        for key in keys:
            self.delegate_to(role, key)
        self.signers[role] = list(keys if signers is None else signers)

    def delegate(self, parent, role, paths=("*",), key=None, terminating=False, expires=None):
        """`parent` trusts `role` for these paths, under a key that signs it from now on."""
        key = key or Key()
        if role not in self.parts:
            self.parts[role] = self.part("targets", targets={})
        if expires:
            self.parts[role]["expires"] = expires
        signers = self.signers.setdefault(role, [])
        if key not in signers:
            signers.append(key)
        found = self.parts[parent].setdefault("delegations", {"keys": {}, "roles": []})
        found["keys"][key.id] = key.public
        found["roles"].append({"name": role, "keyids": [key.id], "threshold": 1,
                               "terminating": terminating, "paths": list(paths)})
        return key

    def add_file(self, role, path, data):
        self.files[path] = data
        self.parts[role]["targets"][path] = {"length": len(data),
                                             "hashes": {"sha256": digest(data)}}

    # -- Publishing ------------------------------------------------------------------------------

    def publish(self, *roles, bump=True):
        """Signs them, in this order, and serves them."""
        for role in roles:
            part = self.parts[role]
            if bump and role in self.served:
                part["version"] += 1
            self.serve(role, self.signed(role), part["version"])
            self.note(role)

    def signed(self, role):
        part = self.parts[role]
        data = canonical(part)
        signatures = [{"keyid": key.id, "sig": key.sign(data)} for key in self.signers[role]]
        return {"signatures": signatures, "signed": part}

    def serve(self, role, document, version):
        data = json.dumps(document, indent=1).encode()
        key = None if role == "timestamp" else version
        self.served.setdefault(role, {})[key] = data

    def note(self, role):
        """Whoever lists it says so when it is published next."""
        if role in ("root", "timestamp"):
            return
        version = self.parts[role]["version"]
        listed = {"version": version}
        if self.lists_hashes:
            data = self.served[role].get(version, b"")
            listed.update(length=len(data), hashes={"sha256": digest(data)})
        lister = "timestamp" if role == "snapshot" else "snapshot"
        self.parts[lister]["meta"][f"{role}.json"] = listed

    def publish_all(self, *more):
        self.publish(*more, "targets", "snapshot", "timestamp")

    def bytes(self, role):
        """Those of the version that was served last."""
        return list(self.served[role].values())[-1]

    def change(self, role, edit):
        """Edits what is served as it is, signatures and all."""
        key = list(self.served[role])[-1]
        document = json.loads(self.served[role][key])
        edit(document)
        self.served[role][key] = json.dumps(document).encode()

    # -- Serving ---------------------------------------------------------------------------------

    def answer(self, path):
        """The bytes of a request, or nothing."""
        kind, _, name = path.lstrip("/").partition("/")
        if kind == "targets":
            folder, _, file = name.rpartition("/")
            hash_, _, rest = file.partition(".")
            found = self.files.get(f"{folder}/{rest}" if folder else rest)
            return found if found is not None and hash_ else None
        name = name.removesuffix(".json")
        version, dot, role = name.partition(".")
        asked = (role, int(version)) if dot and version.isdigit() else (name, None)
        self.requests.append(asked)
        for role in self.served:
            if quote(role, "") == asked[0]:
                return self.served[role].get(asked[1])
        return None


class Server(http.server.ThreadingHTTPServer):
    """Serves one repository after the other, to one client."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.repository = None
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        found = self.server.repository.answer(self.path)
        self.send_response(404 if found is None else 200)
        self.send_header("Content-Length", str(len(found or b"")))
        self.end_headers()
        self.wfile.write(found or b"")


class Client:
    def __init__(self, program, url, folder):
        self.program, self.url = program, url
        self.metadata = folder / "metadata"
        self.got = folder / "got"
        self.first = folder / "first.json"
        for each in (self.metadata, self.got):
            each.mkdir()

    def run(self, *words, days=0):
        before = ["faketime", "-f", f"+{days}d"] if days else []
        done = subprocess.run([*before, self.program, "--metadata-dir", self.metadata, *words],
                              capture_output=True, timeout=60, check=False)
        assert done.returncode in (0, 1), done
        return done.returncode == 0

    def init(self, root):
        self.first.write_bytes(root)
        return self.run("init", self.first)

    def refresh(self, days=0):
        return self.run("--metadata-url", f"{self.url}/metadata", "refresh", days=days)

    def download(self, *names, days=0):
        named = [word for name in names for word in ("--target-name", name)]
        return self.run("--metadata-url", f"{self.url}/metadata", *named, "--target-dir", self.got,
                        "--target-base-url", f"{self.url}/targets", "download", days=days)

    def trusted(self):
        """What it trusts, by the names of its files."""
        return {file.stem: json.loads(file.read_bytes())["signed"]["version"]
                for file in sorted(self.metadata.rglob("*.json"))}

    def kept(self, role):
        return (self.metadata / f"{role}.json").read_bytes()

    def files(self):
        return sorted(file.read_bytes() for file in self.got.rglob("*") if file.is_file())
