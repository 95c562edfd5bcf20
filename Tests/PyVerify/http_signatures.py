"""The other implementation: PyPI's http-message-signatures reads ours and writes for us.

Usage: http_signatures.py check            exit 0 when the library can be imported
       http_signatures.py request          stdin: a request of ours; stdout: {"verified": true or false}
       http_signatures.py reply            stdin: a reply and its request; stdout likewise
       http_signatures.py sign             stdin: what to sign, with the seed; stdout: {"headers": {…}}

Standard input is one JSON object: {"method", "url", "headers": {…}, "body": base64, "key": base64 of the raw public
key, "seed": base64, "created", "lifetime", "nonce", "keyid", "reply": {"status", "headers", "body"}}.
"""

import base64
import datetime
import json
import sys

from cryptography.hazmat.primitives.asymmetric import ed25519
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
    algorithms,
)

REQUEST = (
    "@method", "@authority", "@path", "@query", "content-type", "content-digest", "coffer-request",
    "coffer-capability",
)
REPLY = (
    '"@status"', '"content-digest"', '"content-type"', '"@method";req', '"@authority";req', '"@path";req',
    '"content-digest";req', '"coffer-request";req', '"signature";req',
)


class Keys(HTTPSignatureKeyResolver):
    def __init__(self, given):
        self.given = given

    def resolve_public_key(self, key_id):
        return ed25519.Ed25519PublicKey.from_public_bytes(base64.b64decode(self.given["key"]))

    def resolve_private_key(self, key_id):
        return ed25519.Ed25519PrivateKey.from_private_bytes(base64.b64decode(self.given["seed"]))


class Request:
    def __init__(self, given):
        self.method, self.url, self.headers = given["method"], given["url"], given["headers"]


class Reply:
    def __init__(self, given, request):
        self.status_code, self.headers, self.request = given["status"], given["headers"], request


class Verifier(HTTPMessageVerifier):
    # The samples are of a fixed moment; times are judged by tests of their own.
    def validate_created_and_expires(self, sig_input, max_age=None):
        pass


def verified(message, given, components, tag, body):
    verifier = Verifier(signature_algorithm=algorithms.ED25519, key_resolver=Keys(given))
    try:
        results = verifier.verify(
            message, expect_tag=tag, expect_label="sig1", require_components=components, max_age=None,
            body=base64.b64decode(body),
        )
    except InvalidSignature as error:
        return {"verified": False, "why": str(error)}
    return {"verified": len(results) == 1}


def sign(given):
    request = Request(given)
    created = datetime.datetime.fromtimestamp(given["created"], tz=datetime.timezone.utc)
    HTTPMessageSigner(signature_algorithm=algorithms.ED25519, key_resolver=Keys(given)).sign(
        request, key_id=given["keyid"], created=created,
        expires=created + datetime.timedelta(seconds=given["lifetime"]), nonce=given["nonce"], label="sig1",
        tag="coffer-req-v1", include_alg=False, covered_component_ids=REQUEST, use_existing_digest=True,
    )
    return {"headers": request.headers}


def main():
    verb = sys.argv[1]
    if verb == "check":
        return
    given = json.load(sys.stdin)
    request = Request(given)
    if verb == "request":
        answer = verified(request, given, REQUEST, "coffer-req-v1", given["body"])
    elif verb == "reply":
        reply = Reply(given["reply"], request)
        answer = verified(reply, given, REPLY, "coffer-res-v1", given["reply"]["body"])
    else:
        answer = sign(given)
    json.dump(answer, sys.stdout)


main()
