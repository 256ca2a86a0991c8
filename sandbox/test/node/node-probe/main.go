// A container that tells what a cluster looks like from inside of a pod, and that can be busy.
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

const patience = 10 * time.Second

func main() {
	// As its host name, a pod has its own name.
	http.HandleFunc("/", func(answer http.ResponseWriter, _ *http.Request) {
		name, _ := os.Hostname()
		fmt.Fprint(answer, name)
	})
	// Addresses of a name, sorted, one a line: from the pod's own DNS server, or from another.
	http.HandleFunc("/resolve", func(answer http.ResponseWriter, request *http.Request) {
		within, cancel := context.WithTimeout(request.Context(), patience)
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
	// What another server answers, over a connection of its own. Whose certificate it shows does not matter here.
	http.HandleFunc("/fetch", func(answer http.ResponseWriter, request *http.Request) {
		transport := &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
		client := http.Client{Timeout: patience, Transport: transport}
		response, err := client.Get(request.FormValue("url"))
		if err != nil {
			http.Error(answer, err.Error(), http.StatusBadGateway)
			return
		}
		defer response.Body.Close()
		io.Copy(answer, response.Body)
	})
	// A processor's whole time, as far as the container may have it, until the container ends.
	http.HandleFunc("/burn", func(http.ResponseWriter, *http.Request) {
		go func() {
			for {
			}
		}()
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
