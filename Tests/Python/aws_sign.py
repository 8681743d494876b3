"""Signs requests by botocore: [{method, url, headers, body (base 64), region, service, id, secret, token, time}]
-> [{header: value}]."""
import base64
import datetime
import json
import sys

import botocore.auth
import botocore.awsrequest
import botocore.credentials

answers = []
for case in json.load(open(sys.argv[1])):
    request = botocore.awsrequest.AWSRequest(
        method=case["method"], url=case["url"], headers=case["headers"], data=base64.b64decode(case["body"]))
    keys = botocore.credentials.Credentials(case["id"], case["secret"], case.get("token"))
    time = datetime.datetime.fromtimestamp(case["time"], datetime.timezone.utc)
    botocore.auth.get_current_datetime = lambda *_, **__: time
    botocore.auth.SigV4Auth(keys, case["service"], case["region"]).add_auth(request)
    answers.append({name.lower(): value for name, value in request.headers.items()})
json.dump(answers, open(sys.argv[2], "w"))
