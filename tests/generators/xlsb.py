#!/usr/bin/env python3
"""Writes XLSB workbooks for tests/cases/check, record by record as MS-XLSB says, because no free program writes them.

    python3 tests/generators/xlsb.py    # nothing to install
"""
import pathlib
import struct
import zipfile

from rows import HEAD, PEOPLE

ROOT = pathlib.Path(__file__).resolve().parent.parent / "cases" / "check"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>"""
DATE, TEXT = 1, 0  # the formats of styles()
CODES = [(164, "[$USD] #,##0.00"), (165, '"$"#,##0.00'), (166, "#,##0,"), (167, "000-000"), (9, None)]  # those behind them


def rels(*targets):
    lines = "".join(f'<Relationship Id="rId{at}" Type="{REL}/{kind}" Target="{target}"/>'
                    for at, (kind, target) in enumerate(targets, 1))
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{lines}</Relationships>'


def number(value):
    """Seven bits a byte, the lowest first."""
    out = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)


def record(kind, data=b""):
    return number(kind) + number(len(data)) + data


def wide(text):
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def row(at, hidden):
    return record(0, struct.pack("<IIHBBB", at, 0, 300, 0, 0x10 if hidden else 0, 0) + struct.pack("<I", 0))


def cell(at, value):
    head = lambda style=TEXT: struct.pack("<II", at, style)
    parsed = struct.pack("<HI", 0, 3) + b"\x1e\x01\x00" + struct.pack("<I", 0)  # the formula =1
    match value:
        case None:
            return b""
        case bool():
            return record(4, head() + bytes([value]))
        case ("style", style, int() as whole):
            return record(2, head(style) + struct.pack("<I", whole << 2 | 2))
        case ("style", style, float() as real):
            return record(5, head(style) + struct.pack("<d", real))
        case ("date", serial):
            return record(5, head(DATE) + struct.pack("<d", serial))
        case ("formula", float() as result):
            return record(9, head() + struct.pack("<d", result) + parsed)
        case ("formula", error):
            return record(11, head() + bytes([error]) + parsed)
        case ("error", error):
            return record(3, head() + bytes([error]))
        case int() if 0 <= value < 1 << 29:
            return record(2, head() + struct.pack("<I", value << 2 | 2))
        case int() | float():
            return record(5, head() + struct.pack("<d", value))
        case _:
            return record(6, head() + wide(value))


def sheet(rows, hidden_rows=(), hidden_columns=(), merged=(), filtered=False):
    width = max(map(len, rows))
    area = struct.pack("<IIII", 0, len(rows) - 1, 0, width - 1)
    out = record(129) + record(147, bytes(23)) + record(148, area)
    out += record(390) + b"".join(record(60, struct.pack("<IIIIH", at, at, 2560, 0, 1)) for at in hidden_columns) + record(391)
    out += record(145)
    for at, cells in enumerate(rows):
        out += row(at, at in hidden_rows) + b"".join(cell(column, value) for column, value in enumerate(cells))
    out += record(146)
    if filtered:
        out += record(161, area) + record(163, struct.pack("<IH", 1, 0)) + record(164) + record(162)
    if merged:
        out += record(177, struct.pack("<I", len(merged)))
        out += b"".join(record(176, struct.pack("<IIII", *one)) for one in merged) + record(178)
    return out + record(130)


def styles():
    xf = lambda code: record(47, struct.pack("<HHHHHBBHH", 0xFFFF, code, 0, 0, 0, 0, 0, 0, 0))
    described = [record(44, struct.pack("<H", at) + wide(code)) for at, code in CODES if code]
    formats = record(615, struct.pack("<I", len(described))) + b"".join(described) + record(616)
    named = record(626, struct.pack("<I", 1)) + xf(9) + record(627)
    cells = xf(0) + xf(14) + b"".join(xf(at) for at, _ in CODES)
    return record(278) + formats + named + record(617, struct.pack("<I", 2 + len(CODES))) + cells + record(618) + record(279)


def write(name, sheets):
    """`sheets`: name, state (0 shown, 1 hidden), records."""
    folder = ROOT / name
    folder.mkdir(exist_ok=True)
    bundles = b"".join(record(156, struct.pack("<II", state, at) + wide(f"rId{at}") + wide(title))
                       for at, (title, state, _) in enumerate(sheets, 1))
    book = record(131) + record(153, struct.pack("<II", 0, 0) + wide("")) + record(143) + bundles + record(144)
    book += record(157, bytes(26)) + record(132)
    with zipfile.ZipFile(folder / "input.xlsb", "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("[Content_Types].xml", TYPES)
        out.writestr("_rels/.rels", rels(("officeDocument", "xl/workbook.bin")))
        out.writestr("xl/workbook.bin", book)
        targets = [("worksheet", f"worksheets/sheet{at}.bin") for at in range(1, len(sheets) + 1)]
        out.writestr("xl/_rels/workbook.bin.rels", rels(*targets, ("styles", "styles.bin")))
        out.writestr("xl/styles.bin", styles())
        for at, (_, _, records) in enumerate(sheets, 1):
            out.writestr(f"xl/worksheets/sheet{at}.bin", records)


def changed(*changes):
    rows = [list(HEAD)] + [list(person) for person in PEOPLE]
    for at, column, value in changes:
        rows[at - 1]["ABCDEFGHIJK".index(column)] = value
    return rows


write("wb_xlsb", [("Pay", 0, sheet(changed()))])
write("wb_xlsb_numbers", [("Pay", 0, sheet(changed(
    (2, "H", 62000), (3, "H", ("date", 46193.0)), (4, "H", ("error", 0x17)), (5, "I", 10.0 ** 16),
    (2, "I", 20304050), (2, "J", ("formula", 1000.1)), (3, "J", ("formula", 0x07)), (5, "K", True))))])
write("wb_xlsb_formats", [("Pay", 0, sheet(changed(
    (2, "J", ("style", 2, 2053.15)), (3, "J", ("style", 3, 2053.15)), (4, "J", ("style", 4, 2053)), (5, "J", ("style", 6, 2053.15)),
    (3, "H", ("style", 5, 62000)))))])
write("wb_xlsb_hidden", [
    ("Pay", 0, sheet(changed(), hidden_rows=(2, 4), hidden_columns=(8, 20), merged=((2, 3, 10, 10),), filtered=True)),
    ("June", 1, sheet(changed())),
])
