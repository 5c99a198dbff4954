// Command tsa is Sigstore's timestamp authority without its metrics listener:
// timestamp-server binds port 2112 on all interfaces, hard coded, and exits when
// that is taken, so no two stacks could run on one machine. The service, its
// handlers and its signer are upstream's own.
package main

import (
	"flag"
	"log"
	"time"

	tsalog "github.com/sigstore/timestamp-authority/v2/pkg/log"
	"github.com/sigstore/timestamp-authority/v2/pkg/server"
	"github.com/spf13/viper"
)

// The policy that upstream's server puts into its timestamps by default.
const policy = "1.3.6.1.4.1.57264.2"

func main() {
	port := flag.Int("port", 3004, "port on 127.0.0.1")
	key := flag.String("key", "", "PEM key of the leaf")
	chain := flag.String("chain", "", "PEM certificates, leaf first, root last")
	flag.Parse()

	// Upstream hands its settings around in viper; these are all that its API reads.
	viper.Set("timestamp-signer", "file")
	viper.Set("timestamp-signer-hash", "sha256")
	viper.Set("file-signer-key-path", *key)
	viper.Set("certificate-chain-path", *chain)
	viper.Set("enforce-intermediate-eku", true)
	viper.Set("default-policy-oid", policy)
	viper.Set("accepted-policy-oids", []string{policy})
	viper.Set("max-request-body-size", uint64(1<<20))

	tsalog.ConfigureLogger("dev")
	service := server.NewRestAPIServer("127.0.0.1", *port, []string{"http"}, false, 30*time.Second, 30*time.Second)
	if err := service.Serve(); err != nil {
		log.Fatal(err)
	}
}
