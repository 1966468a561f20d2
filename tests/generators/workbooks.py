#!/usr/bin/env python3
"""Writes workbooks for tests/cases/check with openpyxl, and some of them anew with LibreOffice.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install openpyxl==3.1.5 msoffcrypto-tool
    /tmp/venv/bin/python tests/generators/workbooks.py            # all, LibreOffice's too if soffice is there
    /tmp/venv/bin/python tests/generators/workbooks.py wb_totals  # one

The workbooks are committed; run this after a change here. What payrun says of them stands beside them:
`UPDATE_EXPECTED=1 cargo test --test it check_cases`. All people and accounts are invented.
"""
import datetime
import io
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile

from openpyxl import Workbook
from openpyxl.chart import BarChart
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from rows import HEAD, PEOPLE

ROOT = pathlib.Path(__file__).resolve().parent.parent / "cases" / "check"
CASES = {}


def case(*, said=None, name="input.xlsx"):
    def register(make):
        CASES["wb_" + make.__name__] = (make, said, name)
        return make
    return register


def people(**changes):
    """The rows, with `column=[values]` put in."""
    rows = [list(row) for row in PEOPLE]
    for column, values in changes.items():
        for row, value in zip(rows, values):
            row[HEAD.index(column)] = value
    return rows


def book(rows=None, head=HEAD, title="Pay"):
    wb = Workbook()
    wb.properties.created = wb.properties.modified = datetime.datetime(2026, 7, 17)
    ws = wb.active
    ws.title = title
    for row in ([head] if head else []) + (people() if rows is None else rows):
        ws.append(row)
    return wb


@case()
def clean():
    return book()


@case()
def bsb_numbers():
    return book(people(bsb=[62000, 83004, 12055, 32000]))


@case(said="accept zero-lost,number-cell")
def bsb_numbers_accepted():
    return book(people(bsb=[62000, 83004, 12055, 32000], account_number=[20304050, 123456789, 987654321, 102030]))


@case()
def account_numbers():
    return book(people(account_number=[20304050, 123456789, 987654321, 102030]))


@case()
def digits_lost():
    return book(people(account_number=[12345678901234567890, 1e15, 999999999999999, 0.00000000012]))


@case()
def scientific():
    wb = book(people(account_number=["1.23E+08", 123000000, 987654321, "1.02E+05"]))
    wb.active["I3"].number_format = "0.00E+00"
    return wb


@case()
def bsb_date():
    return book(people(bsb=[datetime.date(2026, 6, 20), datetime.datetime(2026, 6, 20, 12, 30), "012-055", "032-000"]))


@case()
def other_dates():
    wb = book(people(amount=[datetime.date(2026, 7, 17), 2000.20, 3000.30, 4000.40]), head=HEAD + ["dob"])
    for row, date in enumerate([datetime.date(1990, 1, 31), datetime.date(1985, 12, 1), "1970-05-05", None], 2):
        wb.active.cell(row, 12, date)
    wb.active["C5"] = datetime.date(2026, 7, 17)
    return wb


@case()
def dates_from_1904():
    wb = book(head=HEAD + ["dob"])
    wb.epoch = CALENDAR_MAC_1904
    wb.active["L2"] = datetime.date(2020, 1, 31)
    wb.active["L3"] = datetime.date(1990, 1, 31)
    return wb


@case()
def error_cells():
    wb = book(people(bsb=["062-000", "083-004", "#N/A", "032-000"]))
    ws = wb.active
    for place, error in [("B2", "#REF!"), ("J3", "#DIV/0!"), ("H4", "#N/A"), ("I5", "#NAME?")]:
        ws[place].value, ws[place].data_type = error, "e"
    return wb


@case()
def truth_values():
    return book(people(reference=[True, "PAY", "PAY", False], account_number=["20304050", True, "987654321", "102030"]))


@case()
def formulas_never_calculated():
    wb = book()
    wb.active["J2"] = "=500*2"
    wb.active["K5"] = '="PAY "&"JULY"'
    return wb


@case()
def formats_of_zeros():
    wb = book(people(bsb=[62000, 83004, 12055, 32000], account_number=[20304050, 123456789, 12345678, 102030],
                     postcode=[2000, 2000, 800, 2000]))
    for row in range(2, 6):
        wb.active[f"H{row}"].number_format = "000-000"
        wb.active[f"I{row}"].number_format = "000000000"
        wb.active[f"G{row}"].number_format = "0000"
    wb.active["H5"].number_format = "@"
    return wb


@case()
def amounts():
    wb = book(people(amount=[1234.5600000000001, "2,000.20", 0.1 + 0.2, 1000]))
    wb.active["J2"].number_format = wb.active["J5"].number_format = '"$"#,##0.00'
    wb.active.append(PEOPLE[0][:1] + ["Ash", "Ender"] + PEOPLE[0][3:9] + [10.005, "PAY"])
    return wb


@case()
def hidden_rows():
    wb = book()
    for row in (3, 5, 40):
        wb.active.row_dimensions[row].hidden = True
    return wb


@case(said="accept hidden")
def hidden_rows_accepted():
    return hidden_rows()


@case(said="accept hidden:4")
def hidden_rows_accepted_elsewhere():
    return hidden_rows()


@case()
def hidden_columns():
    wb = book(head=HEAD[:10] + ["gross pay"])
    for column in ("I", "K", "Z"):
        wb.active.column_dimensions[column].hidden = True
    return wb


@case()
def hidden_sheet_with_payouts():
    wb = book()
    old = wb.create_sheet("June")
    for row in [HEAD] + people():
        old.append(row)
    old.sheet_state = "hidden"
    wb.create_sheet("Lists").append(["States", "NSW", "VIC"])
    wb["Lists"].sheet_state = "veryHidden"
    return wb


@case(said="sheet June")
def hidden_sheet_asked_for():
    return hidden_sheet_with_payouts()


@case(said="sheet June\naccept hidden")
def hidden_sheet_accepted():
    return hidden_sheet_with_payouts()


@case()
def filtered():
    wb = book()
    ws = wb.active
    ws.auto_filter.ref = "A1:K5"
    ws.auto_filter.add_filter_column(1, ["Robin", "Kim"])
    for row in (3, 5):
        ws.row_dimensions[row].hidden = True
    return wb


@case()
def filter_that_hides_nothing():
    wb = book()
    wb.active.auto_filter.ref = "A1:K5"
    wb.active.auto_filter.add_filter_column(5, ["NSW"])
    return wb


@case()
def filter_buttons_alone():
    wb = book()
    wb.active.auto_filter.ref = "A1:K5"
    return wb


@case()
def sheets_one_fits():
    wb = book()
    notes = wb.create_sheet("Read me", 0)
    notes.append(["This workbook has the pay of July."])
    wb.create_sheet("Staff").append(["employee id", "start date", "department"])
    wb.create_sheet("Empty")
    return wb


@case()
def sheets_several_fit():
    wb = book(title="July")
    august = wb.create_sheet("August \"late\"")
    for row in [HEAD] + people():
        august.append(row)
    return wb


@case(said="sheet July")
def sheet_asked_for():
    return sheets_several_fit()


@case(said="sheet july")
def sheet_not_there():
    return sheets_several_fit()


@case(said="sheet August\naccept hidden")
def sheet_of_hidden_rows():
    wb = book(people()[:1], title="July")
    august = wb.create_sheet("August")
    for row in [HEAD] + people():
        august.append(row)
    august.row_dimensions[3].hidden = True
    return wb


@case()
def sheets_none_fits():
    wb = book([["Robin", 1]], head=["who", "how much"], title="One")
    wb.create_sheet("Two").append(["what", "when"])
    return wb


@case()
def merged_header():
    head = HEAD[:7] + ["bank details", None, "amount", "reference"]
    wb = book(head=head)
    ws = wb.active
    ws.insert_rows(2)
    for column in range(1, 12):
        ws.cell(2, column, HEAD[column - 1] if column in (8, 9) else None)
        if column not in (8, 9):
            ws.merge_cells(start_row=1, end_row=2, start_column=column, end_column=column)
    ws.merge_cells("H1:I1")
    return wb


@case()
def merged_title_and_rows():
    wb = book()
    ws = wb.active
    ws.insert_rows(1)
    ws["A1"] = "Pay run 17 July 2026"
    ws.merge_cells("A1:K1")
    ws.merge_cells("K3:K4")
    ws.merge_cells("D5:E5")
    return wb


@case()
def header_again():
    return book(people()[:2] + [HEAD] + people()[2:])


@case()
def header_names_twice():
    return book([row + [row[9]] for row in people()], head=HEAD + ["net pay"])


@case()
def titles_above():
    return book([[], ["Acme Pty Ltd"], ["Pay run", datetime.date(2026, 7, 17)], [], HEAD] + people(), head=None)


@case()
def blank_rows():
    wb = book(people()[:2] + [[]] * 3 + people()[2:])
    wb.active["K900"].number_format = "0.00"
    return wb


@case()
def totals():
    return book(people() + [["Total"] + [None] * 8 + [10001.00]])


@case()
def totals_differ():
    return book(people() + [["Total"] + [None] * 8 + [10001.01]])


@case()
def note_below():
    return book(people() + [[], ["Approved by Jo Accountant"]])


@case()
def nothing_in_it():
    return book([], head=None)


@case()
def header_alone():
    return book([])


@case()
def charts_alone():
    wb = Workbook()
    wb.create_chartsheet("Chart").add_chart(BarChart())
    wb.remove(wb["Sheet"])
    return wb


@case()
def strange_texts():
    return book(people(first_name=["O\u2019Brien", " Zo\u00eb ", "\u5c0f\u660e", "Jo\nAnn"],
                       last_name=["<&>\"'", "_x0041_rcher", "B\u00e4cker", "Draper"]))


# ---- what openpyxl alone does not write: parts are changed in the archive


def changed(wb, change, drop=()):
    """The workbook's parts, each through `change(name, bytes)`."""
    packed = io.BytesIO()
    wb.save(packed)
    out = io.BytesIO()
    with zipfile.ZipFile(packed) as read, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as write:
        for name in read.namelist():
            if name not in drop:
                write.writestr(name, change(name, read.read(name)))
    return out.getvalue()


@case(name="input.xlsm")
def macros():
    def change(name, text):
        return text.replace(b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
                            b"application/vnd.ms-excel.sheet.macroEnabled.main+xml")
    return changed(book(), change)


@case()
def all_rows_hidden():
    def change(name, text):
        return text.replace(b"<sheetFormatPr", b'<sheetFormatPr zeroHeight="1"') if "sheet1" in name else text
    return changed(book(), change)


@case()
def entities():
    def change(name, text):
        if name != "xl/worksheets/sheet1.xml":
            return text
        lol = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        return lol.encode() + text
    return changed(book(), change)


@case()
def cells_out_of_order():
    def change(name, text):
        return text.replace(b'<row r="4"', b'<row r="2"').replace(b'r="A4"', b'r="A2"') if "sheet1" in name else text
    return changed(book(), change)


@case()
def part_outside():
    out = io.BytesIO(changed(book(), lambda name, text: text))
    with zipfile.ZipFile(out, "a") as write:
        write.writestr("../../outside.xml", "<x/>")
    return out.getvalue()


@case()
def part_twice():
    out = io.BytesIO(changed(book(), lambda name, text: text))
    with zipfile.ZipFile(out, "a") as write:
        write.writestr("xl/worksheets/Sheet1.xml", "<worksheet><sheetData/></worksheet>")
    return out.getvalue()


@case()
def part_missing():
    return changed(book(), lambda name, text: text, drop=("xl/worksheets/sheet1.xml",))


@case()
def external_links():
    wb = book()
    wb.active["J2"] = "='[other.xlsx]Pay'!$A$1"
    link = b'<c r="J2"><f>[1]Pay!$A$1</f><v>1000.1</v></c>'
    def change(name, text):
        at = text.find(b'<c r="J2"')
        return text if at < 0 else text[:at] + link + text[text.index(b"</c>", at) + 4:]
    return changed(wb, change)


@case()
def password():
    import msoffcrypto
    packed, out = io.BytesIO(), io.BytesIO()
    book().save(packed)
    office = msoffcrypto.OfficeFile(packed)
    office.encrypt("secret", out)
    return out.getvalue()


# ---- what is called a workbook and is none


@case(name="input.xls")
def web_page():
    return b"<html><body><table><tr><td>bsb</td><td>account_number</td><td>amount</td></tr></table></body></html>\n"


@case(name="input.xls")
def xml_of_2003():
    return (b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
            b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="Pay"/></Workbook>\n')


@case()
def csv_by_another_name():
    lines = [HEAD] + [[str(cell) for cell in row] for row in people()]
    return "".join(",".join(line) + "\n" for line in lines).encode()


def archive(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as write:
        for name, text in parts.items():
            write.writestr(name.replace("__", "/"), text)
    return out.getvalue()


@case()
def archive_of_a_csv():
    return archive(**{"pay.csv": "bsb,account_number,amount\n"})


@case()
def document_of_word():
    return archive(**{"[Content_Types].xml": "<Types/>", "word__document.xml": "<x/>"})


@case(name="input.numbers")
def numbers_of_apple():
    return archive(**{"Index__Document.iwa": "x", "preview.jpg": "x"})


@case()
def pdf():
    return b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


# ---- written anew by LibreOffice


def everything():
    """One sheet with all that a format may or may not keep."""
    wb = book(people(bsb=[62000, "083-004", "012-055", "032-000"], account_number=["20304050", 123456789, 987654321, "102030"]),
              head=HEAD + ["dob"])
    ws = wb.active
    ws["L2"], ws["L3"] = datetime.date(1990, 1, 31), datetime.date(1985, 12, 1)
    ws["J2"], ws["J3"] = "=500*2+0.1", "=1/0"
    ws["A7"], ws["J7"] = "Total", "=J2+J4+J5"
    ws.row_dimensions[4].hidden = True
    ws.column_dimensions["L"].hidden = True
    ws.merge_cells("K4:K5")
    old = wb.create_sheet("June")
    for row in [HEAD] + people():
        old.append(row)
    old.sheet_state = "hidden"
    return wb


def filtered_at_office():
    wb = filtered()
    wb.active.append(PEOPLE[0][:8] + ["20304051", 1.50, "PAY"])
    return wb


SHOWN = ["General", '"$"#,##0.00', '_-$* #,##0.00_-;-$* #,##0.00_-;_-$* "-"??_-;_-@_-', '[$A$-C09]#,##0.00;[Red]-[$A$-C09]#,##0.00',
         "#,##0.00;(#,##0.00)"]
SHOWN_OTHERWISE = ["[$USD] #,##0.00", "[$€-2] #,##0.00", "0%", "0.00%", "#,##0,", '0.0,,"m"', '0.00" hrs"', "(#,##0.00)",
                   "# ?/?", ";;;"]


def formats():
    """First the formats that show the amount, then those that show another."""
    codes = SHOWN + SHOWN_OTHERWISE
    rows = [[f"P{at}"] + ["Ash" + "abcdefghijklmnop"[at], "Ender"] + PEOPLE[0][3:8] + [str(20304050 + at), 2053.15, "PAY"]
            for at in range(len(codes))]
    wb = book(rows)
    for row, code in enumerate(codes, 2):
        wb.active[f"J{row}"].number_format = code
    wb.active["H3"], wb.active["H3"].number_format = 62000, "000-000"
    wb.active["H4"] = 62000
    return wb


OFFICE = {
    "wb_office_xlsx": (everything, "xlsx:Calc MS Excel 2007 XML", "input.xlsx"),
    "wb_office_xls": (everything, "xls:MS Excel 97", "input.xls"),
    "wb_office_ods": (everything, "ods:calc8", "input.ods"),
    "wb_office_xls_filtered": (filtered_at_office, "xls:MS Excel 97", "input.xls"),
    "wb_office_ods_filtered": (filtered_at_office, "ods:calc8", "input.ods"),
    "wb_office_xls_clean": (clean, "xls:MS Excel 97", "input.xls"),
    "wb_office_ods_clean": (clean, "ods:calc8", "input.ods"),
    "wb_office_xls_formats": (formats, "xls:MS Excel 97", "input.xls"),
    "wb_office_ods_formats": (formats, "ods:calc8", "input.ods"),
}


def convert(wb, kind):
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "input.xlsx")
        wb.save(source)
        subprocess.run(["soffice", "--headless", f"-env:UserInstallation=file://{folder}/user", "--convert-to", kind,
                        "--outdir", f"{folder}/out", source], check=True, capture_output=True)
        return next(pathlib.Path(folder, "out").iterdir()).read_bytes()


def put(name, file, made, said=None):
    folder = ROOT / name
    folder.mkdir(exist_ok=True)
    if isinstance(made, bytes):
        (folder / file).write_bytes(made)
    else:
        made.save(folder / file)
    if said:
        (folder / "said.txt").write_text(said + "\n")


def main():
    wanted = sys.argv[1:]
    for name, (make, said, file) in CASES.items():
        if not wanted or name in wanted:
            put(name, file, make(), said)
    for name, (make, kind, file) in OFFICE.items():
        if (not wanted or name in wanted) and shutil.which("soffice"):
            put(name, file, convert(make(), kind))


main()
