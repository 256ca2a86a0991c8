// Cluster DNS (CoreDNS) and the metrics for autoscaling (metrics-server) in one binary. They share most of their code. The
// name of the executable selects the program, or the first argument.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

var programs = map[string]func(){
	"coredns":        runCoreDNS,
	"metrics-server": runMetricsServer,
}

func main() {
	program := filepath.Base(os.Args[0])
	if programs[program] == nil && len(os.Args) > 1 {
		os.Args = os.Args[1:]
		program = os.Args[0]
	}
	run, found := programs[program]
	if !found {
		fmt.Fprintf(os.Stderr, "%q: this binary does not contain the program.\n", program)
		os.Exit(2)
	}
	run()
}
