package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"sort"
	"sync"
	"time"

	"golang.org/x/net/http2"
)

const (
	// bodyPause separates the body from the headers of every second request.
	bodyPause = 5 * time.Millisecond
	// scoreTimeout is when a client gives up.
	scoreTimeout = 10 * time.Second
	// reuseFor is shorter than any front keeps an idle connection.
	reuseFor = 2 * time.Second
)

// scorer is a well-behaved client. Its requests alternate between HTTP/1.1 and HTTP/2, between a body in the packet of the headers
// and one in the next packet, and between reused and new connections.
type scorer struct {
	*attack
	transport *http2.Transport

	lock      sync.Mutex
	free      []reusable
	results   []result
	statuses  map[string]int
	bodySizes []int
}

type reusable struct {
	conn  net.Conn
	since time.Time
}

type result struct {
	ms      float64
	failure string
}

func runScore(a *attack) any {
	// The requests of the last moment get their answers after the end of the attack.
	run := a.ctx
	c := &scorer{
		attack:    &attack{options: a.options, tally: a.tally, ctx: context.Background()},
		statuses:  map[string]int{},
		bodySizes: []int{2, 2, 2, 2, 2, 2, 20_000, 100_000},
	}
	c.transport = &http2.Transport{TLSClientConfig: a.tlsConfig("h2"), DialTLSContext: dialTLS(a.target)}
	var wg sync.WaitGroup
	began := time.Now()
	for n := 0; (&attack{options: a.options, ctx: run}).tick(began, n); n++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c.score(n)
		}()
	}
	wg.Wait()
	return c.summary()
}

func (c *scorer) score(n int) {
	body := bytes.Repeat([]byte("x"), c.bodySizes[n/8%len(c.bodySizes)])
	var random [8]byte
	_, _ = rand.Read(random[:])
	id := hex.EncodeToString(random[:])
	send, split, fresh := c.score1, n%4 < 2, n%8 >= 6
	if n%2 == 0 {
		send = c.score2
	}
	began := time.Now()
	status, answer, err := send(id, body, split, fresh)
	took := time.Since(began)
	what := fmt.Sprintf("status %d", status)
	if err != nil {
		what = reason(err)
	}
	var echo struct{ ID string }
	if err == nil && status == 200 && (json.Unmarshal(answer, &echo) != nil || echo.ID != id) {
		what = "answer of another request"
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	c.statuses[what]++
	each := result{ms: float64(took.Microseconds()) / 1_000}
	if what != "status 200" {
		each.failure = fmt.Sprintf("%s HTTP/%d, %d bytes, split %t, new connection %t, after %.0f ms: %s",
			began.Format("15:04:05.000"), 1+(n+1)%2, len(body), split, fresh, each.ms, what)
	}
	c.results = append(c.results, each)
}

func (c *scorer) score1(id string, body []byte, split, fresh bool) (int, []byte, error) {
	conn, err := c.connection(fresh)
	if err != nil {
		return 0, nil, err
	}
	_ = conn.SetDeadline(time.Now().Add(scoreTimeout))
	head := c.head("POST", "x-request-id: "+id, fmt.Sprintf("content-length: %d", len(body)))
	if split {
		_, err = io.WriteString(conn, head)
		time.Sleep(bodyPause)
		if err == nil {
			_, err = conn.Write(body)
		}
	} else {
		_, err = conn.Write(append([]byte(head), body...))
	}
	if err != nil {
		conn.Close()
		return 0, nil, err
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		conn.Close()
		return 0, nil, err
	}
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.Close || fresh {
		conn.Close()
		return response.StatusCode, answer, err
	}
	c.lock.Lock()
	defer c.lock.Unlock()
	c.free = append(c.free, reusable{conn, time.Now()})
	return response.StatusCode, answer, nil
}

func (c *scorer) connection(fresh bool) (net.Conn, error) {
	c.lock.Lock()
	for !fresh && len(c.free) > 0 {
		last := c.free[len(c.free)-1]
		c.free = c.free[:len(c.free)-1]
		if time.Since(last.since) < reuseFor {
			c.lock.Unlock()
			return last.conn, nil
		}
		last.conn.Close()
	}
	c.lock.Unlock()
	ctx, cancel := context.WithTimeout(c.ctx, scoreTimeout)
	defer cancel()
	return dialTLS(c.target)(ctx, "tcp", "", c.tlsConfig("http/1.1"))
}

func (c *scorer) score2(id string, body []byte, split, fresh bool) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(c.ctx, scoreTimeout)
	defer cancel()
	transport := c.transport
	if fresh {
		transport = &http2.Transport{TLSClientConfig: c.tlsConfig("h2"), DialTLSContext: dialTLS(c.target)}
		defer transport.CloseIdleConnections()
	}
	var reader io.Reader = bytes.NewReader(body)
	if split {
		reader = &pausing{reader: reader}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+c.host+c.path, reader)
	if err != nil {
		return 0, nil, err
	}
	request.ContentLength = int64(len(body))
	request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	request.Header.Set("x-request-id", id)
	if c.key != "" {
		request.Header.Set("authorization", "Bearer "+c.key)
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return response.StatusCode, answer, err
}

// pausing is a body that starts after a pause.
type pausing struct {
	reader io.Reader
	paused bool
}

func (p *pausing) Read(into []byte) (int, error) {
	if !p.paused {
		p.paused = true
		time.Sleep(bodyPause)
	}
	return p.reader.Read(into)
}

func (c *scorer) summary() any {
	c.lock.Lock()
	defer c.lock.Unlock()
	sort.Slice(c.results, func(i, j int) bool { return c.results[i].ms < c.results[j].ms })
	share := func(part float64) float64 {
		if len(c.results) == 0 {
			return 0
		}
		return c.results[int(float64(len(c.results)-1)*part)].ms
	}
	failures := []string{}
	for _, each := range c.results {
		if each.failure != "" {
			failures = append(failures, each.failure)
		}
	}
	return map[string]any{
		"count": len(c.results), "failed": len(failures), "failures": failures[:min(len(failures), 10)],
		"statuses": c.statuses, "p50": share(0.5), "p99": share(0.99), "max": share(1),
	}
}
