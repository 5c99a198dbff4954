// Command issuer plays OpenID Connect issuers for the private Sigstore of the
// end-to-end tests. It signs any claims that it is asked for: loopback only.
//
// One listener does three things:
//
//	GET /healthz
//	GET /mint?kind=K&iss=URL&...        answers a compact JWT
//	GET /actions-token?kind=github&...  the same, shaped like the endpoint of a
//	                                    GitHub runner (ACTIONS_ID_TOKEN_REQUEST_URL)
//	CONNECT name:443                    ends TLS here, as that name, under our own CA
//
// and below every path, and behind every name reached by CONNECT, the two
// documents of an issuer: /.well-known/openid-configuration and /jwks. So with
// HTTPS_PROXY pointing here and SSL_CERT_FILE naming our CA, Fulcio finds
// "https://token.actions.githubusercontent.com" without a hosts file, and the
// certificates carry the issuer strings that policies are written for.
package main

import (
	"bufio"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"flag"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

var rawURL = base64.RawURLEncoding

type server struct {
	listen string
	key    *rsa.PrivateKey
	kid    string
	names  *nameCA
}

// loadKey reads a PKCS#8 RSA key. It comes from a file so that a restarted
// issuer keeps its key and Fulcio's cached JWKS stays right.
func loadKey(path string) (*rsa.PrivateKey, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New(path + ": not PEM")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New(path + ": not an RSA key")
	}
	return key, nil
}

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}

// token builds the claims of a kind, changes them as the query says and signs.
//
//	iss, sub, aud (or audience), email...   string claims; an empty value removes one
//	expires, issued                         seconds from now, may be negative
//	claims                                  a JSON object that is merged last
//	alg=none, kid, broken=1                 wrong tokens for negative tests
func (s *server) token(query url.Values) (string, error) {
	claims, err := template(query.Get("kind"))
	if err != nil {
		return "", err
	}
	now := time.Now().Unix()
	claims["iat"], claims["nbf"], claims["exp"] = now, now-5, now+600
	header := map[string]string{"typ": "JWT", "alg": "RS256", "kid": s.kid}
	broken := false
	for name, values := range query {
		value := values[len(values)-1]
		switch name {
		case "kind":
		case "claims":
			// merged after the loop, whatever the order of the map
		case "expires", "issued":
			seconds, err := strconv.ParseInt(value, 10, 64)
			if err != nil {
				return "", err
			}
			claims[map[string]string{"expires": "exp", "issued": "iat"}[name]] = now + seconds
		case "alg", "kid":
			header[name] = value
		case "broken":
			broken = value == "1"
		case "email_verified":
			claims[name] = value == "true"
		case "audience":
			claims["aud"] = value
		default:
			if value == "" {
				delete(claims, name)
			} else {
				claims[name] = value
			}
		}
	}
	if text := query.Get("claims"); text != "" {
		if err := json.Unmarshal([]byte(text), &claims); err != nil {
			return "", err
		}
	}
	return s.sign(header, claims, broken)
}

func (s *server) sign(header map[string]string, claims map[string]any, broken bool) (string, error) {
	head, err := json.Marshal(header)
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	text := rawURL.EncodeToString(head) + "." + rawURL.EncodeToString(body)
	if header["alg"] == "none" {
		return text + ".", nil
	}
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, digest[:])
	if err != nil {
		return "", err
	}
	if broken {
		signature[len(signature)/2] ^= 0x40
	}
	return text + "." + rawURL.EncodeToString(signature), nil
}

// documents serves what an OpenID client reads. The issuer is whatever name and
// path the client came by, so one process is as many issuers as one likes.
func (s *server) documents(w http.ResponseWriter, r *http.Request, base string) {
	if prefix, ok := strings.CutSuffix(r.URL.Path, "/.well-known/openid-configuration"); ok {
		issuer := base + prefix
		answer(w, map[string]any{
			"issuer":                                issuer,
			"jwks_uri":                              issuer + "/jwks",
			"authorization_endpoint":                issuer + "/not-here",
			"token_endpoint":                        issuer + "/not-here",
			"response_types_supported":              []string{"id_token"},
			"subject_types_supported":               []string{"public"},
			"id_token_signing_alg_values_supported": []string{"RS256"},
		})
		return
	}
	if strings.HasSuffix(r.URL.Path, "/jwks") {
		exponent := []byte{byte(s.key.E >> 16), byte(s.key.E >> 8), byte(s.key.E)} // 65537
		answer(w, map[string]any{"keys": []map[string]string{{
			"kty": "RSA", "use": "sig", "alg": "RS256", "kid": s.kid,
			"n": rawURL.EncodeToString(s.key.N.Bytes()),
			"e": rawURL.EncodeToString(exponent),
		}}})
		return
	}
	http.NotFound(w, r)
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect {
		s.connect(w, r)
		return
	}
	switch r.URL.Path {
	case "/healthz":
		_, _ = w.Write([]byte("ok\n"))
	case "/mint", "/actions-token":
		if r.URL.Path == "/actions-token" && r.Header.Get("Authorization") == "" {
			http.Error(w, "a runner sends Authorization", http.StatusUnauthorized)
			return
		}
		token, err := s.token(r.URL.Query())
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		if r.URL.Path == "/mint" {
			_, _ = w.Write([]byte(token))
			return
		}
		answer(w, map[string]any{"value": token, "count": len(token)})
	default:
		s.documents(w, r, "http://"+s.listen)
	}
}

// connect is a proxy that leads nowhere else: the tunnel ends in this process.
func (s *server) connect(w http.ResponseWriter, r *http.Request) {
	name, port, err := net.SplitHostPort(r.Host)
	if err != nil || port != "443" {
		http.Error(w, "only name:443", http.StatusBadRequest)
		return
	}
	certificate, err := s.names.certificate(name)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	raw, buffered, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	if _, err := raw.Write([]byte("HTTP/1.1 200 Connection established\r\n\r\n")); err != nil {
		_ = raw.Close()
		return
	}
	inner := tls.Server(readAhead{raw, buffered.Reader}, &tls.Config{Certificates: []tls.Certificate{*certificate}})
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.documents(w, r, "https://"+name) })
	single := &singleListener{ready: make(chan net.Conn, 1), address: raw.LocalAddr()}
	single.ready <- inner
	close(single.ready)
	_ = (&http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}).Serve(single)
}

// readAhead gives back what the HTTP server had already read from the socket.
type readAhead struct {
	net.Conn
	reader *bufio.Reader
}

func (c readAhead) Read(p []byte) (int, error) { return c.reader.Read(p) }

// singleListener hands out one connection and then ends the server's accept loop.
type singleListener struct {
	ready   chan net.Conn
	address net.Addr
}

func (l *singleListener) Accept() (net.Conn, error) {
	if conn, ok := <-l.ready; ok {
		return conn, nil
	}
	return nil, net.ErrClosed
}
func (l *singleListener) Close() error   { return nil }
func (l *singleListener) Addr() net.Addr { return l.address }

func main() {
	listen := flag.String("listen", "127.0.0.1:8080", "loopback address")
	keyFile := flag.String("key", "", "RSA key that signs tokens, PKCS#8 PEM")
	caFile := flag.String("ca", "", "where to write the CA certificate of the names we play")
	flag.Parse()
	if host, _, err := net.SplitHostPort(*listen); err != nil || !net.ParseIP(host).IsLoopback() {
		log.Fatal("issuer: -listen must be a loopback address: it signs anything for anyone")
	}
	key, err := loadKey(*keyFile)
	if err != nil {
		log.Fatal(err)
	}
	names, err := newNameCA()
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(*caFile, names.pem(), 0o644); err != nil {
		log.Fatal(err)
	}
	id := sha256.Sum256(x509.MarshalPKCS1PublicKey(&key.PublicKey))
	s := &server{listen: *listen, key: key, kid: rawURL.EncodeToString(id[:9]), names: names}
	log.Printf("listening on %s, key %s", *listen, s.kid)
	log.Fatal((&http.Server{Addr: *listen, Handler: s, ReadHeaderTimeout: 5 * time.Second}).ListenAndServe())
}
