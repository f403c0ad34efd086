"""Small inputs in the languages of the packages, written for these tests, and packages of them."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TOOL = ROOT / "tools" / "content" / "make-rule-updates"
sys.path.insert(0, str(TOOL.parent))

import packages  # noqa: E402

CRS_FOLDER = "usr/share/modsecurity-crs/rules/"
SETUP_FOLDER = "etc/modsecurity/crs/"
LOGCHECK_FOLDER = "etc/logcheck/"
AIDE_FOLDER = "usr/share/aide/config/aide/"
SERVICES_FOLDER = "usr/lib/firewalld/services/"
ZONES_FOLDER = "usr/lib/firewalld/zones/"

SQL_RULES = r'''
# Header of the file.

SecRule TX:LEVEL "@lt 1" "id:942011,phase:1,pass,nolog,skipAfter:END-SQL"

# Rule 942099 is off since CVE-2021-11111.
#SecRule ARGS "@rx off" \
#    "id:942099,\
#    block"

# Stops what cve-2014-1234 did.
SecRule ARGS|!ARGS:x "@rx \"union, select\"" \
    "id:942100,\
    phase:2,\
    block,\
    msg:'SQL, with a comma',\
    tag:'paranoia-level/1',\
    tag:'CVE-2020-0001',\
    severity:'CRITICAL',\
    chain"
    SecRule ARGS "@pmFromFile words.data" \
        "t:none,\
        chain"
        SecRule ARGS "@gt 1" "setvar:'tx.score=1'"
SecMarker "END-SQL"

SecRule ARGS "@rx two" \
    "id:942200,msg:'Second level',tag:'paranoia-level/2',severity:'WARNING'"
'''

JAVA_RULES = '''
SecRule ARGS "@contains java" "id:944100,msg:'Java (CVE-2019-7777)',severity:'CRITICAL'"
'''

EXCLUSION_RULES = '''
SecAction "id:9001000,phase:1,pass,setvar:tx.exclusions=1"
'''

AIDE_CONF = '''
gzip_dbout=yes
@@x_include /etc/aide/aide.conf.d ^[a-z]+$
Checksums = H
Owner = p+u+g
Full = Owner+Checksums
Log = Owner+growing
'''

SHOP_AIDE = r'''
# the shop
@@define SHOP @@{RUN}/shop
/@@{SHOP}/a\ b$ f Full
!/@@{SHOP}/cache$ d
@@if defined EXTRA
/srv/extra$ d Owner
@@else
/srv/plain$ d Owner
@@endif
@@undef SHOP
/var/log/shop\\.log$ f Log
'''

_SERVICE = ('<?xml version="1.0"?><service><short>{}</short>'
            '<description>{}</description>{}</service>')


def service(short: str, inner: str, description: str = "A service.") -> bytes:
    return _SERVICE.format(short, description, inner).encode()


class SamplePackage(packages.Package):
    """A package of given files, without a .deb."""

    def __init__(self, name: str, version: str, files: dict, programs=frozenset()):
        self.name, self.version, self.file = name, version, f"{name}_{version}_all.deb"
        self.sha256 = "0" * 64
        self.files = {path: data.encode() if isinstance(data, str) else data
                      for path, data in files.items()}
        self.programs = programs


def crs_files(sql_rules: str = SQL_RULES) -> dict:
    return {CRS_FOLDER + "REQUEST-942-APPLICATION-ATTACK-SQLI.conf": sql_rules,
            CRS_FOLDER + "REQUEST-944-APPLICATION-ATTACK-JAVA.conf": JAVA_RULES,
            CRS_FOLDER + "REQUEST-903.9001-SHOP-EXCLUSION-RULES.conf": EXCLUSION_RULES,
            CRS_FOLDER + "words.data": "one\ntwo\n",
            SETUP_FOLDER + "crs-setup.conf": 'SecAction "id:900990,pass,setvar:tx.version=1"\n'}


def sample_packages() -> dict:
    """A small world with everything that the six choices look at."""
    logcheck = SamplePackage("logcheck-database", "1", {
        LOGCHECK_FOLDER + "ignore.d.paranoid/shop": "# note\n\nshop: ready\n",
        LOGCHECK_FOLDER + "ignore.d.server/shop": "shop: ready\nshop: sold [0-9]+\n",
        LOGCHECK_FOLDER + "ignore.d.workstation/desk": "desk: opened\n",
        LOGCHECK_FOLDER + "cracking.d/shop": "shop: broken into\n"})
    aide = SamplePackage("aide-common", "1", {
        AIDE_FOLDER + "aide.conf": AIDE_CONF,
        AIDE_FOLDER + "aide.conf.d/10_aide_run": "@@define RUN run\n",
        AIDE_FOLDER + "aide.conf.d/10_aide_host": "#!/bin/sh\n/never$ f Full\n",
        AIDE_FOLDER + "aide.conf.d/31_aide_shop": SHOP_AIDE},
        frozenset({AIDE_FOLDER + "aide.conf.d/10_aide_host"}))
    firewalld = SamplePackage("firewalld", "1", {
        SERVICES_FOLDER + "ssh.xml": service("SSH", '<port protocol="tcp" port="22"/>'),
        SERVICES_FOLDER + "shop-web.xml": service("Shop", '<port protocol="tcp" port="8080"/>'),
        SERVICES_FOLDER + "shop.xml": service("All", '<include service="shop-web"/>'),
        SERVICES_FOLDER + "old.xml": service("Old", "", "This service is deprecated."),
        ZONES_FOLDER + "public.xml": '<zone><service name="ssh"/></zone>'})
    newer_rules = SQL_RULES.replace("@rx two", "@rx two|three")
    return {"aide-common": (aide, aide), "firewalld": (firewalld, firewalld),
            "logcheck-database": (logcheck, logcheck),
            "modsecurity-crs": (SamplePackage("modsecurity-crs", "1", crs_files()),
                                SamplePackage("modsecurity-crs", "2", crs_files(newer_rules)))}
