// Writes ABA files by the package aba-generator, each beside a table of what was meant.
// node generate.cjs FOLDER SEED
const fs = require("fs");
const path = require("path");
const ABA = require("aba-generator");

const [folder, seed] = [process.argv[2], Number(process.argv[3])];

// mulberry32: the same numbers for the same seed, everywhere
let state = seed >>> 0;
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const below = (n) => Math.floor(random() * n);
const one = (list) => list[below(list.length)];
const digits = (n) => Array.from({ length: n }, () => below(10)).join("");

const FAMILIES = ["HALE", "VANCE", "O'DOWD", "KERR-LOCKWOOD", "VAN DER BERG", "OSEI", "ALDRIDGE", "RENNER"];
const GIVEN = ["ZOE", "THEO JAMES", "ADA", "MAX", "KOFI", "NINA", "IVY ROSE", "SEAN"];
const COMPANIES = ["BLUEGUM CLEANING PTY LTD", "Lockwood & Sons", "HILL STREET MEDICAL TRUST OF EASTERN VICTORIA"];
const PAYER = { bsb: "062000", account: "987654321" };

function payments(count, code, remitter) {
  return Array.from({ length: count }, (_, at) => {
    // numbers that floats do not hold, such as 1.15, among them; more than 99,999,999.99 in all would not fit a trailer
    const cents = 1 + below(at % 7 === 0 ? 999_999_999 : 900_000);
    return {
      cents,
      transactionCode: code,
      bsb: one(["062", "033", "083", "012", "184", "633"]) + digits(3),
      account: digits(4 + below(5)) + (1 + below(9)),
      amount: cents / 100,
      accountTitle: random() < 0.2 ? one(COMPANIES) : `${one(FAMILIES)}. ${one(GIVEN)}`,
      reference: one(["SALARY JUL26", `INV #${digits(6)}`, "A REFERENCE OF MORE THAN EIGHTEEN", ""]),
      traceBsb: PAYER.bsb,
      traceAccount: PAYER.account,
      remitter,
    };
  });
}

function file(header, list, balanced) {
  const sum = list.reduce((cents, payment) => cents + payment.cents, 0);
  const debit = { ...list[0], ...PAYER, transactionCode: ABA.DEBIT, amount: sum / 100, accountTitle: header.user };
  return new ABA({ header }).generate(balanced ? [...list, debit] : list);
}

const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
function row(line, payment) {
  const amount = `${Math.floor(payment.cents / 100)}.${String(payment.cents % 100).padStart(2, "0")}`;
  return [
    line,
    `${payment.bsb.slice(0, 3)}-${payment.bsb.slice(3)}`,
    payment.account,
    payment.accountTitle.slice(0, 32).trim(),
    amount,
    payment.reference.slice(0, 18).trim(),
    payment.remitter.slice(0, 16).trim(),
  ].map(String).map(quoted).join(",");
}

function write(name, text, rows) {
  const heading = "line,bsb,account_number,account_name,amount,reference,remitter";
  fs.writeFileSync(path.join(folder, `npm_${name}.aba`), text);
  fs.writeFileSync(path.join(folder, `npm_${name}.csv`), [heading, ...rows].join("\n") + "\n");
}

const header = { bank: "CBA", user: "BLUEGUM PAYROLL PTY LTD", userNumber: 301500, description: "SALARIES", date: "170726" };

const salaries = payments(25, ABA.PAY, "BLUEGUM PAYROLL PTY LTD");
write("salaries", file(header, salaries, false), salaries.map((payment, at) => row(at + 2, payment)));

const balanced = payments(12, ABA.CREDIT, "Bluegum");
write("balanced", file({ ...header, ...PAYER, time: "1530" }, balanced, true), balanced.map((payment, at) => row(at + 2, payment)));

const interest = payments(3, 57, "BLUEGUM").map((payment) => ({ ...payment, tax: "Y", taxAmount: 1.15 }));
write("withheld", file({ ...header, description: "INTEREST" }, interest, false), interest.map((payment, at) => row(at + 2, payment)));

const [first, second] = [payments(4, ABA.PAY, "BLUEGUM"), payments(6, ABA.PAY, "BLUEGUM")];
write(
  "two_batches",
  file(header, first, true) + "\r\n" + file({ ...header, description: "BONUS" }, second, false),
  [...first.map((payment, at) => row(at + 2, payment)), ...second.map((payment, at) => row(at + 5 + first.length, payment))],
);
