package main

import (
	"context"
	"crypto/tls"
	"net"
	"strings"
	"sync/atomic"
)

var dialed atomic.Int64

// dialTLS connects to the targets in turn, whatever address is asked for.
func dialTLS(targets string) func(context.Context, string, string, *tls.Config) (net.Conn, error) {
	all := strings.Split(targets, ",")
	return func(ctx context.Context, _, _ string, config *tls.Config) (net.Conn, error) {
		target := all[int(dialed.Add(1))%len(all)]
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", target)
		if err != nil {
			return nil, err
		}
		client := tls.Client(conn, config)
		if err := client.HandshakeContext(ctx); err != nil {
			conn.Close()
			return nil, err
		}
		return client, nil
	}
}
