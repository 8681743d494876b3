"""A stand-in for Amazon SES on 127.0.0.1: prints "listening PORT", then a line of JSON for each mail that it took.

It takes a request whose signature botocore makes equally with the key id1, secret1. The recipient chooses what comes
back: "<status>-<error type>@..." fails so, "lost@..." gets no answer, anybody else is sent to.
"""
import base64
import datetime
import email
import email.policy
import http.server
import json
import sys

import botocore.auth
import botocore.awsrequest
import botocore.credentials

KEYS = botocore.credentials.Credentials("id1", "secret1")


def is_signed(method, path, headers, body):
    names = headers["Authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    assert {"host", "x-amz-date", "content-type"} <= set(names), names
    request = botocore.awsrequest.AWSRequest(
        method=method, url="http://" + headers["Host"] + path, data=body,
        headers={name: headers[name] for name in names if name not in ("host", "x-amz-date")})
    time = datetime.datetime.strptime(headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
    botocore.auth.get_current_datetime = lambda *_, **__: time
    botocore.auth.SigV4Auth(KEYS, "ses", "ap-northeast-2").add_auth(request)
    return request.headers["Authorization"] == headers["Authorization"]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, error=None):
        data = json.dumps(body).encode()
        self.send_response(status)
        if error:
            self.send_header("x-amzn-ErrorType", error + ":")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path != "/v2/email/outbound-emails":
            return self.answer(404, {}, "UnknownOperationException")
        if not is_signed("POST", self.path, self.headers, body):
            return self.answer(403, {"message": "no such signature"}, "SignatureDoesNotMatch")
        call = json.loads(body)
        [recipient] = call["Destination"]["ToAddresses"]
        [tag] = call["EmailTags"]
        chosen = recipient.partition("@")[0]
        if chosen == "lost":
            self.close_connection = True
            return self.connection.shutdown(2)
        if chosen[:3].isdigit():
            return self.answer(int(chosen[:3]), {"message": "as told"}, chosen[4:])
        mail = email.message_from_bytes(base64.b64decode(call["Content"]["Raw"]["Data"]), policy=email.policy.default)
        taken = {
            "to": str(mail["To"]), "recipient": recipient, "subject": str(mail["Subject"]), "tag": tag["Value"],
            "set": call.get("ConfigurationSetName"), "signature": str(mail["DKIM-Signature"]),
        }
        # In one piece: each connection has a thread.
        sys.stdout.write(json.dumps(taken) + "\n")
        sys.stdout.flush()
        self.answer(200, {"MessageId": "m-" + tag["Value"]})


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print("listening", server.server_address[1], flush=True)
sys.exit(server.serve_forever())
