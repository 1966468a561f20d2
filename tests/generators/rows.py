"""The people whom the workbooks pay. All are invented."""

HEAD = ["payee_id", "first_name", "last_name", "street", "suburb", "state", "postcode", "bsb", "account_number",
        "amount", "reference"]
PEOPLE = [
    ["P1", "Robin", "Archer", "1 Hill Street", "Sydney", "NSW", "2000", "062-000", "20304050", 1000.10, "PAY JULY"],
    ["P2", "Sam", "Baker", "2 Hill Street", "Sydney", "NSW", "2000", "083-004", "123456789", 2000.20, "PAY JULY"],
    ["P3", "Kim", "Carter", "3 Hill Street", "Sydney", "NSW", "2000", "012-055", "987654321", 3000.30, "PAY JULY"],
    ["P4", "Lee", "Draper", "4 Hill Street", "Sydney", "NSW", "2000", "032-000", "102030", 4000.40, "PAY JULY"],
]
