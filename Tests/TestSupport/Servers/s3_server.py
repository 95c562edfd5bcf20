#!/usr/bin/env python3
"""A bucket for tests: moto behind a proxy that checks Signature Version 4, which moto does not.

s3_server.py CERTIFICATE KEY

Prints `ready PROXY CONTROL TLS end` with three ports of loopback, the proxy once more with TLS, and serves until it is
killed. What the proxy does to the requests
of a bucket, and what lies in it, is asked for on the control port: `GET /COMMAND?bucket=NAME&...`, see `Control`.

The proxy works on the request as it came: method, path and query are canonicalised here from the raw request line, the
hash of the body is computed from the body. A request is refused unless its signature is right, the hash of the body is
in the signed headers and is that of the body, and every `x-amz-` header is signed.
"""
import datetime
import hashlib
import hmac
import http.client
import re
import ssl
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.client
import botocore.credentials
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

ACCESS_KEY, SECRET_KEY = "TESTACCESSKEY", "canary-51f0/test+secret"
ALLOWED_SKEW = 15 * 60


class Site:
    """What the proxy does with the requests of one bucket."""

    def __init__(self):
        self.plan, self.offset, self.log, self.lock = [], 0, [], threading.Lock()

    def next_action(self, method, raw):
        """The first step of the plan for this request, taken off; `pass` without one."""
        with self.lock:
            for index, (wanted, action) in enumerate(self.plan):
                if wanted in (method, "ANY") and ("?versionId" in raw or action != "flip"):
                    del self.plan[index]
                    return action
        return "pass"


sites, sites_lock = {}, threading.Lock()


def site(bucket):
    with sites_lock:
        return sites.setdefault(bucket, Site())


# Signature Version 4

def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def encode(text):
    return urllib.parse.quote(urllib.parse.unquote_to_bytes(text), safe="-_.~")


def refusal(method, raw, headers, body, now):
    """Why S3 would refuse the request: status, code; None when it would not."""
    path, _, query = raw.partition("?")
    match = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=([^/, ]+)/(\d{8})/([a-z0-9-]+)/s3/aws4_request, ?"
        r"SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})", headers.get("Authorization", ""))
    if not match:
        return 403, "AccessDenied"
    key, day, region, names, signature = match.groups()
    if key != ACCESS_KEY:
        return 403, "InvalidAccessKeyId"
    names, stamp = names.split(";"), headers.get("x-amz-date", "")
    try:
        sent = datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
    except ValueError:
        return 403, "AccessDenied"
    if abs((now - sent).total_seconds()) > ALLOWED_SKEW:
        return 403, "RequestTimeTooSkewed"
    unsigned = [name for name in headers if name.lower().startswith("x-amz-") and name.lower() not in names]
    if unsigned or "host" not in names or names != sorted(names) or not stamp.startswith(day):
        return 403, "AccessDenied"
    stated = headers.get("x-amz-content-sha256")
    if stated is None or not re.fullmatch("[0-9a-f]{64}", stated):
        return 400, "InvalidRequest"
    lines = [f"{name}:{' '.join(','.join(headers.get_all(name, [])).split())}\n" for name in names]
    pairs = sorted(tuple(encode(part) for part in item.partition("=")[::2]) for item in query.split("&") if item)
    request = "\n".join([
        method, "/".join(encode(part) for part in path.split("/")), "&".join("=".join(pair) for pair in pairs),
        "".join(lines), ";".join(names), stated])
    scope = f"{day}/{region}/s3/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(request.encode()).hexdigest()])
    signing = ("AWS4" + SECRET_KEY).encode()
    for part in (day, region, "s3", "aws4_request"):
        signing = mac(signing, part)
    if not hmac.compare_digest(mac(signing, text).hex(), signature):
        return 403, "SignatureDoesNotMatch"
    if hashlib.sha256(body).hexdigest() != stated:
        return 400, "XAmzContentSHA256Mismatch"
    return None


# The proxy

class Proxy(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def date_time_string(self, timestamp=None):
        return super().date_time_string(self.now.timestamp())

    def answer(self, status, headers, body):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def error(self, status, code, extra=""):
        body = f"<?xml version='1.0'?>\n<Error><Code>{code}</Code><Message>m &amp; m</Message>{extra}</Error>"
        self.answer(status, [("Content-Type", "application/xml")], body.encode())

    def serve(self):
        subdomain = re.match(r"([a-z0-9-]+)\.localhost(:|$)", self.headers.get("Host", ""))
        raw = self.path
        forwarded = f"/{subdomain[1]}{raw}" if subdomain else raw
        bucket = re.split("[/?]", forwarded)[1]
        here = site(bucket)
        self.now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=here.offset)
        action = here.next_action(self.command, raw)
        length = int(self.headers.get("Content-Length") or 0)
        if action == "cut":
            self.rfile.read(min(length, 65536))
            self.connection.close()
            self.close_connection = True
            here.log.append(f"{self.command} {raw} cut")
            return
        body = self.rfile.read(length)
        refused = refusal(self.command, raw, self.headers, body, self.now)
        here.log.append(f"{self.command} {raw} {refused[1] if refused else 'ok'}")
        if refused:
            return self.error(*refused)
        if match := re.fullmatch(r"(\d{3})-(\w+)", action):
            return self.error(int(match[1]), match[2])
        if action == "region":
            return self.error(301, "PermanentRedirect", "<Region>eu-test-7</Region>")
        if action == "garbage":
            return self.answer(200, [], b"<ListVersionsResult><Version></ListVersionsResult>")
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("expect", "host")}
        if action == "race":
            client.put_object(Bucket=bucket, Key=raw.partition("/" + bucket + "/")[2], Body=b"quicker")
        if action == "shorten":
            headers = {name: "2027-01-01T00:00:00Z" if name.lower().endswith("until-date") else value
                       for name, value in headers.items()}
        if action == "unlock":
            headers = {name: value for name, value in headers.items() if "object-lock" not in name.lower()}
        upstream = http.client.HTTPConnection("127.0.0.1", moto_port, timeout=60)
        upstream.request(self.command, forwarded, body, headers)
        reply = upstream.getresponse()
        content = reply.read()
        # Carried out, and the answer is lost.
        if action == "late":
            return self.error(500, "InternalError")
        if action == "flip" and content:
            content = content[:-1] + bytes([content[-1] ^ 1])
        skipped = ("transfer-encoding", "connection", "content-length", "date", "server")
        self.answer(reply.status, [pair for pair in reply.getheaders() if pair[0].lower() not in skipped], content)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = serve


# The control port

class UnsignedPayload(botocore.auth.S3SigV4Auth):
    def payload(self, request):
        return "UNSIGNED-PAYLOAD"


class Control(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        address = urllib.parse.urlsplit(self.path)
        arguments = {name: values[0] for name, values in urllib.parse.parse_qs(address.query).items()}
        try:
            status, answer = 200, getattr(self, "command_" + address.path[1:])(**arguments) or []
        except Exception as error:  # Whatever it is, the test shows it.
            status, answer = 500, [repr(error)]
        body = "\n".join(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def command_make(self, bucket, kind):
        """A bucket: `plain`, `versioned`, `lockable`, or `ruled` with a default retention."""
        client.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=kind in ("lockable", "ruled"))
        if kind == "versioned":
            client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        if kind == "ruled":
            client.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration={
                "ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}})

    def command_plan(self, bucket, steps):
        """`PUT 500-InternalError,GET cut`: what becomes of the next requests with these methods."""
        site(bucket).plan = [tuple(step.split(" ")) for step in steps.split(",")]

    def command_clock(self, bucket, offset):
        site(bucket).offset = int(offset)

    def command_log(self, bucket):
        return site(bucket).log

    def command_versions(self, bucket):
        """Every version as another client of S3 sees it: key, id, size, lock, date; markers as `marker KEY`."""
        lines = []
        for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for version in page.get("Versions", []):
                # moto lists `null` for the version of an object that has none, and knows no such version here.
                chosen = {} if version["VersionId"] == "null" else {"VersionId": version["VersionId"]}
                head = client.head_object(Bucket=bucket, Key=version["Key"], **chosen)
                until = head.get("ObjectLockRetainUntilDate")
                lines.append(" ".join([
                    version["Key"], str(version["Size"]), head.get("ObjectLockMode", "-"),
                    until.strftime("%Y-%m-%dT%H:%M:%SZ") if until else "-"]))
            lines += ["marker " + marker["Key"] for marker in page.get("DeleteMarkers", [])]
        return lines

    def command_mark(self, bucket):
        """A delete marker over everything, as anybody can set who may delete."""
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for found in page.get("Contents", []):
                client.delete_object(Bucket=bucket, Key=found["Key"])

    def command_overwrite(self, bucket, key):
        client.put_object(Bucket=bucket, Key=key, Body=b"newer")

    def command_fill(self, bucket, prefix, count):
        # Past the requests, which take minutes for thousands.
        backend = s3_backends["123456789012"]["aws"]
        for number in range(int(count)):
            backend.put_object(bucket, f"{prefix}{number:05d}", b"x" * (number % 7))

    def command_attack(self, bucket, kind):
        """A PUT that another implementation signs and that is then changed. Answers with its status."""
        proxy_url = f"http://127.0.0.1:{proxy_port}/{bucket}/attacked"
        body = b"signed body"
        request = botocore.awsrequest.AWSRequest("PUT", proxy_url, data=body)
        secret = SECRET_KEY + ("x" if kind == "secret" else "")
        signer = UnsignedPayload if kind == "unsigned-payload" else botocore.auth.S3SigV4Auth
        signer(botocore.credentials.Credentials(ACCESS_KEY, secret), "s3", "us-east-1").add_auth(request)
        headers = dict(request.headers)
        if kind == "header":
            headers["x-amz-acl"] = "public-read"
        elif kind == "body":
            body = b"other body!"
        elif kind == "path":
            proxy_url += "2"
        elif kind == "no-hash":
            del headers["X-Amz-Content-SHA256"]
        elif kind == "no-signature":
            del headers["Authorization"]
        elif kind == "query":
            proxy_url += "?acl="
        connection = http.client.HTTPConnection("127.0.0.1", proxy_port, timeout=60)
        connection.request("PUT", urllib.parse.urlsplit(proxy_url)._replace(scheme="", netloc="").geturl(), body, headers)
        return [str(connection.getresponse().status)]


moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
moto.start()
moto_port = moto.get_host_and_port()[1]
client = boto3.client(
    "s3", endpoint_url=f"http://127.0.0.1:{moto_port}", region_name="us-east-1", aws_access_key_id="moto",
    aws_secret_access_key="moto", config=botocore.client.Config(s3={"addressing_style": "path"}))
control = ThreadingHTTPServer(("127.0.0.1", 0), Control)
threading.Thread(target=control.serve_forever, daemon=True).start()
proxy = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
proxy_port = proxy.server_address[1]
# Reached under 127.0.0.2 too, a name that the certificate does not have.
secure = ThreadingHTTPServer(("", 0), Proxy)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
secure.socket = context.wrap_socket(secure.socket, server_side=True)
threading.Thread(target=secure.serve_forever, daemon=True).start()
print("ready", proxy_port, control.server_address[1], secure.server_address[1], "end", flush=True)
proxy.serve_forever()
