package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"
)

// attack is one run of a command.
type attack struct {
	options
	*tally
	ctx context.Context
}

// reconnectAfter is the pause of an attacker's connection after its end, so that the rate of new connections stays bounded.
const reconnectAfter = 250 * time.Millisecond

// dialsPerSecond bounds the new connections of all sessions together.
const dialsPerSecond = 1_000

// onEachConnection runs a session on each of the connections, again and again until the time is over, and counts how they end.
func (a *attack) onEachConnection(session func(number int) error) any {
	var wg sync.WaitGroup
	for n := range a.conns {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if !a.pause(time.Duration(n) * time.Second / dialsPerSecond) {
				return
			}
			for a.ctx.Err() == nil {
				a.add("sessions")
				began := time.Now()
				err := session(n)
				if a.ctx.Err() == nil {
					a.addAfter("ended: "+reason(err), began)
				}
				a.pause(reconnectAfter)
			}
		}()
	}
	wg.Wait()
	return nil
}

// pause waits, and returns false when the attack is over.
func (a *attack) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return a.ctx.Err() == nil
	case <-a.ctx.Done():
		return false
	}
}

// tick waits for the time of the next of -rate actions per second since `began`.
func (a *attack) tick(began time.Time, done int) bool {
	at := began.Add(time.Duration(done) * time.Second / time.Duration(max(a.rate, 1)))
	if wait := time.Until(at); wait > 0 {
		return a.pause(wait)
	}
	return a.ctx.Err() == nil
}

// tcp connects. The connection closes when the attack ends.
func (a *attack) tcp(receiveBuffer int) (net.Conn, error) {
	dialer := net.Dialer{Timeout: 5 * time.Second}
	if receiveBuffer > 0 {
		dialer.Control = func(_, _ string, raw syscall.RawConn) error {
			return raw.Control(func(fd uintptr) {
				_ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, receiveBuffer)
			})
		}
	}
	conn, err := dialer.DialContext(a.ctx, "tcp", a.target)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(a.ctx, func() { _ = conn.Close() })
	return conn, nil
}

func (a *attack) tls(receiveBuffer int, protocol string) (*tls.Conn, error) {
	conn, err := a.tcp(receiveBuffer)
	if err != nil {
		return nil, err
	}
	client := tls.Client(conn, a.tlsConfig(protocol))
	if err := client.HandshakeContext(a.ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return client, nil
}

// tlsConfig does not verify: attackers do not care, and other tests verify certificates.
func (a *attack) tlsConfig(protocol string) *tls.Config {
	return &tls.Config{InsecureSkipVerify: true, ServerName: a.host, NextProtos: []string{protocol}}
}

// reason shortens an error to a name that can be counted.
func reason(err error) string {
	var timeout net.Error
	switch {
	case err == nil:
		return "done"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.EPIPE):
		return "closed"
	case errors.Is(err, syscall.ECONNRESET):
		return "reset"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "refused"
	case errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	}
	text := err.Error()
	return text[:min(len(text), 80)]
}

// outcome is how often something was seen, and the shortest and longest time until then.
type outcome struct {
	Count int   `json:"count"`
	MinMs int64 `json:"minMs"`
	MaxMs int64 `json:"maxMs"`
}

type tally struct {
	sync.Mutex
	outcomes map[string]*outcome
}

func newTally() *tally { return &tally{outcomes: map[string]*outcome{}} }

func (t *tally) add(name string) { t.addAfter(name, time.Now()) }

func (t *tally) addAfter(name string, began time.Time) {
	took := time.Since(began).Milliseconds()
	t.Lock()
	defer t.Unlock()
	seen, found := t.outcomes[name]
	if !found {
		if len(t.outcomes) > 50 {
			name = "other"
		}
		seen = &outcome{MinMs: took}
		t.outcomes[name] = seen
	}
	seen.Count++
	seen.MinMs = min(seen.MinMs, took)
	seen.MaxMs = max(seen.MaxMs, took)
}

func (a *attack) report() any {
	a.Lock()
	defer a.Unlock()
	return map[string]any{"outcomes": a.outcomes}
}

// head is a request of HTTP/1.1 up to the end of its headers.
func (a *attack) head(method string, headers ...string) string {
	lines := append([]string{fmt.Sprintf("%s %s HTTP/1.1", method, a.path), "host: " + a.host}, headers...)
	if a.key != "" {
		lines = append(lines, "authorization: Bearer "+a.key)
	}
	if a.marker != "" {
		lines = append(lines, "x-marker: "+a.marker)
	}
	return strings.Join(lines, "\r\n") + "\r\n\r\n"
}
