// A model for tests. Its answers name the replica, and its statistics count concurrent requests. Delay, CPU use and health
// are configurable.
//
// Environment: MODEL_NAME, MODEL_VERSION, PORT (5001), DELAY_MS (duration of an answer), START_DELAY_MS (before it
// listens), DRAIN_MS (how long it serves after SIGTERM, 1000), FAIL=1 (never healthy).
package main

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// The optional JSON body of a request. Other bodies are accepted and ignored.
type options struct {
	DelayMs *int `json:"delayMs"`
	BurnMs  int  `json:"burnMs"`
}

type statistics struct {
	Concurrent int `json:"concurrent"`
	Highest    int `json:"highest"`
	Served     int `json:"served"`
}

var (
	mutex    sync.Mutex
	counted  statistics
	draining atomic.Bool
)

func main() {
	time.Sleep(milliseconds(number("START_DELAY_MS", 0)))
	hostname, err := os.Hostname()
	if err != nil {
		log.Fatal(err)
	}
	delay := number("DELAY_MS", 0)

	http.HandleFunc("POST /score", func(writer http.ResponseWriter, request *http.Request) {
		begin()
		defer end()
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return
		}
		asked := options{DelayMs: &delay}
		_ = json.Unmarshal(body, &asked)
		if asked.DelayMs != nil {
			time.Sleep(milliseconds(*asked.DelayMs))
		}
		for until := time.Now().Add(milliseconds(asked.BurnMs)); time.Now().Before(until); {
		}
		answer(writer, http.StatusOK, map[string]any{
			"model":   os.Getenv("MODEL_NAME"),
			"version": os.Getenv("MODEL_VERSION"),
			"pod":     hostname,
			"bytes":   len(body),
		})
	})
	http.HandleFunc("GET /statistics", func(writer http.ResponseWriter, _ *http.Request) {
		mutex.Lock()
		now := counted
		mutex.Unlock()
		answer(writer, http.StatusOK, now)
	})
	http.HandleFunc("GET /{$}", func(writer http.ResponseWriter, _ *http.Request) {
		status := http.StatusOK
		if os.Getenv("FAIL") == "1" {
			status = http.StatusServiceUnavailable
		}
		answer(writer, status, map[string]any{"healthy": status == http.StatusOK})
	})

	server := &http.Server{Addr: ":" + strconv.Itoa(number("PORT", 5001)), ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan struct{})
	go drain(server, ended)
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		log.Fatal(err)
	}
	<-ended
}

// After SIGTERM, requests arrive until all clients have removed the replica. Each answer closes its connection.
func drain(server *http.Server, ended chan<- struct{}) {
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM)
	<-terminated
	draining.Store(true)
	time.Sleep(milliseconds(number("DRAIN_MS", 1000)))
	// Outstanding requests finish within the usual grace period.
	grace, cancel := context.WithTimeout(context.Background(), 25*time.Second)
	defer cancel()
	_ = server.Shutdown(grace)
	close(ended)
}

func begin() {
	mutex.Lock()
	defer mutex.Unlock()
	counted.Concurrent++
	counted.Highest = max(counted.Highest, counted.Concurrent)
}

func end() {
	mutex.Lock()
	defer mutex.Unlock()
	counted.Concurrent--
	counted.Served++
}

func answer(writer http.ResponseWriter, status int, body any) {
	if draining.Load() {
		writer.Header().Set("Connection", "close")
	}
	writer.Header().Set("Content-Type", "application/json")
	writer.WriteHeader(status)
	_ = json.NewEncoder(writer).Encode(body)
}

func number(variable string, otherwise int) int {
	text, given := os.LookupEnv(variable)
	if !given {
		return otherwise
	}
	value, err := strconv.Atoi(text)
	if err != nil || value < 0 {
		log.Fatalf("%s is %q; it must be a whole number", variable, text)
	}
	return value
}

func milliseconds(count int) time.Duration {
	return time.Duration(count) * time.Millisecond
}
