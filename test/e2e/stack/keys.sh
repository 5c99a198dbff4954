#!/usr/bin/env bash
# Makes the keys and CA certificates of one stack, once. They are throw-away and stay in its folder.
. "$(dirname "$0")/lib.sh"
need openssl
umask 077
mkdir -p "$KEYS"
cd "$KEYS"
[ -e complete ] && exit 0

DAYS=3650
# Two stacks share no key; the tag in the subjects lets a reader tell their certificates apart.
TAG=${COUNTERSIGN_STACK_NAME:-one}

p256() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }
p384() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out "$1"; }

# root NAME: a self-signed CA, NAME.key and NAME.pem
root() {
  p384 "$1.key"
  openssl req -x509 -new -sha384 -key "$1.key" -days $DAYS -subj "/O=countersign test $TAG/CN=$1" \
    -addext 'basicConstraints=critical,CA:TRUE,pathlen:1' -addext 'keyUsage=critical,keyCertSign,cRLSign' -out "$1.pem"
}

# issue NAME ISSUER KEY-USAGE BASIC-CONSTRAINTS EKU: NAME.pem for NAME.key
issue() {
  openssl req -new -sha384 -key "$1.key" -subj "/O=countersign test $TAG/CN=$1" -out "$1.csr"
  printf '%s\n' "keyUsage=critical,$3" "basicConstraints=critical,$4" "extendedKeyUsage=$5" \
    subjectKeyIdentifier=hash authorityKeyIdentifier=keyid > "$1.ext"
  openssl x509 -req -sha384 -in "$1.csr" -CA "$2.pem" -CAkey "$2.key" -set_serial "0x$(openssl rand -hex 8)" \
    -days $DAYS -extfile "$1.ext" -out "$1.pem" 2>/dev/null
  rm -f "$1.csr" "$1.ext"
}

# Fulcio signs with an intermediate that must carry the code-signing EKU.
root fulcio-root
p384 fulcio-issuer.key
issue fulcio-issuer fulcio-root keyCertSign,cRLSign CA:TRUE,pathlen:0 codeSigning
cat fulcio-issuer.pem fulcio-root.pem > fulcio-chain.pem

# The TSA's leaf has exactly one EKU, critical; its intermediate needs the same one.
root tsa-root
p384 tsa-issuer.key
issue tsa-issuer tsa-root keyCertSign,cRLSign CA:TRUE,pathlen:0 critical,timeStamping
p256 tsa.key
issue tsa tsa-issuer digitalSignature CA:FALSE critical,timeStamping
cat tsa.pem tsa-issuer.pem tsa-root.pem > tsa-chain.pem

# tesseract reads the first PEM block only and wants SEC1 there.
p256 ct.pkcs8
openssl ec -in ct.pkcs8 -out ct.key 2>/dev/null
openssl pkey -in ct.pkcs8 -pubout -out ct.pub
rm ct.pkcs8

p256 rekor1.key
openssl pkey -in rekor1.key -pubout -out rekor1.pub
openssl genpkey -algorithm ed25519 -out rekor2.key
openssl pkey -in rekor2.key -pubout -out rekor2.pub

openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out issuer.key 2>/dev/null

openssl verify -CAfile fulcio-root.pem fulcio-issuer.pem >/dev/null
openssl verify -purpose timestampsign -CAfile tsa-root.pem -untrusted tsa-issuer.pem tsa.pem >/dev/null
touch complete
say "keys in $KEYS"
