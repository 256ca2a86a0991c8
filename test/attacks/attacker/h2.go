package main

import (
	"bytes"
	"crypto/tls"
	"errors"
	"strconv"
	"sync"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// session is a connection of HTTP/2 at the level of frames.
type session struct {
	*http2.Framer
	sync.Mutex
	attack  *attack
	conn    *tls.Conn
	encoder *hpack.Encoder
	block   bytes.Buffer
	// window is what the peer accepts on the connection; initial on each new stream.
	window, initial int
	windows         map[uint32]int
	changed         *sync.Cond
	settled         chan struct{}
	ended           chan struct{}
	err             error
	began           map[uint32]time.Time
	onStatus        func(stream uint32, status string)
}

type field = hpack.HeaderField

var errWindow = errors.New("no window")

func (a *attack) session(receiveBuffer int, settings ...http2.Setting) (*session, error) {
	conn, err := a.tls(receiveBuffer, "h2")
	if err != nil {
		return nil, err
	}
	if _, err := conn.Write([]byte(http2.ClientPreface)); err != nil {
		return nil, err
	}
	s := &session{
		Framer: http2.NewFramer(conn, conn), attack: a, conn: conn, window: 65_535, initial: 65_535,
		windows: map[uint32]int{}, ended: make(chan struct{}), settled: make(chan struct{}, 1), began: map[uint32]time.Time{},
	}
	s.changed = sync.NewCond(&s.Mutex)
	s.encoder = hpack.NewEncoder(&s.block)
	s.AllowIllegalWrites = true
	s.ReadMetaHeaders = hpack.NewDecoder(65_536, nil)
	if err := s.WriteSettings(settings...); err != nil {
		return nil, err
	}
	go s.read()
	// Until the peer's settings are acknowledged, that frame could come between two others that belong together.
	select {
	case <-s.settled:
	case <-s.ended:
	case <-time.After(time.Second):
	}
	return s, nil
}

// read counts what the peer sends until the connection ends.
func (s *session) read() {
	defer close(s.ended)
	opened := time.Now()
	for {
		frame, err := s.ReadFrame()
		if err != nil {
			var streamError http2.StreamError
			if errors.As(err, &streamError) {
				continue
			}
			s.Lock()
			s.err = err
			s.changed.Broadcast()
			s.Unlock()
			return
		}
		s.Lock()
		began, known := s.began[frame.Header().StreamID]
		if !known {
			began = opened
		}
		switch frame := frame.(type) {
		case *http2.MetaHeadersFrame:
			status := frame.PseudoValue("status")
			s.attack.addAfter("status "+status, began)
			s.seen(frame.StreamID, status)
		case *http2.RSTStreamFrame:
			s.attack.addAfter("reset "+frame.ErrCode.String(), began)
			s.seen(frame.StreamID, "reset "+frame.ErrCode.String())
		case *http2.GoAwayFrame:
			s.attack.addAfter("goaway "+frame.ErrCode.String(), opened)
			s.seen(0, "goaway "+frame.ErrCode.String())
		case *http2.SettingsFrame:
			if !frame.IsAck() {
				if value, found := frame.Value(http2.SettingInitialWindowSize); found {
					s.initial = int(value)
				}
				_ = s.WriteSettingsAck()
				select {
				case s.settled <- struct{}{}:
				default:
				}
			}
		case *http2.WindowUpdateFrame:
			if frame.StreamID == 0 {
				s.window += int(frame.Increment)
			} else {
				s.windows[frame.StreamID] += int(frame.Increment)
			}
		}
		s.changed.Broadcast()
		s.Unlock()
	}
}

func (s *session) seen(stream uint32, what string) {
	if s.onStatus != nil {
		s.onStatus(stream, what)
	}
}

// request encodes the headers of a scoring request. A negative length is not declared.
func (s *session) request(length int, more ...field) []byte {
	a := s.attack
	fields := []field{
		{Name: ":method", Value: "POST"}, {Name: ":scheme", Value: "https"},
		{Name: ":path", Value: a.path}, {Name: ":authority", Value: a.host},
	}
	if length >= 0 {
		fields = append(fields, field{Name: "content-length", Value: strconv.Itoa(length)})
	}
	if a.key != "" {
		fields = append(fields, field{Name: "authorization", Value: "Bearer " + a.key})
	}
	if a.marker != "" {
		fields = append(fields, field{Name: "x-marker", Value: a.marker})
	}
	return s.encode(append(fields, more...)...)
}

func (s *session) encode(fields ...field) []byte {
	s.block.Reset()
	for _, each := range fields {
		_ = s.encoder.WriteField(each)
	}
	return bytes.Clone(s.block.Bytes())
}

// frame is the most that a peer accepts in one frame unless it says otherwise.
const frameBytes = 16_384

// open sends the headers of a request, in as many frames as they need.
func (s *session) open(stream uint32, block []byte, end bool) error {
	s.Lock()
	defer s.Unlock()
	s.began[stream] = time.Now()
	s.windows[stream] = s.initial
	first := block[:min(len(block), frameBytes)]
	block = block[len(first):]
	err := s.WriteHeaders(http2.HeadersFrameParam{
		StreamID: stream, BlockFragment: first, EndStream: end, EndHeaders: len(block) == 0,
	})
	for err == nil && len(block) > 0 {
		part := block[:min(len(block), frameBytes)]
		block = block[len(part):]
		err = s.WriteContinuation(stream, len(block) == 0, part)
	}
	return err
}

// send sends a part of a body as far as the windows permit within a second.
func (s *session) send(stream uint32, body []byte, end bool) error {
	late := time.AfterFunc(time.Second, s.changed.Broadcast)
	defer late.Stop()
	until := time.Now().Add(time.Second)
	s.Lock()
	defer s.Unlock()
	for {
		part := min(len(body), frameBytes, s.window, s.windows[stream])
		if len(body) > 0 && part <= 0 {
			if s.err != nil || time.Now().After(until) {
				return errors.Join(s.err, errWindow)
			}
			s.changed.Wait()
			continue
		}
		s.window -= part
		s.windows[stream] -= part
		last := part == len(body)
		if err := s.WriteData(stream, end && last, body[:part]); err != nil {
			return err
		}
		if body = body[part:]; last {
			return nil
		}
	}
}

// do writes frames without another goroutine between them.
func (s *session) do(write func() error) error {
	s.Lock()
	defer s.Unlock()
	return write()
}

// wait waits until the peer ends the connection or the attack is over.
func (s *session) wait() error {
	select {
	case <-s.ended:
		return s.err
	case <-s.attack.ctx.Done():
		return nil
	}
}

func (s *session) hasEnded() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}
