"""Cases that run one after another, whatever becomes of the one before, and their report."""

import traceback
import xml.etree.ElementTree as xml


class Cases:
    def __init__(self, suite):
        self.suite = suite
        self.ended = []  # (name, why it failed or None)

    def run(self, name, case):
        try:
            case()
            self.ended.append((name, None))
        except Exception:  # Whatever it is, the next case runs, and this one has failed.
            self.ended.append((name, traceback.format_exc()))

    def report(self, results=None):
        """Prints what failed, writes JUnit's XML if a file is named; the status of the process."""
        suite = xml.Element("testsuite", name=self.suite, tests=str(len(self.ended)))
        failed = 0
        for name, failure in self.ended:
            element = xml.SubElement(suite, "testcase", classname=self.suite, name=name)
            if failure:
                failed += 1
                print(f"FAILED {name}\n{failure}")
                xml.SubElement(element, "failure", message=failure)
        if results:
            xml.ElementTree(suite).write(results)
        print(f"{len(self.ended) - failed} cases passed, {failed} failed")
        return 1 if failed else 0
