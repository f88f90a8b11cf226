#!/usr/bin/env python3
"""Writes the tables that the C files of this folder include.

    python3 flows/text/tables.py          writes gsm7_table.inc and transliterate_table.inc
    python3 flows/text/tables.py --check  exit 1 when one of them is not what would be written

Source: tests/data/text/gsm0338.json (3GPP TS 23.038 6.2.1) and transliteration.json.  The build needs no Python:
the tables are checked in, and tests/unit/ and tests/e2e/text_test.py hold them against the same source.
"""
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parent.parent / "tests" / "data" / "text"
HEAD = "/* Written by flows/text/tables.py from tests/data/text/{source}; do not edit. */\n"
NONE, EXTENDED = 0xFF, 0x80
ESCAPE = 0x1B
WIDTH = 118


def code_point(entry):
    return int(entry["cp"][2:], 16)


def wrap(items):
    lines, line = [], "\t"
    for item in items:
        if len(line.expandtabs(8)) + len(item) + 2 > WIDTH:
            lines.append(line.rstrip())
            line = "\t"
        line += item + ", "
    return "\n".join(lines + [line.rstrip()]) + "\n"


def gsm7():
    data = json.loads((DATA / "gsm0338.json").read_text("utf-8"))
    basic = {int(e["code"], 16): code_point(e) for e in data["basic"] if e["cp"]}
    basic[ESCAPE] = 0
    extension = {int(e["code"][2:], 16): code_point(e) for e in data["extension"]}
    septet_of = {cp: code for code, cp in basic.items() if code != ESCAPE}
    septet_of.update({cp: code | EXTENDED for code, cp in extension.items()})
    latin = [septet_of.get(cp, NONE) for cp in range(256)]
    others = sorted((cp, septet) for cp, septet in septet_of.items() if cp > 255)
    out = HEAD.format(source="gsm0338.json")
    out += "\n/* code point of each septet; 0 where the escape to the extension table stands */\n"
    out += "static const uint16_t gsm7_basic[128] = {\n" + wrap(f"0x{basic[i]:04X}" for i in range(128)) + "};\n"
    out += "\n/* septet behind the escape, code point */\n"
    out += "static const uint16_t gsm7_extension[][2] = {\n"
    out += wrap(f"{{ 0x{code:02X}, 0x{cp:04X} }}" for code, cp in sorted(extension.items())) + "};\n"
    out += "\n/* septet of U+0000..U+00FF; bit 7: behind the escape; 0xFF: not in the alphabet */\n"
    out += "static const unsigned char gsm7_of_latin[256] = {\n" + wrap(f"0x{s:02X}" for s in latin) + "};\n"
    out += "\n/* code point above U+00FF, septet; sorted */\n"
    out += "static const uint16_t gsm7_of_other[][2] = {\n"
    out += wrap(f"{{ 0x{cp:04X}, 0x{s:02X} }}" for cp, s in others) + "};\n"
    return out


class Pool:
    """Replacements one behind the other; what stands there already is used again."""

    def __init__(self):
        self.bytes = b""

    def at(self, text):
        data = text.encode("utf-8")
        found = self.bytes.find(data)
        if found < 0:
            found = len(self.bytes)
            self.bytes += data
        return f"{found}, {len(data)}"

    def literal(self):
        items, line = [], ""
        for byte in self.bytes:
            char = chr(byte)
            if char in '"\\?':  # "??=" would be a trigraph
                line += "\\" + char
            elif 32 <= byte < 127:
                line += char
            else:
                line += f"\\{byte:03o}"
            if len(line) > 90:
                items.append(line)
                line = ""
        return "".join(f'\t"{item}"\n' for item in items + [line])


def overrides(data):
    for lang, entries in sorted(data["meta"]["language_overrides"].items()):
        both = {}
        for char, gsm in entries.items():
            if len(char) == 1:
                both[ord(char)] = gsm
                both[ord(char.upper())] = gsm.capitalize()
        yield lang, sorted(both.items())


def transliterate():
    data = json.loads((DATA / "transliteration.json").read_text("utf-8"))
    chars = sorted((code_point(e), e["gsm"]) for e in data["chars"])
    pool = Pool()
    rows = [f"{{ 0x{cp:04X}, {pool.at(gsm)} }}" for cp, gsm in chars]
    langs = [(lang, [f"{{ 0x{cp:04X}, {pool.at(gsm)} }}" for cp, gsm in entries])
             for lang, entries in overrides(data)]
    out = HEAD.format(source="transliteration.json")
    out += "\nstatic const char replacement_pool[] =\n" + pool.literal().rstrip("\n") + ";\n"
    out += "\n/* code point, place and length in the pool; sorted by code point */\n"
    out += "static const struct replacement replacements[] = {\n" + wrap(rows) + "};\n"
    for lang, entries in langs:
        out += f"\nstatic const struct replacement replacements_{lang}[] = {{\n" + wrap(entries) + "};\n"
    out += "\nstatic const struct override_list override_lists[] = {\n"
    for lang, entries in langs:
        out += f'\t{{ "{lang}", replacements_{lang}, {len(entries)} }},\n'
    out += "};\n"
    return out


def main():
    stale = 0
    for name, text in (("gsm7_table.inc", gsm7()), ("transliterate_table.inc", transliterate())):
        path = HERE / name
        if sys.argv[1:] == ["--check"]:
            if not path.exists() or path.read_text("utf-8") != text:
                print(f"{name} is not what tables.py writes", file=sys.stderr)
                stale = 1
        else:
            path.write_text(text, "utf-8")
    return stale


if __name__ == "__main__":
    sys.exit(main())
