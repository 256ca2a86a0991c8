package main

import (
	"bufio"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// caseResult is what a client saw of one malformed or ambiguous request.
type caseResult struct {
	Name string `json:"name"`
	// Refuse: no front may answer this with 2xx.
	Refuse bool `json:"refuse"`
	// Answers are statuses; for HTTP/2 also `reset …` and `goaway …`.
	Answers []string `json:"answers"`
	// End is how the connection ended: closed, reset, or timeout when it stayed open.
	End string `json:"end"`
}

// answerTime is how long a case waits for answers.
const answerTime = 1500 * time.Millisecond

// casesAtOnce bounds the load.
const casesAtOnce = 8

// runCases sends each malformed request once, over a connection of its own. Its name is in x-marker.
func runCases(a *attack) any {
	var runs []func() caseResult
	for _, each := range cases1 {
		runs = append(runs, func() caseResult { return a.run1(each) })
	}
	for _, each := range cases2 {
		runs = append(runs, func() caseResult { return a.run2(each) })
	}
	results := make([]caseResult, len(runs))
	slots := make(chan struct{}, casesAtOnce)
	var wg sync.WaitGroup
	for n, run := range runs {
		wg.Add(1)
		slots <- struct{}{}
		go func() {
			defer wg.Done()
			results[n] = run()
			<-slots
		}()
	}
	wg.Wait()
	return map[string]any{"cases": results}
}

// filled replaces the placeholders of a case. INNER is a request that must never arrive as one of its own.
func (a *attack) filled(text, name string) string {
	key := ""
	if a.key != "" {
		key = "authorization: Bearer " + a.key + "\r\n"
	}
	inner := "POST PATH?smuggled HTTP/1.1\r\nhost: HOST\r\nx-marker: NAME\r\ncontent-length: 2\r\n\r\n{}"
	text = strings.ReplaceAll(text, "INNER", inner)
	text = strings.ReplaceAll(text, "START", "POST PATH HTTP/1.1\r\nhost: HOST\r\nMARK")
	text = strings.ReplaceAll(text, "MARK", "x-marker: NAME\r\n"+key)
	return strings.NewReplacer("other.test", a.other, "PATH", a.path, "HOST", a.host, "NAME", name).Replace(text)
}

func (a *attack) run1(each case1) caseResult {
	result := caseResult{Name: "h1 " + each.name, Refuse: each.refuse, Answers: []string{}}
	conn, err := a.tls(0, "http/1.1")
	if err != nil {
		result.End = reason(err)
		return result
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(answerTime))
	if _, err := io.WriteString(conn, a.filled(each.text, result.Name)); err != nil {
		result.End = reason(err)
		return result
	}
	reader := bufio.NewReader(conn)
	for {
		response, err := http.ReadResponse(reader, nil)
		if err == nil {
			result.Answers = append(result.Answers, strconv.Itoa(response.StatusCode))
			_, err = io.Copy(io.Discard, response.Body)
		}
		if err != nil {
			result.End = reason(err)
			return result
		}
	}
}

func (a *attack) run2(each case2) caseResult {
	result := caseResult{Name: "h2 " + each.name, Refuse: each.refuse, Answers: []string{}}
	s, err := a.session(0)
	if err != nil {
		result.End = reason(err)
		return result
	}
	defer s.conn.Close()
	answered := make(chan string, 20)
	s.onStatus = func(_ uint32, what string) {
		select {
		case answered <- what:
		default:
		}
	}
	if err := s.send2(each, func(text string) string { return a.filled(text, result.Name) }); err != nil {
		result.End = reason(err)
	}
	timer := time.NewTimer(answerTime)
	defer timer.Stop()
	for {
		select {
		case what := <-answered:
			result.Answers = append(result.Answers, what)
			if len(result.Answers) == 1 {
				timer.Reset(answerTime / 5)
			}
		case <-s.ended:
			result.End = "closed"
			return result
		case <-timer.C:
			result.End = "timeout"
			return result
		}
	}
}

func (s *session) send2(each case2, fill func(string) string) error {
	a := s.attack
	fields := []field{
		{Name: ":method", Value: "POST"}, {Name: ":scheme", Value: "https"},
		{Name: ":path", Value: a.path}, {Name: ":authority", Value: a.host},
	}
	if each.pseudo != nil {
		fields = nil
		for _, pair := range each.pseudo {
			fields = append(fields, field{Name: pair[0], Value: fill(pair[1])})
		}
	}
	fields = append(fields, field{Name: "x-marker", Value: fill("NAME")})
	if a.key != "" {
		fields = append(fields, field{Name: "authorization", Value: "Bearer " + a.key})
	}
	for _, pair := range each.headers {
		fields = append(fields, field{Name: fill(pair[0]), Value: fill(pair[1])})
	}
	body := []byte(fill(each.body))
	if err := s.open(1, s.encode(fields...), len(body) == 0 && each.trailers == nil); err != nil {
		return err
	}
	if len(body) > 0 {
		if err := s.send(1, body, each.trailers == nil); err != nil {
			return err
		}
	}
	if each.trailers == nil {
		return nil
	}
	var trailers []field
	for _, pair := range each.trailers {
		trailers = append(trailers, field{Name: pair[0], Value: fill(pair[1])})
	}
	return s.open(1, s.encode(trailers...), true)
}
