// Command trillian-mem is a Trillian log for one Rekor v1 without a database:
// log service, admin service and sequencer in one process over the in-memory
// storage that upstream keeps for its own tests (the released servers leave it
// out). Limits: nothing survives the process, and equal leaves are not noticed,
// so Rekor answers 500 where production answers 409.
package main

import (
	"context"
	"flag"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/google/trillian"
	"github.com/google/trillian/extension"
	"github.com/google/trillian/log"
	"github.com/google/trillian/monitoring"
	"github.com/google/trillian/quota"
	"github.com/google/trillian/server"
	"github.com/google/trillian/server/admin"
	"github.com/google/trillian/server/interceptor"
	"github.com/google/trillian/storage/memory"
	"github.com/google/trillian/util/clock"
	"google.golang.org/grpc"
	"k8s.io/klog/v2"
)

func registry() extension.Registry {
	metrics := monitoring.InertMetricFactory{}
	trees := memory.NewTreeStorage()
	return extension.Registry{
		AdminStorage:  memory.NewAdminStorage(trees),
		LogStorage:    memory.NewLogStorage(trees, metrics),
		QuotaManager:  quota.Noop(),
		MetricFactory: metrics,
	}
}

// sequence integrates queued leaves until ctx ends. Without an election factory
// the process is master of every tree; one worker, since there is one tree.
func sequence(ctx context.Context, parts extension.Registry, every time.Duration) {
	log.NewOperationManager(log.OperationInfo{
		Registry:    parts,
		BatchSize:   64,
		NumWorkers:  1,
		RunInterval: every,
		TimeSource:  clock.System,
	}, log.NewSequencerManager(parts, 0)).OperationLoop(ctx)
}

func main() {
	klog.InitFlags(nil)
	_ = flag.Set("logtostderr", "true")
	listen := flag.String("listen", "127.0.0.1:8090", "gRPC address")
	every := flag.Duration("every", 50*time.Millisecond, "pause between sequencing runs")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	parts := registry()
	go sequence(ctx, parts, *every)

	rpc := grpc.NewServer(grpc.UnaryInterceptor(interceptor.ErrorWrapper))
	trillian.RegisterTrillianLogServer(rpc, server.NewTrillianLogRPCServer(parts, clock.System))
	trillian.RegisterTrillianAdminServer(rpc, admin.New(parts, nil))
	socket, err := net.Listen("tcp", *listen)
	if err != nil {
		klog.Exit(err)
	}
	go func() {
		<-ctx.Done()
		rpc.Stop()
	}()
	klog.Infof("in-memory log on %s", *listen)
	if err := rpc.Serve(socket); err != nil {
		klog.Exit(err)
	}
}
