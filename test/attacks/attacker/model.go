package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// receivedRequest is a request as the model got it. Health checks are not recorded.
type receivedRequest struct {
	Line   string `json:"line"`
	Host   string `json:"host"`
	Marker string `json:"marker"`
	Bytes  int    `json:"bytes"`
	// Odd says what no model should see; empty for a clean request.
	Odd string `json:"odd"`
}

// model is a server that understands HTTP as leniently as the worst models do, so that it sees what a strict one would refuse.
type model struct {
	sync.Mutex
	delay    time.Duration
	received []receivedRequest
	total    int
	now      int
	most     int
}

// runModel listens on -target until it is killed. A request takes -gap seconds. `GET /seen` returns what it got since the last time.
func runModel(a *attack) any {
	m := &model{delay: a.interval()}
	for _, target := range strings.Split(a.target, ",") {
		listener, err := net.Listen("tcp", target)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		go func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				go m.serve(conn)
			}
		}()
	}
	fmt.Println("{}")
	select {}
}

func (m *model) serve(conn net.Conn) {
	defer conn.Close()
	reader := bufio.NewReader(conn)
	for {
		head, err := readHead(reader)
		if err != nil {
			return
		}
		if len(head) == 0 {
			continue
		}
		request, headers := parsed(head)
		body, err := readBody(reader, headers)
		if err != nil {
			return
		}
		request.Bytes = body
		answer := m.answer(request, headers)
		closing := strings.EqualFold(first(headers["connection"]), "close")
		response := fmt.Sprintf("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n", len(answer))
		if _, err := conn.Write(append([]byte(response), answer...)); err != nil || closing {
			return
		}
	}
}

func (m *model) answer(request receivedRequest, headers map[string][]string) []byte {
	_, target, _ := strings.Cut(request.Line, " ")
	target, _, _ = strings.Cut(target, " ")
	path, query, _ := strings.Cut(target, "?")
	if path == "/seen" {
		return m.seen()
	}
	if request.Line == "GET / HTTP/1.0" || request.Line == "GET / HTTP/1.1" || request.Line == "GET /health HTTP/1.1" {
		return []byte("{}")
	}
	m.Lock()
	m.total++
	m.now++
	m.most = max(m.most, m.now)
	// Bounded: floods of valid requests are counted only.
	if len(m.received) < 10_000 && (request.Marker != "" || request.Odd != "") {
		m.received = append(m.received, request)
	}
	m.Unlock()
	time.Sleep(m.delay)
	m.Lock()
	m.now--
	m.Unlock()
	answer := map[string]any{"id": first(headers["x-request-id"]), "bytes": request.Bytes}
	if _, size, found := strings.Cut(query, "answer="); found {
		bytes, _ := strconv.Atoi(size)
		answer["padding"] = strings.Repeat("x", min(bytes, 20_000_000))
	}
	text, _ := json.Marshal(answer)
	return text
}

// seen returns and forgets the recorded requests.
func (m *model) seen() []byte {
	m.Lock()
	defer m.Unlock()
	if m.received == nil {
		m.received = []receivedRequest{}
	}
	text, _ := json.Marshal(map[string]any{"total": m.total, "most": m.most, "received": m.received})
	m.total, m.most, m.received = 0, m.now, nil
	return text
}

// readHead reads up to an empty line. A line may end without a carriage return, as lenient servers permit.
func readHead(reader *bufio.Reader) ([]byte, error) {
	var head []byte
	for {
		line, err := reader.ReadBytes('\n')
		if err != nil {
			return nil, err
		}
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			return head, nil
		}
		head = append(head, line...)
	}
}

func parsed(head []byte) (receivedRequest, map[string][]string) {
	lines := strings.Split(strings.TrimSuffix(string(head), "\n"), "\n")
	headers := map[string][]string{}
	request := receivedRequest{Line: strings.TrimSuffix(lines[0], "\r")}
	odd := func(what string) {
		if request.Odd == "" {
			request.Odd = what
		}
	}
	for n, line := range lines {
		if !strings.HasSuffix(line, "\r") {
			odd("bare line feed")
		}
		line = strings.TrimSuffix(line, "\r")
		if strings.ContainsAny(line, "\r\x00") {
			odd("control character")
		}
		if n == 0 {
			continue
		}
		if strings.HasPrefix(line, " ") || strings.HasPrefix(line, "\t") {
			odd("folded header")
		}
		name, value, found := strings.Cut(line, ":")
		if !found || name == "" || strings.ContainsAny(name, " \t") {
			odd("header name " + strconv.Quote(name))
		}
		name = strings.ToLower(strings.TrimSpace(name))
		headers[name] = append(headers[name], strings.TrimSpace(value))
	}
	words := strings.Split(request.Line, " ")
	if len(words) != 3 || !strings.HasPrefix(words[1], "/") && !strings.HasPrefix(words[1], "https://") || words[2] != "HTTP/1.1" && words[2] != "HTTP/1.0" {
		odd("request line")
	}
	for _, name := range []string{"host", "content-length", "transfer-encoding", "authorization", "x-request-id", "x-forwarded-for", "x-forwarded-proto"} {
		if len(headers[name]) > 1 {
			odd("more than one " + name)
		}
	}
	if len(headers["transfer-encoding"]) > 0 && len(headers["content-length"]) > 0 {
		odd("both transfer-encoding and content-length")
	}
	if encoding := headers["transfer-encoding"]; len(encoding) > 0 && encoding[0] != "chunked" {
		odd("transfer-encoding " + strconv.Quote(encoding[0]))
	}
	request.Host = first(headers["host"])
	request.Marker = first(headers["x-marker"])
	return request, headers
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// readBody reads a chunked body if any transfer-encoding says so, like the more dangerous half of servers.
func readBody(reader *bufio.Reader, headers map[string][]string) (int, error) {
	if strings.Contains(strings.ToLower(strings.Join(headers["transfer-encoding"], ",")), "chunked") {
		return readChunks(reader)
	}
	length, _ := strconv.Atoi(first(headers["content-length"]))
	read, err := io.CopyN(io.Discard, reader, int64(max(length, 0)))
	return int(read), err
}

func readChunks(reader *bufio.Reader) (int, error) {
	total := 0
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			return total, err
		}
		digits, _, _ := strings.Cut(strings.TrimSpace(line), ";")
		length, err := strconv.ParseUint(strings.TrimSpace(digits), 16, 31)
		if err != nil {
			return total, err
		}
		if length == 0 {
			_, err := readHead(reader)
			return total, err
		}
		total += int(length)
		if _, err := io.CopyN(io.Discard, reader, int64(length)+2); err != nil {
			return total, err
		}
	}
}
