"""Reads mails by Python's email package: [base 64] -> [{headers, parts, faults}].

faults: what is wrong with the bytes whatever they say: lines that are too long, line breaks that are none, defects.
"""
import base64
import email
import email.header
import email.policy
import email.utils
import json
import re
import sys


def faults(raw, message):
    found = []
    head, _, body = raw.partition(b"\r\n\r\n")
    if re.search(rb"[^\r]\n|\r[^\n]", raw):
        found.append("a bare CR or LF")
    if re.search(rb"[^\x20-\x7e\r\n\t]", raw):
        found.append("bytes that are not printable ASCII")
    if not raw.endswith(b"\r\n"):
        found.append("no line break at the end")
    if re.search(rb"[ \t]\r\n", body):
        found.append("a space at a line's end")
    if max(map(len, body.split(b"\r\n"))) > 76:
        found.append("a body line over 76")
    for line in head.split(b"\r\n"):
        if len(line) > (76 if b"=?" in line else 78) and b" " in line.strip().partition(b": ")[2]:
            found.append("a header line that could be folded")
        if len(line) > 998 or not line.strip():
            found.append("a header line that is too long or empty")
        if any(len(word) > 75 for word in re.findall(rb"=\?[^?]+\?.\?[^?]*\?=", line)):
            found.append("an encoded word over 75")
    for word in re.findall(rb"=\?UTF-8\?B\?([^?]*)\?=", head):
        try:
            base64.b64decode(word, validate=True).decode()
        except ValueError:
            found.append("an encoded word that is no text of its own")
    for part in message.walk():
        found += [type(defect).__name__ for defect in part.defects]
        for value in part.values():
            found += [type(defect).__name__ for defect in value.defects]
    return found


def mailboxes(raw, field):
    """By the package's older reader: its newer one puts spaces between the encoded words of a name."""
    text = str(email.message_from_bytes(raw)[field])
    pairs = email.utils.getaddresses([text])
    return [[str(email.header.make_header(email.header.decode_header(name))), address] for name, address in pairs]


def read(raw):
    message = email.message_from_bytes(raw, policy=email.policy.default)
    leaves = [part for part in message.walk() if not part.is_multipart()]
    return {
        "headers": [[name, str(value)] for name, value in message.items()],
        "from": mailboxes(raw, "From"),
        "to": mailboxes(raw, "To"),
        "date": int(message["Date"].datetime.timestamp()),
        "kind": message.get_content_type(),
        "parts": [
            {
                "kind": part.get_content_type(),
                "charset": part.get_content_charset(),
                "encoding": str(part["Content-Transfer-Encoding"]),
                "body": base64.b64encode(part.get_payload(decode=True)).decode(),
            }
            for part in leaves
        ],
        "faults": faults(raw, message),
    }


json.dump([read(base64.b64decode(text)) for text in json.load(open(sys.argv[1]))], open(sys.argv[2], "w"))
