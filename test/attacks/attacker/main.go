// Command attacker sends hostile and well-behaved requests to a front, for the tests of test/attacks. Each command prints one line of JSON.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sort"
	"strings"
	"time"
)

// options are the flags of all commands. Every load is bounded: by connections, rates and a duration.
type options struct {
	target, host, other, path, key, variant, marker string
	conns, streams, first, size, rate               int
	seconds, gap                                    float64
	http2, whole                                    bool
}

type command struct {
	about string
	run   func(*attack) any
}

// commands by name. An attack returns nil: its report is the tally.
var commands = map[string]command{
	"model":              {"a model that records what it gets", runModel},
	"score":              {"a well-behaved client at a constant rate", runScore},
	"slow-headers":       {"headers one byte at a time, or CONTINUATION frames (-http2)", slowHeaders},
	"slow-body":          {"-first bytes of the body, then one byte every -gap seconds", slowBody},
	"slow-read":          {"whole requests whose answers are read one byte per second, or not at all (-http2: window of zero)", slowRead},
	"stalled-streams":    {"-streams requests per connection, each with -first bytes of its body", stalledStreams},
	"rapid-reset":        {"streams that are opened and reset at once (CVE-2023-44487)", rapidReset},
	"continuation-flood": {"a header block without an end (CVE-2024-27316)", continuationFlood},
	"header-flood":       {"requests with many or large headers", headerFlood},
	"frame-flood":        {"frames of the named -variant", frameFlood},
	"small-frames":       {"bodies in DATA frames of one byte, or of none", smallFrames},
	"pipelining":         {"-streams requests of HTTP/1.1 in one write", pipelining},
	"early-close":        {"requests whose connection is closed at once", earlyClose},
	"idle":               {"connections that send nothing", idle},
	"handshakes":         {"TLS handshakes, whole or aborted", handshakes},
	"cases":              {"one malformed or ambiguous request after the other", runCases},
	"local-scan":         {"what the listeners of this network namespace give to an unprivileged process", localScan},
}

func main() {
	if len(os.Args) < 2 || commands[os.Args[1]].run == nil {
		usage()
	}
	var o options
	flags := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	flags.StringVar(&o.target, "target", "127.0.0.1:443", "addresses and ports of the fronts, which get connections in turn, or of the model")
	flags.StringVar(&o.host, "host", "score.test", "host name in requests")
	flags.StringVar(&o.other, "other", "other.test", "another host name, for requests that name two")
	flags.StringVar(&o.path, "path", "/score", "path of requests")
	flags.StringVar(&o.key, "key", "", "scoring key; empty: none")
	flags.StringVar(&o.variant, "variant", "", "variant of the command")
	flags.StringVar(&o.marker, "marker", "", "value of x-marker in every request of the attack")
	flags.IntVar(&o.conns, "conns", 10, "connections at the same time")
	flags.IntVar(&o.streams, "streams", 100, "streams or requests per connection")
	flags.IntVar(&o.first, "first", 0, "bytes of the body that are sent at once")
	flags.IntVar(&o.size, "size", 1_000_000, "declared bytes of the body, or bytes of the answer")
	flags.IntVar(&o.rate, "rate", 200, "frames or requests per second and connection; requests per second of score")
	flags.Float64Var(&o.seconds, "seconds", 8, "duration")
	flags.Float64Var(&o.gap, "gap", 5, "seconds between two bytes of a slow body")
	flags.BoolVar(&o.http2, "http2", false, "HTTP/2 instead of HTTP/1.1")
	flags.BoolVar(&o.whole, "whole", false, "requests are whole")
	_ = flags.Parse(os.Args[2:])

	duration := time.Duration(o.seconds * float64(time.Second))
	ctx, cancel := context.WithTimeout(context.Background(), duration)
	defer cancel()
	a := &attack{options: o, tally: newTally(), ctx: ctx}
	report := commands[os.Args[1]].run(a)
	if report == nil {
		report = a.report()
	}
	if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func usage() {
	names := make([]string, 0, len(commands))
	for name, each := range commands {
		names = append(names, fmt.Sprintf("  %-20s%s", name, each.about))
	}
	sort.Strings(names)
	fmt.Fprintf(os.Stderr, "Usage: attacker <command> [flags]\n%s\n", strings.Join(names, "\n"))
	os.Exit(2)
}
