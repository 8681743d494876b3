"""Checks JSON Web Tokens by PyJWT: [{token, key (public, PEM), algorithm}] -> [{header, claims} or {error}]."""
import json
import sys

import jwt

answers = []
for case in json.load(open(sys.argv[1])):
    try:
        claims = jwt.decode(case["token"], case["key"], algorithms=[case["algorithm"]], options={"verify_aud": False})
        answers.append({"header": jwt.get_unverified_header(case["token"]), "claims": claims})
    except jwt.PyJWTError as error:
        answers.append({"error": type(error).__name__})
json.dump(answers, open(sys.argv[2], "w"))
