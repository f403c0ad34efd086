"""tuf-client as the public conformance suite of TUF asks it: the same names, the same attacks, by a
simulated repository of our own.

    tuf_conformance.py TUF_CLIENT [RESULTS.xml [PART_OF_A_NAME]]
"""

import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
import delegations  # noqa: E402, F401
import refreshes  # noqa: E402, F401
import signatures  # noqa: E402, F401
from cases import Cases  # noqa: E402
from registry import cases  # noqa: E402
from simulator import Client, Repository, Server  # noqa: E402


def run(server, program, function, arguments):
    with tempfile.TemporaryDirectory() as folder:
        server.repository = Repository()
        client = Client(program, server.url, pathlib.Path(folder))
        assert client.init(server.repository.bytes("root"))
        function(server.repository, client, *arguments)


def main():
    program, results, wanted = (sys.argv[1:] + ["", ""])[:3]
    server = Server()
    ended = Cases("tuf_conformance")
    for name, function, arguments in cases:
        if wanted in name:
            ended.run(name, lambda: run(server, program, function, arguments))
    server.shutdown()
    return ended.report(results or None)


if __name__ == "__main__":
    sys.exit(main())
