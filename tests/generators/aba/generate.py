"""Writes ABA files by the package aba of PyPI, each beside a table of what was meant.

python3 generate.py FOLDER SEED
"""

import csv
import datetime
import pathlib
import random
import sys

from aba.generator import AbaFile
from aba.records import DescriptiveRecord, DetailRecord

FAMILIES = ["HALE", "VANCE", "O'DOWD", "KERR-LOCKWOOD", "VAN DER BERG", "OSEI", "ALDRIDGE", "RENNER"]
GIVEN = ["ZOE", "THEO JAMES", "ADA", "MAX", "KOFI", "NINA", "IVY ROSE", "SEAN"]
HEADING = ["line", "bsb", "account_number", "account_name", "amount", "reference", "remitter"]

folder, seed = pathlib.Path(sys.argv[1]), int(sys.argv[2])
numbers = random.Random(seed)


def digits(count):
    return "".join(numbers.choice("0123456789") for _ in range(count))


def write(name, count, line_end):
    header = DescriptiveRecord("WBC", "BLUEGUM PAYROLL PTY LTD", "37819", "SALARIES", datetime.date(2026, 7, 17))
    file = AbaFile(header)
    rows = []
    for line in range(2, count + 2):
        bsb = f"{numbers.choice(['062', '033', '083', '633'])}-{digits(3)}"
        account = digits(numbers.randrange(4, 9)) + numbers.choice("123456789")
        title = f"{numbers.choice(FAMILIES)}. {numbers.choice(GIVEN)}"
        cents = numbers.randrange(1, 10**numbers.randrange(3, 9))
        reference = numbers.choice(["SALARY JUL26", f"PAY {digits(6)}", ""])
        detail = DetailRecord(bsb, account, "53", cents, title, reference, "032-000", "123456", "BLUEGUM")
        file.add_record(detail)
        rows.append([line, bsb, account, title, f"{cents // 100}.{cents % 100:02}", reference, "BLUEGUM"])
    (folder / f"pypi_{name}.aba").write_bytes(file.render_to_string(line_end).encode("ascii"))
    with open(folder / f"pypi_{name}.csv", "w", newline="") as table:
        csv.writer(table, lineterminator="\n").writerows([HEADING, *rows])


write("salaries", 20, "\r\n")
write("line_feeds", 5, "\n")
