"""A private certificate authority and the certificates of one host, made by openssl for one run."""
import subprocess
from pathlib import Path

NAMES = "IP:127.0.0.1,IP:::1,DNS:localhost,DNS:gate.test"


class Authority:
    """`certs` holds only ca.crt: the shape of docker's certs.d folders and of podman's --cert-dir."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.certs = self.folder / "certs"
        self.certs.mkdir(parents=True)
        self.ca, self.key = self.certs / "ca.crt", self.folder / "ca.key"
        openssl("req", "-x509", *NEW_KEY, "-days", "2", "-keyout", self.key, "-out", self.ca, "-subj", "/CN=private CA of a test",
                "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")

    def issue(self, name, names=NAMES):
        """Paths of a certificate chain and its key."""
        request, certificate, key = (self.folder / f"{name}.{kind}" for kind in ("csr", "crt", "key"))
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={names}\nextendedKeyUsage=serverAuth\n")
        openssl("req", *NEW_KEY, "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self.key, "-CAcreateserial", "-days", "2", "-out", certificate,
                "-extfile", extensions)
        return certificate, key


NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
