"""What the lints share: which files there are, C code without its comments and strings, and how a
line is excused: a comment on it that says `lint-ok: NAME` and, after that, why."""
import os
import re
import subprocess
import sys

HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Another tree is looked at when lint_lints shows that the lints bite.
ROOT = os.environ.get("NINEPENCE_LINT_ROOT") or HOME
LEFT_OUT = ("build/", "node_modules/", "__pycache__/")


def walk():
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if not name.startswith(".") and name + "/" not in LEFT_OUT]
        for name in names:
            yield os.path.relpath(os.path.join(folder, name), ROOT)


def all_files():
    """Paths of the project's own files: what git knows or would add; without git, what is there."""
    listed = subprocess.run(["git", "-c", f"safe.directory={ROOT}", "ls-files", "-coz", "--exclude-standard"],
                            cwd=ROOT, capture_output=True, text=True, check=False)
    paths = listed.stdout.split("\0") if listed.returncode == 0 else walk()
    return sorted(path for path in paths if path and os.path.isfile(os.path.join(ROOT, path))
                  and not any("/" + part in "/" + path for part in LEFT_OUT))


def files(*endings, under=()):
    return [path for path in all_files() if path.endswith(endings)
            and (not under or path.split("/")[0] in under)]


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


C_TOKENS = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


def code_of(text):
    """C code with comments and the insides of strings blanked; every line keeps its number."""
    def blank(match):
        token = match.group()
        if token[0] in "\"'":
            return token[0] + " " * (len(token) - 2) + token[-1]
        return re.sub(r"[^\n]", " ", token)

    return C_TOKENS.sub(blank, text)


def comments_blanked(text):
    """C code with its comments blanked and its strings kept."""
    def blank(match):
        token = match.group()
        return token if token[0] in "\"'" else re.sub(r"[^\n]", " ", token)

    return C_TOKENS.sub(blank, text)


class Report:
    """Collects findings and ends the lint."""

    def __init__(self, lint):
        self.lint = lint
        self.looked = 0
        self.findings = []

    def add(self, path, number, words, line=""):
        if f"lint-ok: {self.lint}" not in line:
            self.findings.append(f"{path}:{number}: {words}")

    def end(self):
        for finding in self.findings:
            print(finding)
        if not self.looked:
            print(f"{self.lint}: found nothing to look at")
        else:
            print(f"{self.lint}: {self.looked} files, {len(self.findings)} findings")
        sys.exit(0 if self.looked and not self.findings else 1)
