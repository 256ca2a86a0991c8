package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// countAnswers reads answers of HTTP/1.1 until the connection ends, and counts them by status.
func (a *attack) countAnswers(conn net.Conn, began time.Time) error {
	reader := bufio.NewReader(conn)
	for {
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			return err
		}
		a.addAfter("status "+strconv.Itoa(response.StatusCode), began)
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			return err
		}
	}
}

// drip writes a part every so often until the front ends the connection.
func (a *attack) drip(conn net.Conn, gap time.Duration, part func() []byte) error {
	began := time.Now()
	ended := make(chan error, 1)
	go func() { ended <- a.countAnswers(conn, began) }()
	ticker := time.NewTicker(gap)
	defer ticker.Stop()
	for {
		select {
		case err := <-ended:
			return err
		case <-a.ctx.Done():
			return nil
		case <-ticker.C:
			if _, err := conn.Write(part()); err != nil {
				return <-ended
			}
		}
	}
}
