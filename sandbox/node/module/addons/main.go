// What a cluster has beside Kubernetes itself: names (CoreDNS) and the metrics that autoscaling reads, in one binary
// for the same reason as the programs one folder up. The program is chosen by the name it is called by, or by the
// first argument.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

var programs = map[string]func(){
	"coredns":        runNames,
	"metrics-server": runMetrics,
}

func main() {
	program := filepath.Base(os.Args[0])
	if programs[program] == nil && len(os.Args) > 1 {
		os.Args = os.Args[1:]
		program = os.Args[0]
	}
	run, found := programs[program]
	if !found {
		fmt.Fprintf(os.Stderr, "%q is not a program of this binary.\n", program)
		os.Exit(2)
	}
	run()
}
