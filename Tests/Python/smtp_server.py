"""A mail server on 127.0.0.1 by aiosmtpd: prints "listening PORT", then a line of JSON for each mail that it took.

STARTTLS and a log-in (u, p) are asked for; its certificate and key are the files of the first two arguments. The recipient
chooses what comes back: "<code>@..." is refused so, anybody else is taken.
"""
import asyncio
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        local = address.partition("@")[0]
        if local.isdigit():
            return local + " 5.1.1 no" if local == "550" else local + " no"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        text = message.get_body(("plain",))
        print(json.dumps({
            "from": envelope.mail_from, "to": envelope.rcpt_tos, "subject": str(message["Subject"]),
            "id": str(message["Message-ID"]), "text": text.get_content() if text else "",
            "isEncrypted": session.ssl is not None, "isLoggedIn": session.authenticated,
        }), flush=True)
        return "250 2.0.0 taken"


def authenticate(server, session, envelope, mechanism, data):
    ok = isinstance(data, LoginPassword) and data.login == b"u" and data.password == b"p"
    return AuthResult(success=ok, handled=False)


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    handler = Handler()
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, tls_context=context, require_starttls=True, auth_required=True, authenticator=authenticate),
        "127.0.0.1", 0)
    print("listening", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
