"""What the Python clients share: where the server is, the credential, and one line for each check."""

import os
import sys
import time
import traceback

URL = os.environ["EBB_URL"]
SUBSCRIPTION = os.environ["EBB_SUBSCRIPTION"]
GROUP = os.environ["EBB_GROUP"]
WORKSPACE = os.environ["EBB_WORKSPACE"]
LOCATION = "eastus"

_failed = 0


def token():
    with open(os.environ["EBB_TOKEN_FILE"]) as file:
        return file.read().strip()


class EbbCredential:
    """A credential as azure-identity has them: it answers the server's token."""

    def get_token(self, *scopes, **options):
        from azure.core.credentials import AccessToken

        return AccessToken(token(), int(time.time()) + 3600)


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def equal(found, wanted):
    expect(found == wanted, f"{found!r} and not {wanted!r}")


def refused(call, code):
    """The call is refused with Azure's code; answers the message."""
    try:
        call()
    except Exception as refusal:
        expect(code in str(refusal) or code in type(refusal).__name__, f"refused otherwise: {refusal}")
        return str(refusal)
    raise AssertionError("it was not refused")


def check(name):
    """Runs what it decorates at once, and prints how it went."""

    def run(body):
        global _failed
        try:
            body()
            print(f"ok      {name}", flush=True)
        except BaseException as failure:
            _failed += 1
            line = " ".join(f"{type(failure).__name__}: {failure}".split())
            print(f"FAILED  {name}: {line[:500]}", flush=True)
            traceback.print_exc()
        return body

    return run


def end():
    sys.exit(1 if _failed else 0)
