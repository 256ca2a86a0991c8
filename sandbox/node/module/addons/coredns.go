package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"
	// Imported for their registration.
	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/forward"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/loadbalance"
	_ "github.com/coredns/coredns/plugin/ready"
)

// Runs CoreDNS with the plug-ins that the sandbox's configuration uses. Requests pass through them in this order.
func runCoreDNS() {
	dnsserver.Directives = []string{
		"bind",
		"ready",
		"errors",
		"cache",
		"loadbalance",
		"kubernetes",
		"forward",
	}
	coremain.Run()
}
