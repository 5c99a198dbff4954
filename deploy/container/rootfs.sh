#!/usr/bin/env bash
# The whole file system of the container image, in an empty folder: the program without its symbols, the shared libraries that it names
# with their loader, the CA certificates of Debian, a user that is not root, and where names are looked up. No shell, no other program.
#
#   rootfs.sh PROGRAM FOLDER
set -euo pipefail
program=$1 root=$2

install -D -m 755 "$program" "$root/usr/local/bin/countersign"
strip "$root/usr/local/bin/countersign"

# ldd prints "name => path (address)" and, for the loader, "path (address)". What was not found has no path: the image would not start.
listed=$(ldd "$program")
if grep 'not found' <<< "$listed" >&2; then exit 1; fi
while read -r library; do
  install -D -m 755 "$library" "$root$library"   # under the name that the program asks for, not as a symbolic link
done < <(grep -o '/[^ ]*' <<< "$listed")

# Where OpenSSL looks by itself: cert.pem in its own folder.
install -D -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
openssl_folder=$(openssl version -d | cut -d'"' -f2)
mkdir -p "$root$openssl_folder"
ln -s /etc/ssl/certs/ca-certificates.crt "$root$openssl_folder/cert.pem"

echo 'countersign:x:65532:65532:countersign:/:/usr/sbin/nologin' > "$root/etc/passwd"
echo 'countersign:x:65532:' > "$root/etc/group"
# Without this file glibc asks the name server first and believes its "no": names of /etc/hosts would not exist.
echo 'hosts: files dns' > "$root/etc/nsswitch.conf"
chmod 644 "$root"/etc/{passwd,group,nsswitch.conf}
