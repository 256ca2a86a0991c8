// A web server that reports names and addresses as seen from inside of a pod, and that can use CPU time.
package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sort"
	"strings"
	"time"
)

const timeout = 10 * time.Second

func main() {
	// The host name of a pod is the name of the pod.
	http.HandleFunc("/", func(answer http.ResponseWriter, _ *http.Request) {
		name, _ := os.Hostname()
		fmt.Fprint(answer, name)
	})
	// Sorted addresses of a name, one a line, from the DNS server of the pod or from the given one.
	http.HandleFunc("/resolve", func(answer http.ResponseWriter, request *http.Request) {
		within, cancel := context.WithTimeout(request.Context(), timeout)
		defer cancel()
		resolver := net.Resolver{PreferGo: true}
		if server := request.FormValue("server"); server != "" {
			resolver.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, network, server)
			}
		}
		addresses, err := resolver.LookupHost(within, request.FormValue("name"))
		if err != nil {
			http.Error(answer, err.Error(), http.StatusBadGateway)
			return
		}
		sort.Strings(addresses)
		fmt.Fprint(answer, strings.Join(addresses, "\n"))
	})
	// The answer of another server, over a new connection. Certificates are not verified.
	http.HandleFunc("/fetch", func(answer http.ResponseWriter, request *http.Request) {
		transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
		client := http.Client{Timeout: timeout, Transport: transport}
		response, err := client.Get(request.FormValue("url"))
		if err != nil {
			http.Error(answer, err.Error(), http.StatusBadGateway)
			return
		}
		defer response.Body.Close()
		io.Copy(answer, response.Body)
	})
	// Uses one processor up to the limit of the container, until the container ends.
	http.HandleFunc("/burn", func(http.ResponseWriter, *http.Request) {
		go func() {
			for {
			}
		}()
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
