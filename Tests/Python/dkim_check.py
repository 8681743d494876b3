"""Verifies DKIM signatures by dkimpy: {records: {name: text}, messages: [base 64]} -> [[verdict of each signature]]."""
import base64
import json
import sys

import dkim

question = json.load(open(sys.argv[1]))
records = {name.encode() + b".": text.encode() for name, text in question["records"].items()}


def verdicts(message):
    signer = dkim.DKIM(message)
    count = sum(name.lower() == b"dkim-signature" for name, _ in signer.headers)
    return [verdict(message, index) for index in range(count)]


def verdict(message, index):
    try:
        return dkim.DKIM(message).verify(idx=index, dnsfunc=lambda name, timeout=0: records.get(name))
    except dkim.DKIMException:
        return False


messages = [base64.b64decode(text) for text in question["messages"]]
json.dump([verdicts(message) for message in messages], open(sys.argv[2], "w"))
