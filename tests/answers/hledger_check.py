"""The same books in hledger: its balances are golden figures that no code of this project made."""
import csv
import io
import shutil
import subprocess

from oracle import ZERO, Decimal

TOP = {"expense": "expenses", "refund": "expenses", "income": "income", "transfer": "transfers"}


def available():
    return shutil.which("hledger") is not None


def account(model, row):
    """Food: Groceries becomes expenses:Food:Groceries."""
    return ":".join([TOP[row.kind], *model.path(row.category).split(": ")])


def journal(model):
    """One transaction per counted row, in the ledger's currency."""
    out = []
    for row in sorted(model.rows, key=lambda row: (row.day, int(row.id))):
        if not row.deleted and row.base is not None:
            out.append(f"{row.day} expense {row.id}\n"
                       f"    {account(model, row)}  {row.base} {model.currency}\n"
                       f"    assets:everything\n")
    return "\n".join(out)


def balances(text, *more):
    """{(account, column): amount} of hledger's flat balance report."""
    done = subprocess.run(
        ["hledger", "-f", "-", "bal", "--flat", "--no-total", "--empty", "--output-format", "csv",
         *more], input=text.encode(), stdout=subprocess.PIPE, check=True)
    rows = list(csv.reader(io.StringIO(done.stdout.decode())))
    found = {}
    for row in rows[1:]:
        for column, cell in zip(rows[0][1:], row[1:]):
            amount = ZERO if cell == "0" else Decimal(cell.split()[0].replace(",", ""))
            if amount:
                found[row[0], column] = amount
    return found


def by_category_and_month(text, kind="expenses"):
    """{(path, YYYY-MM): amount}, as the server names them."""
    return {(": ".join(name.split(":")[1:]), column[:7]): amount for (name, column), amount
            in balances(text, "--monthly", f"^{kind}:").items()}


def by_payee(model, kind="expenses"):
    """{merchant: amount}: hledger's own grouping by payee. A number stands for each merchant, because
    names hold what hledger takes for comments."""
    names = sorted({row.merchant_folded or "(none)" for row in model.rows})
    out = [f"{row.day} m{names.index(row.merchant_folded or '(none)')} | {row.id}\n"
           f"    {account(model, row)}  {row.base} {model.currency}\n    assets:everything\n"
           for row in model.rows if not row.deleted and row.base is not None]
    return {names[int(name[1:])]: amount for (name, _), amount
            in balances("\n".join(out), "--pivot", "payee", f"acct:^{kind}").items()}


def by_user(model):
    """{user: what was paid}."""
    users = list(model.users.values())
    out = []
    for row in model.rows:
        if row.deleted or row.base is None or row.kind not in ("expense", "refund") \
                or row.user is None:
            continue
        out.append(f"{row.day} {row.id}\n    paid:{model.users[row.user]}  {row.base} {model.currency}\n"
                   "    assets:everything\n")
    paid = {name.split(":", 1)[1]: amount for (name, _), amount
            in balances("\n".join(out), "^paid").items()}
    return {user: paid.get(user, ZERO) for user in users}


def by_span(text, span, kind="expenses"):
    """Totals of quarters or years: {first day of the column as hledger names it: amount}."""
    found = {}
    for (_, column), amount in balances(text, span, f"^{kind}:").items():
        found[column] = found.get(column, ZERO) + amount
    return found
