"""A mail server of its own kind (aiosmtpd) that writes what it takes to a file, one JSON line a mail.

Arguments: port, file, mode (plain, starttls, tls), certificate, key, user, password; "-" where there is none.
What it does to a mail is said by the address: refused@ is unknown (550), later@ is put off twice (450) before it is
taken, slow@ is taken but answered only a while later.
"""
import asyncio
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

port, path, mode, cert, key, user, password = sys.argv[1:8]
put_off = {}


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        if name == "refused":
            return "550 5.1.1 No such mailbox here"
        if name == "later" and put_off.setdefault(address, 0) < 2:
            put_off[address] += 1
            return "450 4.2.1 Try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        line = {
            "to": envelope.rcpt_tos,
            "from": envelope.mail_from,
            "tls": server.transport.get_extra_info("ssl_object") is not None,
            "subject": message["subject"],
            "id": message["message-id"],
            "toHeader": message["to"],
            "auto": message["auto-submitted"],
            "text": message.get_content().replace("\r\n", "\n"),
        }
        with open(path, "a") as file:
            file.write(json.dumps(line) + "\n")
        if envelope.rcpt_tos[0].startswith("slow"):
            await asyncio.sleep(0.7)
        return "250 2.0.0 Taken"


def authenticate(server, session, envelope, mechanism, data):
    ok = data.login.decode() == user and data.password.decode() == password
    return AuthResult(success=ok, handled=False)


async def main():
    context = None
    if mode != "plain":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(cert, key)

    def factory():
        options = {"hostname": "sink.test"}
        if mode == "starttls":
            options.update(tls_context=context, require_starttls=True)
        if user != "-":
            options.update(auth_required=True, authenticator=authenticate, auth_require_tls=mode == "starttls")
        return SMTP(Handler(), **options)

    server = await asyncio.get_running_loop().create_server(
        factory, "127.0.0.1", int(port), ssl=context if mode == "tls" else None
    )
    async with server:
        await server.serve_forever()


asyncio.run(main())
