"""What Schemathesis cannot be told in its configuration."""

import atexit
import itertools
import os
import re

import schemathesis

VALID_KEY = re.compile(r"[!-~]{1,255}")
numbers = itertools.count(1)
succeeded = set()


@schemathesis.hook
def before_call(context, case, kwargs):
    """Gives every write an idempotency key of its own.

    A generator's favourite key is the shortest, so that nearly every write would be refused as
    another payload under a known key, and what lies behind that check would never be asked.
    """
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and VALID_KEY.fullmatch(key):
        case.headers["Idempotency-Key"] = f"{key[:200]}#{next(numbers)}"


@schemathesis.hook
def after_call(context, case, response):
    """Notes which operations were carried out at least once."""
    if 200 <= response.status_code < 300:
        succeeded.add(case.operation.label)


@atexit.register
def tell():
    """Leaves the notes to the script: a run whose every request was refused has tested nothing."""
    with open(os.environ["SUCCEEDED"], "w", encoding="utf-8") as file:
        file.writelines(f"{label}\n" for label in sorted(succeeded))
