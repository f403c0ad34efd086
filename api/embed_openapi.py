#!/usr/bin/env python3
"""Makes openapi.yaml part of the program: embed_openapi.py openapi.yaml out.cc

The document is given as it stands and as JSON, each as one array of bytes.
"""

import json
import sys

import yaml


def array(name, text):
    """A C++ function that answers `text`."""
    data = text.encode()
    rows = (data[i:i + 24] for i in range(0, len(data), 24))
    numbers = ",\n".join(",".join(str(byte) for byte in row) for row in rows)
    return (f"const unsigned char {name}_bytes[] = {{\n{numbers}}};\n"
            f"std::string_view {name}() {{\n"
            f"  return {{reinterpret_cast<const char*>({name}_bytes), {len(data)}}};\n}}\n")


def main():
    source, target = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        text = file.read()
    document = json.dumps(yaml.safe_load(text), indent=1, default=str) + "\n"
    with open(target, "w", encoding="utf-8") as file:
        file.write('#include "api/openapi.h"\n\nnamespace api {\n\n')
        file.write(array("openapi_yaml", text) + "\n" + array("openapi_json", document))
        file.write("\n}  // namespace api\n")


if __name__ == "__main__":
    main()
