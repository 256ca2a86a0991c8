// Connects repeatedly over TLS, sends one request over each connection, and reports how many sessions were resumed.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"sync"
	"time"
)

type report struct {
	Connections int     `json:"connections"`
	Resumed     int     `json:"resumed"`
	Seconds     float64 `json:"seconds"`
}

func main() {
	address := flag.String("address", "127.0.0.1:443", "host and port")
	path := flag.String("path", "/", "path of the requests")
	name := flag.String("name", "", "server name")
	authority := flag.String("authority", "", "file with the trusted authorities")
	version := flag.String("version", "1.3", "1.2 or 1.3")
	connections := flag.Int("connections", 6, "connections of each worker")
	workers := flag.Int("workers", 1, "clients with a session cache of their own")
	flag.Parse()

	pem, err := os.ReadFile(*authority)
	check(err)
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		log.Fatalf("%s: no certificate", *authority)
	}
	number := map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}[*version]

	var group sync.WaitGroup
	counts := make([]int, *workers)
	started := time.Now()
	for worker := range *workers {
		config := &tls.Config{RootCAs: roots, ServerName: *name, MinVersion: number, MaxVersion: number}
		config.ClientSessionCache = tls.NewLRUClientSessionCache(1)
		group.Go(func() {
			for range *connections {
				if resumed(*address, *path, config) {
					counts[worker]++
				}
			}
		})
	}
	group.Wait()
	total := report{Connections: *workers * *connections, Seconds: time.Since(started).Seconds()}
	for _, count := range counts {
		total.Resumed += count
	}
	check(json.NewEncoder(os.Stdout).Encode(total))
}

// Reads the whole response, because session tickets of TLS 1.3 arrive after the handshake.
func resumed(address, path string, config *tls.Config) bool {
	connection, err := tls.Dial("tcp", address, config)
	check(err)
	defer connection.Close()
	_, err = fmt.Fprintf(connection, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", path, config.ServerName)
	check(err)
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	check(err)
	_, err = io.Copy(io.Discard, response.Body)
	check(err)
	if response.StatusCode != http.StatusOK {
		log.Fatal(response.Status)
	}
	return connection.ConnectionState().DidResume
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
