// Command referrers-registry is go-containerregistry's in-memory registry with
// its OCI 1.1 referrers API switched on, which `crane registry serve` cannot do.
package main

import (
	"flag"
	"log"
	"net/http"
	"time"

	"github.com/google/go-containerregistry/pkg/registry"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:5002", "address")
	flag.Parse()
	service := &http.Server{
		Addr:              *listen,
		Handler:           registry.New(registry.WithReferrersSupport(true)),
		ReadHeaderTimeout: 10 * time.Second,
	}
	log.Fatal(service.ListenAndServe())
}
